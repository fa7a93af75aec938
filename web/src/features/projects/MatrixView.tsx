import Button from '@mui/material/Button';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { MatrixColumn } from 'bff/contract/projects';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ApiError } from '../../api/api-error.ts';
import { useCan } from '../../domain/account.ts';
import { type CopyIntent, LazyCopyDialog } from '../../domain/copy/LazyCopyDialog.tsx';
import { useErrorWords } from '../../domain/error-words.ts';
import { useMayPush } from '../../domain/may-push.ts';
import { LazyPromoteDialog } from '../../domain/promotion/LazyPromoteDialog.tsx';
import type { PromotionSource } from '../../domain/promotion/promotion-path.ts';
import { usePromotionSteps } from '../../domain/promotion/promotion-queries.ts';
import { PushCommands } from '../../domain/PushCommands.tsx';
import type { DeletionIntent } from '../../domain/trash/delete-plan.ts';
import { LazyDeleteDialog } from '../../domain/trash/LazyDeleteDialog.tsx';
import { LazyRestoreDialog } from '../../domain/trash/LazyRestoreDialog.tsx';
import { trashItemQuery } from '../../domain/trash/trash-queries.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { toast } from '../../ui/toast.ts';
import { Matrix } from './Matrix.tsx';
import styles from './Matrix.module.css';
import { MatrixGlyph } from './MatrixGlyph.tsx';
import { MatrixSkeleton } from './MatrixSkeleton.tsx';
import { type MatrixFilters, matrixPages } from './projects-queries.ts';

interface MatrixViewProps {
  project: string;
  filters: MatrixFilters;
  onClearFilters: () => void;
}

export function MatrixView({ project, filters, onClearFilters }: MatrixViewProps) {
  const { t } = useTranslation(['projects', 'common']);
  const errorWords = useErrorWords();
  const query = useInfiniteQuery(matrixPages(project, filters));
  const [copy, setCopy] = useState<CopyIntent | null>(null);
  // So that a cell's menu knows at once where its tag can go.
  usePromotionSteps(project, '');
  const [promoted, setPromoted] = useState<PromotionSource | null>(null);
  const [deleted, setDeleted] = useState<DeletionIntent | null>(null);
  const restored = useTrashItem(project);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const first = query.data?.pages[0];
  if (query.isPending) return <MatrixSkeleton />;
  if (first === undefined) {
    return (
      <ErrorState
        title={t('common:ui.notRead', { what: t('project.matrix') })}
        error={errorWords(query.error ?? undefined)}
        onRetry={() => void query.refetch()}
      />
    );
  }
  const { columns } = first;
  if (rows.length === 0) {
    return (
      <NoTags project={project} filters={filters} hasColumns={columns.length > 0} onClearFilters={onClearFilters} />
    );
  }
  // By push, neighbours are of any repository: headings would be as many as tags, so each line names its own.
  const isGrouped = !filters.sort.endsWith('pushed') && filters.repository === '';
  return (
    <>
      <Matrix
        key={`${filters.sort} ${filters.q} ${filters.repository} ${filters.isOnlyDrift}`}
        label={t('matrix.label', { project })}
        columns={columns}
        rows={rows}
        isGrouped={isGrouped}
        isRepositoryShown={!isGrouped && filters.repository === ''}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage || query.isFetchNextPageError}
        onLoadMore={loadMore}
        onCopyTo={setCopy}
        onPromote={setPromoted}
        onDelete={setDeleted}
        onRestore={restored.read}
        banner={
          query.error === null ? (
            <PartialBanner columns={columns} />
          ) : (
            <div className={styles['banner']} role="alert">
              {errorWords(query.error).sentence}{' '}
              <Button onClick={() => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch())}>
                {t('common:ui.tryAgain')}
              </Button>
            </div>
          )
        }
        footer={<MatrixFooter shown={rows.length} total={first.total} hasMore={query.hasNextPage} />}
      />
      <LazyCopyDialog intent={copy} onClose={() => setCopy(null)} />
      <LazyDeleteDialog intent={deleted} onClose={() => setDeleted(null)} />
      <LazyRestoreDialog item={restored.item} onClose={restored.drop} />
      <LazyPromoteDialog source={promoted} onClose={() => setPromoted(null)} />
    </>
  );
}

