import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Repository } from 'bff/contract/repositories';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { useMayPush } from '../../domain/may-push.ts';
import { PushCommands } from '../../domain/PushCommands.tsx';
import { nameInProject, paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { useCountColumns } from './count-columns.tsx';
import { projectRepositoryPages, projectSorts } from './projects-queries.ts';

interface ProjectRepositoriesProps {
  project: string;
  q: string;
  sort: string;
  onSortChange: (sort: string) => void;
}

export function ProjectRepositories({ project, q, sort: wanted, onSortChange }: ProjectRepositoriesProps) {
  const { t } = useTranslation('projects');
  const errorWords = useErrorWords();
  const mayPush = useMayPush(project);
  const sort = projectSorts.find((one) => one === wanted) ?? 'name';
  const query = useInfiniteQuery(projectRepositoryPages(project, q, sort));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const columns = useRepositoryColumns();
  return (
    <DataTable
      label={t('project.repositories')}
      columns={columns}
      rows={rows}
      rowKey={({ name }) => name}
      rowHref={({ name }) => paths.repository(name)}
      isPending={query.isPending}
      error={errorWords(query.error)}
      onRetry={() => void query.refetch()}
      sort={sort}
      onSortChange={onSortChange}
      total={query.data?.pages[0]?.total ?? null}
      hasMore={query.hasNextPage}
      isLoadingMore={query.isFetchingNextPage}
      onLoadMore={loadMore}
      empty={
        q === '' ? (
          <EmptyState
            title={t('matrix.empty')}
            action={mayPush ? <PushCommands repository={`${project}/my-image`} /> : undefined}
          >
            {t(mayPush ? 'matrix.emptyNext' : 'matrix.emptyReader')}
          </EmptyState>
        ) : (
          <EmptyState
            title={t('project.noRepositories', { query: q })}
            action={
              <Button component={Link} to={paths.project(project, { view: 'repositories' })} variant="outlined">
                {t('list.clear')}
              </Button>
            }
          />
        )
      }
    />
  );
}

function useRepositoryColumns(): Column<Repository>[] {
  const { t } = useTranslation('projects');
  const counts = useCountColumns<Repository>();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t('project.repository'),
        minWidth: 260,
        grow: 3,
        narrow: 'title' as const,
        sorts: { ascending: 'name', descending: '-name' },
        cell: ({ name }: Repository) => (
          <Link to={paths.repository(name)} title={name}>
            <bdi>{nameInProject(name)}</bdi>
          </Link>
        ),
      },
      ...counts,
    ],
    [t, counts],
  );
}
