import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { StoragePlace, StorageRepository } from 'bff/contract/storage';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { type KnownRegistry, useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { nameInProject, paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { repositoryPages, sorts, type StorageOf, storageUrl } from './storage-queries.ts';
import { useChangeWords } from './use-change-words.ts';
import styles from './storage.module.css';

const TWO_LINES_PX = 48;

/** Repositories, the largest first; of a project with a column for each registry that it is in. */
export function RepositoriesTable({ of, registryIds }: { of: StorageOf; registryIds: readonly string[] }) {
  const { t } = useTranslation('storage');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(storageUrl);
  const sort = sorts.find((one) => one === url.sort) ?? '-bytes';
  const query = useInfiniteQuery(repositoryPages(of, url.q, sort));
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const { fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const columns = useRepositoryColumns(of, registryIds);
  return (
    <DataTable
      label={t('table.label')}
      columns={columns}
      rows={rows}
      rowKey={({ repository }) => repository}
      rowHref={({ repository }) => paths.repository(repository)}
      {...(of.kind === 'project' ? { rowHeightPx: TWO_LINES_PX } : {})}
      isPending={query.isPending}
      error={errorWords(query.error)}
      onRetry={() => void query.refetch()}
      sort={sort}
      onSortChange={(chosen) => setUrl({ sort: chosen })}
      total={query.data?.pages[0]?.total ?? null}
      hasMore={query.hasNextPage}
      isLoadingMore={query.isFetchingNextPage}
      onLoadMore={loadMore}
      empty={
        url.q === '' ? (
          <EmptyState title={t('table.none')}>{t('table.noneNext')}</EmptyState>
        ) : (
          <EmptyState
            title={t('table.noMatch', { query: url.q })}
            action={
              <Button variant="outlined" onClick={() => setUrl({ q: '' })}>
                {t('table.clear')}
              </Button>
            }
          />
        )
      }
    />
  );
}

function useRepositoryColumns(of: StorageOf, registryIds: readonly string[]): Column<StorageRepository>[] {
  const { t } = useTranslation('storage');
  const { bytes } = useFormat();
  const changeWords = useChangeWords();
  const directory = useRegistryDirectory();
  const isOfProject = of.kind === 'project';
  return useMemo((): Column<StorageRepository>[] => {
    const sumOf = ({ places }: StorageRepository, valueOf: (place: StoragePlace) => number) =>
      places.reduce((sum, place) => sum + valueOf(place), 0);
    const amounts: Column<StorageRepository>[] = [
      {
        key: 'bytes',
        header: t('table.bytes'),
        width: 104,
        align: 'end',
        narrow: 'end',
        sorts: { ascending: 'bytes', descending: '-bytes', first: 'descending' },
        cell: (row) => bytes(row.bytes),
      },
      {
        key: 'unique',
        header: t('table.unique'),
        width: 104,
        align: 'end',
        sorts: { ascending: 'unique', descending: '-unique', first: 'descending' },
        cell: (row) => bytes(row.uniqueBytes),
      },
      {
        key: 'change',
        header: t('table.change'),
        width: 104,
        align: 'end',
        narrow: 'hidden',
        cell: ({ places }) => {
          const known = places.flatMap(({ changeBytes }) => changeBytes ?? []);
          return known.length === 0 ? '' : changeWords(known.reduce((sum, change) => sum + change, 0));
        },
      },
    ];
    const leftovers: Column<StorageRepository>[] = [
      {
        key: 'trash',
        header: t('table.trash'),
        width: 136,
        align: 'end',
        narrow: 'hidden',
        cell: (row) => bytes(sumOf(row, ({ trashBytes }) => trashBytes)),
      },
      {
        key: 'untagged',
        header: t('table.untagged'),
        width: 118,
        align: 'end',
        narrow: 'hidden',
        cell: (row) => bytes(sumOf(row, ({ untaggedBytes }) => untaggedBytes)),
      },
    ];
    const each = registryIds.map((registryId): Column<StorageRepository> => {
      const registry = directory.find(registryId);
      return {
        key: `at-${registryId}`,
        header: registry.name,
        headerContent: <RegistryChip name={registry.name} environment={registry.environment} />,
        width: 132,
        align: 'end',
        narrow: 'hidden',
        cell: ({ places }) => <Place place={places.find((one) => one.registryId === registryId)} registry={registry} />,
      };
    });
    return [
      {
        key: 'name',
        header: t('table.repository'),
        minWidth: 240,
        grow: 3,
        narrow: 'title',
        isSticky: true,
        sorts: { ascending: 'name', descending: '-name' },
        cell: ({ repository }) => (
          <Link to={paths.repository(repository)} title={repository}>
            <bdi>{isOfProject ? nameInProject(repository) : repository}</bdi>
          </Link>
        ),
      },
      ...amounts,
      ...(isOfProject ? each : leftovers),
    ];
  }, [t, bytes, changeWords, directory, isOfProject, registryIds]);
}

/** Two lines: bytes, and of them the unique ones; the change is the title. */
function Place({ place, registry }: { place: StoragePlace | undefined; registry: KnownRegistry }) {
  const { t } = useTranslation('storage');
  const { bytes } = useFormat();
  const changeWords = useChangeWords();
  if (place === undefined) return null;
  const unique = bytes(place.uniqueBytes);
  const change = place.changeBytes === null ? t('table.unknown') : changeWords(place.changeBytes);
  return (
    <span
      className={styles['two']}
      title={`${registry.name}: ${t('table.place', { bytes: bytes(place.bytes), unique })}\n${t('table.change')}: ${change}`}
    >
      <span>{bytes(place.bytes)}</span>
      <span className={styles['second']}>{change}</span>
    </span>
  );
}
