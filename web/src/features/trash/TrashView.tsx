import Button from '@mui/material/Button';
import type { TrashItem } from 'bff/contract/trash';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { LazyRestoreDialog } from '../../domain/trash/LazyRestoreDialog.tsx';
import { nameOf } from '../../domain/trash/trash-state.ts';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import type { MenuAction } from '../../ui/menu-action.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { BulkDialog, type BulkWork } from './BulkDialog.tsx';
import { useTrashColumns } from './trash-columns.tsx';
import { trashUrl, useLiveTrash } from './trash-list.ts';
import { usePurgeRights } from './use-purge-rights.ts';

interface TrashViewProps {
  /** Undefined for all of them. */
  project: string | undefined;
  query: {
    data: { pages: ReadonlyArray<{ items: readonly TrashItem[] }> } | undefined;
    error: Error | null;
    isPending: boolean;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    refetch: () => unknown;
    fetchNextPage: () => unknown;
  };
}

const TWO_LINES_PX = 48;

export function TrashView({ project, query }: TrashViewProps) {
  const { t } = useTranslation('trash');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(trashUrl);
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [restored, setRestored] = useState<TrashItem | null>(null);
  const [work, setWork] = useState<BulkWork | null>(null);
  useLiveTrash(project);
  const mayPurge = usePurgeRights(rows);
  const banner = useAwayWords(rows);
  const { fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const actionsOf = (item: TrashItem): readonly MenuAction[] => [
    ...(item.state === 'deleted'
      ? [{ key: 'restore', label: t('restore.action'), onChoose: () => setRestored(item) }]
      : []),
    ...(item.tag === null
      ? []
      : [
          {
            key: 'history',
            label: t('row.history'),
            to: paths.tagHistory(item.repository, item.tag, { registry: item.registryId }),
          },
        ]),
    {
      key: 'only',
      label: t('page.onlyThis', { repository: item.repository }),
      onChoose: () => setUrl({ repository: item.repository }, { replace: false }),
    },
    ...(item.state === 'deleted' && mayPurge(item)
      ? [{ key: 'purge', label: t('bulk.purge'), onChoose: () => setWork({ act: 'purge', items: [item] }) }]
      : []),
  ];
  const columns = useTrashColumns({ isOfProject: project !== undefined, actionsOf });
  const selected = rows.filter(({ id, state }) => selection.has(id) && state === 'deleted');
  const isFiltered = Object.entries(trashUrl).some(([name, value]) => name !== 'sort' && readUrl(url, name) !== value);
  return (
    <>
      <DataTable
        label={t('page.label')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowLabel={nameOf}
        rowHeightPx={TWO_LINES_PX}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        banner={banner}
        sort={url.sort}
        onSortChange={(sort) => setUrl({ sort })}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={loadMore}
        selection={selection}
        onSelectionChange={setSelection}
        bulkActions={
          <BulkButtons
            selected={selected}
            mayPurge={selected.every((item) => mayPurge(item))}
            onRestoreOne={setRestored}
            onWork={setWork}
          />
        }
        empty={
          <EmptyState
            title={t(isFiltered ? 'page.noMatch' : 'page.empty')}
            action={
              isFiltered ? (
                <Button variant="outlined" onClick={() => setUrl(trashUrl)}>
                  {t('page.clear')}
                </Button>
              ) : undefined
            }
          >
            {isFiltered ? undefined : t('page.emptyNext')}
          </EmptyState>
        }
      />
      <LazyRestoreDialog item={restored} onClose={() => setRestored(null)} />
      {work === null ? null : (
        <BulkDialog
          work={work}
          onClose={() => {
            setWork(null);
            setSelection(new Set());
          }}
        />
      )}
    </>
  );
}

const readUrl = (url: Readonly<Record<string, string>>, name: string) => url[name];

/** Registries that do not answer: what was deleted there is seen, and waits. */
function useAwayWords(items: readonly TrashItem[]): string | undefined {
  const { t } = useTranslation('trash');
  const directory = useRegistryDirectory();
  const shown = new Set(items.map(({ registryId }) => registryId));
  const away = directory.registries.filter(({ id, health }) => health === 'down' && shown.has(id));
  if (away.length === 0) return undefined;
  return t('page.away', { count: away.length, names: away.map(({ name }) => name).join(t('row.comma')) });
}

interface BulkButtonsProps {
  /** Of what is selected that which is in the trash still. */
  selected: readonly TrashItem[];
  mayPurge: boolean;
  onRestoreOne: (item: TrashItem) => void;
  onWork: (work: BulkWork) => void;
}

function BulkButtons({ selected, mayPurge, onRestoreOne, onWork }: BulkButtonsProps) {
  const { t } = useTranslation('trash');
  const [first] = selected;
  if (first === undefined) return null;
  return (
    <>
      <Button
        variant="contained"
        onClick={() => {
          // For one alone there is more to choose.
          if (selected.length === 1) onRestoreOne(first);
          else onWork({ act: 'restore', items: selected });
        }}
      >
        {t('bulk.restore')}
      </Button>
      {mayPurge ? (
        <Button variant="outlined" color="error" onClick={() => onWork({ act: 'purge', items: selected })}>
          {t('bulk.purge')}
        </Button>
      ) : null}
    </>
  );
}
