import type { Registry } from 'bff/contract/registries';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { capabilityTone } from './registry-health.ts';
import styles from './registries.module.css';

/** What the registry can do, and what follows from what it cannot. */
export function RegistryCapabilities({ registry }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const reasonText = useReasonText();
  return (
    <section className={styles['section']} aria-labelledby="registry-capabilities">
      <div className={styles['sectionHead']}>
        <h2 id="registry-capabilities">{t('detail.capabilities')}</h2>
        {registry.probedAt === null ? null : (
          <span className={styles['muted']}>
            {t('detail.probed')} <RelativeTime instant={registry.probedAt} />
          </span>
        )}
      </div>
      <ul className={styles['rows']}>
        {registry.capabilities.map(({ name, state, reason }) => (
          <li key={name} className={styles['row']}>
            <span>{t(`capability.${name}`)}</span>
            <StatusDot tone={capabilityTone(state)} label={t(`capabilityState.${state}`)} />
            <span className={styles['muted']}>
              {reason !== null
                ? reasonText(reason)
                : state === 'yes'
                  ? t(`capabilityYes.${name}`)
                  : t('capabilityUnknown')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
