import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { environmentColors } from '../theme/environment-colors.ts';
import { environmentName } from './environment-name.ts';
import styles from './RegistryChip.module.css';

/** `environmentName` in the page's language. */
export function useEnvironmentName(): (environment: string) => string {
  const { t } = useTranslation(['common', 'domain']);
  return (environment) => environmentName(t, environment);
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
