import type { Registry } from 'bff/contract/registries';
import { useTranslation } from 'react-i18next';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import styles from './registries.module.css';

/** What is known of the registry's content, and how old that knowledge is. */
export function RegistryCatalog({ registry: { catalog } }: { registry: Registry }) {
  const { t } = useTranslation('registries');
  const { number, bytes } = useFormat();
  const reasonText = useReasonText();
  const { repositoryCount, tagCount, sizeBytes, scannedAt, scanState, scanReason } = catalog;
  return (
    <section className={styles['section']} aria-labelledby="registry-catalog">
      <div className={styles['sectionHead']}>
        <h2 id="registry-catalog">{t('detail.catalog')}</h2>
        <span role="status">
          {scanState === 'idle' ? null : (
            <StatusDot
              tone={scanState === 'running' ? 'accent' : 'warn'}
              label={t(`detail.scanState.${scanState}`)}
              isActive={scanState === 'running'}
            />
          )}
        </span>
      </div>
      {scanState === 'failed' && scanReason !== null ? (
        <p className={styles['warn']}>{reasonText(scanReason)}</p>
      ) : null}
      <dl className={styles['facts']}>
        <dt>{t('detail.repositories')}</dt>
        <dd>{number(repositoryCount)}</dd>
        <dt>{t('detail.tags')}</dt>
        <dd>{number(tagCount)}</dd>
        <dt>{t('detail.size')}</dt>
        <dd>{bytes(sizeBytes)}</dd>
        <dt>{t('detail.scanned')}</dt>
        <dd>{scannedAt === null ? t('neverScanned') : <RelativeTime instant={scannedAt} />}</dd>
      </dl>
    </section>
  );
}
