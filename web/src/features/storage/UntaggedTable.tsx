import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { UntaggedManifest } from 'bff/contract/storage';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { PutInTrashDialog } from './PutInTrashDialog.tsx';
import { type Leftovers, type StorageOf, storageUrl, untaggedPages } from './storage-queries.ts';
import { keyOf, useUntaggedColumns } from './untagged-columns.tsx';
import styles from './storage.module.css';

interface UntaggedTableProps {
  of: StorageOf;
  /** Where all that are old enough are put in the trash at once; empty: the reader may not. */
  everything: readonly Leftovers[];
  /** How many those are, and what they would give back. */
  ripeBytes: number;
  mayPut: (manifest: UntaggedManifest) => boolean;
  toTrash: string;
}

const TWO_LINES_PX = 48;

/** What no tag reaches, the longest first, with what cannot be found this way. */
export function UntaggedTable({ of, everything, ripeBytes, mayPut, toTrash }: UntaggedTableProps) {
  const { t } = useTranslation('storage');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(storageUrl);
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<{ leftovers: readonly Leftovers[]; count: number } | null>(null);
  const query = useInfiniteQuery(untaggedPages(of, url.q));
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const { fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const columns = useUntaggedColumns(of.kind === 'project');
  const chosen = rows.filter((row) => selection.has(keyOf(row)) && row.isRipe && mayPut(row));
  const ripe = rows.filter((row) => row.isRipe && mayPut(row));
  return (
    <>
      <div className={styles['about']}>
        <p>{t('leftovers.about')}</p>
        <p className={styles['muted']}>{t('leftovers.limits')}</p>
        {everything.length === 0 || ripe.length === 0 || url.q !== '' ? null : (
          <Button
            variant="outlined"
            onClick={() =>
              setAsked({ leftovers: everything, count: countOf(ripe, query.hasNextPage, query.data?.pages[0]?.total) })
            }
          >
            {t('leftovers.putAll', { count: countOf(ripe, query.hasNextPage, query.data?.pages[0]?.total) })}
          </Button>
        )}
      </div>
      <DataTable
        label={t('leftovers.label')}
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        rowLabel={({ repository, digest }) => `${repository}@${digest}`}
        rowHeightPx={TWO_LINES_PX}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        total={query.data?.pages[0]?.total ?? null}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={loadMore}
        {...(everything.length === 0 ? {} : { selection, onSelectionChange: setSelection })}
        bulkActions={
          <Button
            variant="contained"
            disabled={chosen.length === 0}
            onClick={() => setAsked({ leftovers: groupsOf(chosen), count: chosen.length })}
          >
            {t('leftovers.put')}
          </Button>
        }
        empty={
          url.q === '' ? (
            <EmptyState title={t('leftovers.empty')} />
          ) : (
            <EmptyState
              title={t('leftovers.noMatch', { query: url.q })}
              action={
                <Button variant="outlined" onClick={() => setUrl({ q: '' })}>
                  {t('table.clear')}
                </Button>
              }
            />
          )
        }
      />
      {asked === null ? null : (
        <PutInTrashDialog
          of={of}
          {...asked}
          freedBytes={ripeBytes}
          toTrash={toTrash}
          onClose={() => {
            setAsked(null);
            setSelection(new Set());
          }}
        />
      )}
    </>
  );
}

/** Those that are loaded; where there are more, the server has counted all of them, young ones included. */
function countOf(ripe: readonly UntaggedManifest[], hasMore: boolean, total: number | null | undefined): number {
  return hasMore ? (total ?? ripe.length) : ripe.length;
}

function groupsOf(chosen: readonly UntaggedManifest[]): Leftovers[] {
  const groups = Map.groupBy(chosen, ({ registryId, repository }) => `${registryId}/${repository}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { registryId, repository } = first;
    return [{ registryId, repository, digests: group.map(({ digest }) => digest) }];
  });
}