/** What is in the trash of a cell, to be restored; a toast says why it cannot be read. */
function useTrashItem(project: string) {
  const { t } = useTranslation('common');
  const errorWords = useErrorWords();
  const queries = useQueryClient();
  const { data, mutate, reset } = useMutation({
    mutationFn: (itemId: string) => queries.fetchQuery(trashItemQuery(project, itemId)),
    onSuccess: ({ items }) => {
      if (items.length === 0) toast({ message: t('errors.trash-item-not-found'), tone: 'warn' });
    },
    onError: (error: ApiError) => toast({ message: errorWords(error).sentence, tone: 'danger' }),
  });
  return { item: data?.items[0] ?? null, read: mutate, drop: reset };
}

/** Says which columns cannot be read now; the others are not held back by them. */
function PartialBanner({ columns }: { columns: readonly MatrixColumn[] }) {
  const { t } = useTranslation('projects');
  const maySee = useCan('registry.read');
  const away = columns.filter((column) => column.health === 'down');
  if (away.length === 0) return null;
  return (
    <output className={styles['banner']}>
      {t('matrix.stale', { count: away.length, names: away.map(({ name }) => name).join(', ') })}{' '}
      {maySee ? <Link to={paths.registries()}>{t('matrix.toRegistries')}</Link> : null}
    </output>
  );
}

function MatrixFooter({ shown, total, hasMore }: { shown: number; total: number | null; hasMore: boolean }) {
  const { t } = useTranslation('projects');
  const count = total ?? shown;
  return (
    <div className={styles['footer']}>
      <span>
        {t('counts.rows', { count })}
        {total === null && hasMore ? '+' : ''}
      </span>
      <ul className={styles['legend']} aria-label={t('matrix.legend')}>
        <li>
          <MatrixGlyph state="same" /> {t('matrix.legendSame')}
        </li>
        <li>
          <MatrixGlyph state="differs" /> {t('matrix.legendDiffers')}
        </li>
        <li>
          <MatrixGlyph state="copying" /> {t('matrix.legendCopying')}
        </li>
        <li>
          <MatrixGlyph state="trash" /> {t('matrix.legendTrash')}
        </li>
        <li>
          <MatrixGlyph state="missing" /> {t('matrix.legendMissing')}
        </li>
      </ul>
    </div>
  );
}

interface NoTagsProps extends MatrixViewProps {
  hasColumns: boolean;
}

function NoTags({ project, filters, hasColumns, onClearFilters }: NoTagsProps) {
  const { t } = useTranslation('projects');
  const mayPush = useMayPush(project);
  const mayAddRegistry = useCan('registry.manage');
  const isFiltered = filters.q !== '' || filters.repository !== '' || filters.isOnlyDrift;
  if (isFiltered) {
    const isNoDrift = filters.isOnlyDrift && filters.q === '';
    return (
      <EmptyState
        title={isNoDrift ? t('matrix.noDrift') : t('matrix.noMatch')}
        action={
          <Button variant="outlined" onClick={onClearFilters}>
            {t('matrix.clearFilters')}
          </Button>
        }
      >
        {t('matrix.noMatchNext')}
      </EmptyState>
    );
  }
  if (!hasColumns) {
    return (
      <EmptyState title={t('matrix.noRegistries')}>
        {t(mayAddRegistry ? 'matrix.noRegistriesNext' : 'matrix.noRegistriesReader')}
      </EmptyState>
    );
  }
  if (!mayPush) return <EmptyState title={t('matrix.empty')}>{t('matrix.emptyReader')}</EmptyState>;
  return (
    <EmptyState title={t('matrix.empty')} action={<PushCommands repository={`${project}/my-image`} />}>
      {t('matrix.emptyNext')}
    </EmptyState>
  );
}
