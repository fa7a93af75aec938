import type { RetentionRun } from 'bff/contract/retention';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { StatusDot } from '../../ui/StatusDot.tsx';
import styles from './retention.module.css';
import { isOpen, runTone } from './rule-words.ts';

/** When it was, how it ended, what it did, and the way to its tags. */
export function RunLine({ project, run }: { project: string; run: RetentionRun }) {
  const { t } = useTranslation('retention');
  const reasonText = useReasonText();
  const result = useResultWords();
  return (
    <span className={styles['runLine']}>
      <Link to={paths.retentionRun(project, run.id)}>
        <RelativeTime instant={run.createdAt} />
      </Link>
      <StatusDot tone={runTone(run)} label={t(`state.${run.state}`)} isActive={isOpen(run) && run.state !== 'held'} />
      <span>{result(run)}</span>
      {run.reason === null ? null : <span className={styles['muted']}>{reasonText(run.reason)}</span>}
    </span>
  );
}

/** “12 into the trash, 1 spared, 30 kept”, without what is nothing. */
export function useResultWords(): (run: RetentionRun) => string {
  const { t } = useTranslation('retention');
  const { bytes } = useFormat();
  return (run) => {
    const { trashedCount, sparedCount, failedCount, deleteCount, keepCount, freedBytes } = run;
    if (run.state === 'planning' || run.state === 'failed') return '';
    if (deleteCount === 0) return t('result.nothing');
    const waiting = deleteCount - trashedCount - sparedCount - failedCount;
    const parts = [
      ...(trashedCount === 0 ? [] : [t('result.trashed', { count: trashedCount })]),
      ...(sparedCount === 0 ? [] : [t('result.spared', { count: sparedCount })]),
      ...(failedCount === 0 ? [] : [t('result.failed', { count: failedCount })]),
      ...(waiting === 0 ? [] : [t('result.waiting', { count: waiting })]),
      t('result.kept', { count: keepCount }),
      ...(freedBytes === null || trashedCount === 0 ? [] : [bytes(freedBytes)]),
    ];
    return parts.join(' · ');
  };
}
