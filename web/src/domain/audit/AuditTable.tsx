import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { AuditEntry } from 'bff/contract/audit';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { useErrorWords } from '../error-words.ts';
import styles from './audit.module.css';
import { auditDefaults, auditPages, auditQueryOf, isFiltered } from './audit-filters.ts';
import { AuditLine } from './AuditLine.tsx';

const SKELETON_LINES = 12;

interface AuditTableProps {
  /** The log of one project; left out for the whole console's, which says the project of each line. */
  project?: string;
}

/** The log as the URL filters it, newest first; a line opens to what it changed. Needs the words `audit-log`. */
export function AuditTable({ project }: AuditTableProps) {
  const { t } = useTranslation('audit-log');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(auditDefaults);
  const query = useInfiniteQuery(auditPages(auditQueryOf(url, project), project));
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const lines = query.data?.pages.flatMap((page) => page.items) ?? [];
  const error = errorWords(query.error);
  const toggle = (id: number) => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };

  if (error !== null && lines.length === 0) {
    return <ErrorState title={t('titleAll')} error={error} onRetry={() => void query.refetch()} />;
  }
  if (!query.isPending && lines.length === 0) {
    return isFiltered(url) ? (
      <EmptyState
        title={t('noMatch')}
        action={
          <Button variant="outlined" onClick={() => setUrl(auditDefaults)}>
            {t('clear')}
          </Button>
        }
      >
        {t('noMatchNext')}
      </EmptyState>
    ) : (
      <EmptyState title={t('empty')}>{t('emptyNext')}</EmptyState>
    );
  }
  return (
    <div className={styles['log']} data-place={project === undefined ? 'all' : 'project'}>
      <Lines lines={lines} isPending={query.isPending} isOfAll={project === undefined} open={open} onToggle={toggle} />
      <div className={styles['end']}>
        <span role="status">{query.isPending ? '' : t('shown', { count: lines.length })}</span>
        {error === null ? null : (
          <span role="alert" className={styles['wrong']}>
            {error.sentence} {error.more}
          </span>
        )}
        {query.hasNextPage ? (
          <Button variant="outlined" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('older')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

interface LinesProps {
  lines: readonly AuditEntry[];
  isPending: boolean;
  isOfAll: boolean;
  open: ReadonlySet<number>;
  onToggle: (id: number) => void;
}

function Lines({ lines, isPending, isOfAll, open, onToggle }: LinesProps) {
  const { t } = useTranslation('audit-log');
  return (
    <div role="table" aria-label={t('titleAll')} aria-busy={isPending}>
      <div role="rowgroup" className={styles['head']}>
        <div role="row" className={styles['row']}>
          <div role="columnheader">{t('when')}</div>
          <div role="columnheader">{t('actor')}</div>
          <div role="columnheader">{t('what')}</div>
          <div role="columnheader">{t('where')}</div>
          <div role="columnheader">{t('outcome')}</div>
        </div>
      </div>
      <div role="rowgroup">
        {isPending
          ? Array.from({ length: SKELETON_LINES }, (_unused, index) => (
              <div key={index} role="row" className={styles['row']}>
                <div role="cell" className={styles['bone']}>
                  <span className={styles['skeleton']} style={{ width: `${40 + ((index * 17) % 45)}%` }} />
                </div>
              </div>
            ))
          : lines.map((line) => (
              <AuditLine
                key={line.id}
                line={line}
                isOfAll={isOfAll}
                isOpen={open.has(line.id)}
                onToggle={() => onToggle(line.id)}
              />
            ))}
      </div>
    </div>
  );
}
