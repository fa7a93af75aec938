import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Project } from 'bff/contract/projects';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan, useSession } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { ProjectBadges } from '../../domain/project/ProjectBadges.tsx';
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
import styles from './Matrix.module.css';
import { archivedFilters, projectPages, projectSorts, useLiveProjects } from './projects-queries.ts';

const urlDefaults = { q: '', sort: 'name', archived: 'without', edit: '' };
/** As in other lists: the word for what is not there yet. */
const NEW = 'NEW';

const NewProjectDrawer = lazy(async () => ({ default: (await import('./NewProjectDrawer.tsx')).NewProjectDrawer }));

export function ProjectsPage() {
  const { t } = useTranslation('projects');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(urlDefaults);
  const sort = projectSorts.find((one) => one === url.sort) ?? 'name';
  const archived = archivedFilters.find((one) => one === url.archived) ?? 'without';
  const mayCreate = useCan('project.create');
  const query = useInfiniteQuery(projectPages(url.q, sort, archived));
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
      {...(mayCreate
        ? {
            action: (
              <Button variant="contained" onClick={() => setUrl({ edit: NEW }, { replace: false })}>
                {t('list.new')}
              </Button>
            ),
          }
        : {})}
      toolbar={
        <>
          <SearchField value={url.q} onChange={(q) => setUrl({ q })} label={t('list.search')} />
          <select
            className={styles['select']}
            aria-label={t('list.archived')}
            value={archived}
            onChange={(event) => setUrl({ archived: event.target.value })}
          >
            {archivedFilters.map((one) => (
              <option key={one} value={one}>
                {t(`list.archivedFilter.${one}`)}
              </option>
            ))}
          </select>
        </>
      }
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
        empty={
          archived === 'only' && url.q === '' ? (
            <EmptyState title={t('list.noArchived')}>{t('list.noArchivedNext')}</EmptyState>
          ) : (
            <NoProjects q={url.q} onClear={() => setUrl({ q: '' })} />
          )
        }
      />
      {mayCreate && url.edit === NEW ? (
        <Suspense>
          <NewProjectDrawer onClose={() => setUrl({ edit: '' })} />
        </Suspense>
      ) : null}
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
        cell: (project: Project) => (
          <span className={styles['named']}>
            <Link to={paths.project(project.name)} title={project.name}>
              <bdi>{project.name}</bdi>
            </Link>
            <ProjectBadges project={project} />
            <span className={styles['described']} title={project.description}>
              {project.description}
            </span>
          </span>
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
