import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Project } from 'bff/contract/projects';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan, useSession } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { PushCommands } from '../../domain/PushCommands.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { useCountColumns } from './count-columns.tsx';
import { projectPages, projectSorts, useLiveProjects } from './projects-queries.ts';

const urlDefaults = { q: '', sort: 'name' };

export function ProjectsPage() {
  const { t } = useTranslation('projects');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(urlDefaults);
  const sort = projectSorts.find((one) => one === url.sort) ?? 'name';
  const query = useInfiniteQuery(projectPages(url.q, sort));
  useLiveProjects();
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const columns = useProjectColumns();
  const total = query.data?.pages[0]?.total ?? null;
  return (
    <Page
      title={t('list.title')}
      fill
      facts={total === null || url.q !== '' ? undefined : <span>{t('list.projects', { count: total })}</span>}
      toolbar={<SearchField value={url.q} onChange={(q) => setUrl({ q })} label={t('list.search')} />}
    >
      <DataTable
        label={t('list.title')}
        columns={columns}
        rows={rows}
        rowKey={({ name }) => name}
        rowHref={({ name }) => paths.project(name)}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        sort={sort}
        onSortChange={(next) => setUrl({ sort: next })}
        total={total}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={loadMore}
        empty={<NoProjects q={url.q} onClear={() => setUrl({ q: '' })} />}
      />
    </Page>
  );
}

function NoProjects({ q, onClear }: { q: string; onClear: () => void }) {
  const { t } = useTranslation('projects');
  const mayCreate = useCan('project.create');
  const { account } = useSession();
  if (q !== '') {
    return (
      <EmptyState
        title={t('list.noMatch', { query: q })}
        action={
          <Button variant="outlined" onClick={onClear}>
            {t('list.clear')}
          </Button>
        }
      >
        {t('list.noMatchNext')}
      </EmptyState>
    );
  }
  if (!mayCreate) {
    return (
      <EmptyState title={t('list.emptyReader')}>
        {t(account === null ? 'list.emptyAnonymousNext' : 'list.emptyReaderNext')}
      </EmptyState>
    );
  }
  return (
    <EmptyState title={t('list.empty')} action={<PushCommands repository="my-project/my-image" isNewProject />}>
      {t('list.emptyNext')}
    </EmptyState>
  );
}

function useProjectColumns(): Column<Project>[] {
  const { t } = useTranslation('projects');
  const format = useFormat();
  const counts = useCountColumns<Project>();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t('list.name'),
        minWidth: 240,
        grow: 3,
        narrow: 'title' as const,
        sorts: { ascending: 'name', descending: '-name' },
        cell: ({ name }: Project) => (
          <Link to={paths.project(name)} title={name}>
            <bdi>{name}</bdi>
          </Link>
        ),
      },
      {
        key: 'repositories',
        header: t('list.repositories'),
        width: 120,
        align: 'end' as const,
        narrow: 'hidden' as const,
        cell: ({ repositoryCount }: Project) => format.number(repositoryCount),
      },
      ...counts,
    ],
    [t, format, counts],
  );
}
