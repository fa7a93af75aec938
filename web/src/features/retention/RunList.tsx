import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { canAt, useProjectAccess } from '../../domain/project-access.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { runPages } from './retention-queries.ts';
import styles from './retention.module.css';
import { Where } from './PlanWords.tsx';
import { RunLine } from './RunLine.tsx';

/** Every run of the project's plans that the reader may see, the latest first. */
export function RunList({ project }: { project: string }) {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const mayRead = canAt(useProjectAccess(project), 'member.read');
  const query = useInfiniteQuery({ ...runPages(project), enabled: mayRead });
  const runs = query.data?.pages.flatMap(({ items }) => items);
  if (runs === undefined) {
    return query.error === null ? (
      <div className={styles['skeleton']} aria-busy="true" />
    ) : (
      <ErrorState title={t('historyNotRead')} error={errorWords(query.error)} onRetry={() => void query.refetch()} />
    );
  }
  if (runs.length === 0) return <p className={styles['muted']}>{t('historyEmpty')}</p>;
  return (
    <>
      <ul className={styles['runs']}>
        {runs.map((run) => (
          <li key={run.id}>
            <Where environment={run.environment} />
            <RunLine project={project} run={run} />
            <span className={styles['muted']}>
              {run.askedBy === null ? t('scheduled') : t('by', { who: run.askedBy })}
            </span>
          </li>
        ))}
      </ul>
      {query.hasNextPage ? (
        <Button
          variant="outlined"
          className={styles['start'] ?? ''}
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('older')}
        </Button>
      ) : null}
    </>
  );
}
