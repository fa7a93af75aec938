import Button from '@mui/material/Button';
import type { Collection } from 'bff/contract/collections';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import { collectionTone, reclaimedBytes, refusedMs } from './collection-words.ts';
import styles from './collections.module.css';

interface CollectionHistoryProps {
  registryId: string;
  runs: readonly Collection[];
  hasMore: boolean;
  isPending: boolean;
  onMore: () => void;
}

export function CollectionHistory({ registryId, runs, hasMore, isPending, onMore }: CollectionHistoryProps) {
  const { t } = useTranslation('collections');
  return (
    <section className={styles['section']} aria-labelledby="collection-history" aria-busy={isPending}>
      <div className={styles['sectionHead']}>
        <h2 id="collection-history">{t('history')}</h2>
      </div>
      {runs.length === 0 ? (
        <p className={styles['muted']}>{isPending ? null : t('historyEmpty')}</p>
      ) : (
        <table className={styles['runs']} aria-labelledby="collection-history">
          <thead>
            <tr>
              <th scope="col">{t('column.begun')}</th>
              <th scope="col">{t('column.state')}</th>
              <th scope="col">{t('column.by')}</th>
              <th scope="col" className={styles['figure']}>
                {t('column.found')}
              </th>
              <th scope="col" className={styles['figure']}>
                {t('column.took')}
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <RunRow key={run.id} registryId={registryId} run={run} />
            ))}
          </tbody>
        </table>
      )}
      {hasMore ? (
        <div className={styles['buttons']}>
          <Button variant="outlined" onClick={onMore}>
            {t('more')}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function RunRow({ registryId, run }: { registryId: string; run: Collection }) {
  const { t } = useTranslation('collections');
  const { bytes, duration } = useFormat();
  const nowMs = useNow();
  const reclaimed = reclaimedBytes(run);
  const refused = refusedMs(run, nowMs);
  const state = run.state === 'running' && run.isStopping ? 'stopping' : run.state;
  return (
    <tr>
      <td>
        <Link to={paths.collection(registryId, run.id)}>{t(`kind.${run.kind}`)}</Link>{' '}
        <span className={styles['muted']}>
          <RelativeTime instant={run.createdAt} />
        </span>
      </td>
      <td>
        <StatusDot tone={collectionTone(run)} label={t(`state.${state}`)} isActive={run.state === 'running'} />
      </td>
      <td>{run.isScheduled ? t('scheduled') : run.askedBy}</td>
      <td className={styles['figure']}>{reclaimed === null ? null : bytes(reclaimed)}</td>
      <td className={styles['figure']}>{refused === null ? null : duration(refused)}</td>
    </tr>
  );
}
