import type { Artifact } from 'bff/contract/artifacts';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/EmptyState.tsx';
import styles from './artifacts.module.css';
import { commandLine, environmentOf } from './compare-artifacts.ts';
import { JsonView } from './JsonView.tsx';
import { NameValueTable } from './NameValueTable.tsx';

/** How an image runs: command, user, environment, labels, and the configuration as it is stored. */
export function ConfigFacts({ artifact }: { artifact: Artifact }) {
  const { t } = useTranslation('artifacts');
  const { config, configJson } = artifact;
  const raw =
    configJson === null ? null : <JsonView title={t('config.raw')} label={t('config.raw')} text={configJson} />;
  if (config === null) {
    return (
      <div className={styles['blocks']}>
        <EmptyState title={t('config.none')}>{t('config.noneNext')}</EmptyState>
        {raw}
      </div>
    );
  }
  const environment = environmentOf(config);
  return (
    <div className={styles['blocks']}>
      <section>
        <h2>{t('config.runs')}</h2>
        <dl className={styles['facts']}>
          <Setting name={t('config.entrypoint')} value={commandLine(config.entrypoint)} />
          <Setting name={t('config.command')} value={commandLine(config.command)} />
          <Setting name={t('config.user')} value={config.user} fallback={t('config.userDefault')} />
          <Setting name={t('config.workingDirectory')} value={config.workingDirectory} fallback="/" />
          <Setting name={t('config.exposedPorts')} value={config.exposedPorts.join(', ')} />
          <Setting name={t('config.volumes')} value={config.volumes.join(', ')} />
          <Setting name={t('config.stopSignal')} value={config.stopSignal} fallback="SIGTERM" />
        </dl>
      </section>
      <Values title={t('config.environment')} values={environment} />
      <Values title={t('config.labels')} values={config.labels} />
      {raw}
    </div>
  );
}

function Setting({ name, value, fallback }: { name: string; value: string | null; fallback?: ReactNode }) {
  const { t } = useTranslation('artifacts');
  const isSet = value !== null && value !== '';
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {isSet ? <code>{value}</code> : <span className={styles['quiet']}>{fallback ?? t('config.notSet')}</span>}
      </dd>
    </>
  );
}

function Values({ title, values }: { title: string; values: Readonly<Record<string, string>> }) {
  if (Object.keys(values).length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <NameValueTable label={title} values={values} />
    </section>
  );
}
