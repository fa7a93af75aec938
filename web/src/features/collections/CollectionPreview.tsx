import type { Collection } from 'bff/contract/collections';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { refusedMs } from './collection-words.ts';
import styles from './collections.module.css';

/** What a collection would take now, as far as the last look knows. */
export function CollectionPreview({ runs }: { runs: readonly Collection[] }) {
  const { t } = useTranslation('collections');
  const { bytes, duration } = useFormat();
  const looked = runs.find(({ eligibleCount }) => eligibleCount !== null);
  const last = runs.find(({ writesRefusedAt, writableAt }) => writesRefusedAt !== null && writableAt !== null);
  const lastMs = last === undefined ? null : refusedMs(last, 0);
  return (
    <section className={styles['section']} aria-labelledby="collection-preview">
      <div className={styles['sectionHead']}>
        <h2 id="collection-preview">{t('latest')}</h2>
      </div>
      {looked === undefined ? <p className={styles['muted']}>{t('noneYet')}</p> : <Found run={looked} bytes={bytes} />}
      {lastMs === null ? null : <p className={styles['muted']}>{t('refusedUsually', { time: duration(lastMs) })}</p>}
    </section>
  );
}

function Found({ run, bytes }: { run: Collection; bytes: (sizeBytes: number) => string }) {
  const { t } = useTranslation('collections');
  // What was found then is gone since.
  const count = run.removedCount === null ? (run.eligibleCount ?? 0) : 0;
  const unweighed = count === 0 ? 0 : (run.unweighedCount ?? 0);
  return (
    <>
      {count === 0 ? (
        <p>{t('nothing')}</p>
      ) : (
        <>
          <p className={styles['amount']}>{bytes(run.eligibleBytes ?? 0)}</p>
          <p>
            {t('eligible', { count })}
            {unweighed > 0 ? `, ${t('unweighed', { count: unweighed })}` : null}
          </p>
        </>
      )}
      <p className={styles['muted']}>
        {t('asOf')} <RelativeTime instant={run.finishedAt ?? run.createdAt} />
      </p>
    </>
  );
}
