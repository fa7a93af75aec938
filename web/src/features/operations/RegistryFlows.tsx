import type { Operations } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { Tabs } from '../../ui/Tabs.tsx';
import styles from './operations.module.css';
import { RegistryTable } from './RegistryTable.tsx';
import { ThroughputTable } from './ThroughputTable.tsx';

/** What every registry takes and gives, now and over the last hour. */
export function RegistryFlows({ operations }: { operations: Operations }) {
  const { t } = useTranslation('operations');
  const now = <RegistryTable operations={operations} />;
  const hour = <ThroughputTable />;
  return (
    <section className={styles['section']} aria-labelledby="per-registry">
      <h2 id="per-registry">{t('registries.title')}</h2>
      <Tabs
        label={t('registries.title')}
        parameter="registries"
        tabs={[
          { key: 'now', label: t('registries.now'), content: () => now },
          { key: 'hour', label: t('registries.hour'), content: () => hour },
        ]}
      />
    </section>
  );
}
