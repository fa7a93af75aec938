import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { environmentColors } from '../theme/environment-colors.ts';
import styles from './RegistryChip.module.css';

const known = ['development', 'testing', 'staging', 'production'] as const;

/** An environment's name in the page's language, if it is one of the usual four; else as people wrote it. */
export function useEnvironmentName(): (environment: string) => string {
  const { t } = useTranslation('domain');
  return (environment) => {
    const name = known.find((one) => one === environment);
    return name === undefined ? environment : t(`environment.${name}`);
  };
}

function colorsOf(environment: string): CSSProperties {
  const { color, tint } = environmentColors(environment);
  return { '--env-color': color, '--env-tint': tint } as CSSProperties;
}

export function EnvironmentChip({ environment }: { environment: string }) {
  const nameOf = useEnvironmentName();
  return (
    <span className={styles['chip']} style={colorsOf(environment)}>
      <bdi className={styles['name']}>{nameOf(environment)}</bdi>
    </span>
  );
}

/** A registry by its name, in the colour of its environment. */
export function RegistryChip({ name, environment }: { name: string; environment: string }) {
  return (
    <span className={styles['chip']} style={colorsOf(environment)} title={name}>
      <bdi className={styles['name']}>{name}</bdi>
    </span>
  );
}
