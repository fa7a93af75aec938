import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type MatrixColumn, matrixSorts } from 'bff/contract/projects';
import type { Tag } from 'bff/contract/repositories';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { useMayPush } from '../../domain/may-push.ts';
import { PushCommands } from '../../domain/PushCommands.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import type { DeletionIntent } from '../../domain/trash/delete-plan.ts';
import { LazyDeleteDialog } from '../../domain/trash/LazyDeleteDialog.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { nameInProject, paths, projectOf, repositoryOf } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { repositoryDetail, type TagFilters, tagPages, useLiveRepository } from './repositories-queries.ts';
import styles from './repositories.module.css';
import { RepositoryMenu } from './RepositoryMenu.tsx';
import { TagActions } from './TagActions.tsx';
import { tagHref, useTagColumns } from './tag-columns.tsx';
import { usePartialWords } from './use-partial-words.tsx';

const urlDefaults = { q: '', sort: '-semver', registry: '' };
const noFilters = { q: '', registry: '' };
const noColumns: readonly MatrixColumn[] = [];

/** All tags of one repository over all registries, newest version first. */
export function RepositoryPage() {
  const { project = '', '*': rest = '' } = useParams();
  const repository = repositoryOf(project, rest);
  // Filters, the selection and a deletion are of one repository.
  return <RepositoryView key={repository} project={project} repository={repository} />;
}

function RepositoryView({ project, repository }: { project: string; repository: string }) {
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [deletion, setDeletion] = useState<DeletionIntent | null>(null);
  return (
    <>
      <RepositoryContent
        project={project}
        repository={repository}
        selection={selection}
        onSelectionChange={setSelection}
        onDelete={setDeletion}
      />
      {/* Outside of what the deletion takes away: it says what became of it when no row is left, nor the repository. */}
      <LazyDeleteDialog
        intent={deletion}
        onClose={(hasBegun) => {
          setDeletion(null);
          // What was selected is not there any more.
          if (hasBegun && deletion?.what.kind === 'references') setSelection(new Set());
        }}
      />
    </>
  );
}

interface RepositoryContentProps {
  project: string;
  repository: string;
  selection: ReadonlySet<string>;
  onSelectionChange: (selection: ReadonlySet<string>) => void;
  onDelete: (intent: DeletionIntent) => void;
}

function RepositoryContent({ project, repository, ...choices }: RepositoryContentProps) {
  const { t } = useTranslation('repositories');
  const detail = useQuery(repositoryDetail(repository));
  useLiveRepository(repository);
  const above = (
    <Breadcrumbs
      links={[
        { label: t('projects'), to: paths.projects() },
        { label: project, to: paths.project(project) },
      ]}
    />
  );
  if (detail.error instanceof ApiError && detail.error.code === 'repository-not-found') {
    return (
      <Page title={repository} above={above}>
        <EmptyState
          title={t('notFound', { repository })}
          action={
            <Button component={Link} to={paths.project(project)} variant="outlined">
              {t('toProject', { project })}
            </Button>
          }
        >
          {t('notFoundNext')}
        </EmptyState>
      </Page>
    );
  }
  const columns = detail.data?.columns ?? noColumns;
  return (
    <RepositoryTags
      {...choices}
      repository={repository}
      columns={columns}
      above={above}
      facts={
        detail.data === undefined ? undefined : (
          <>
            <span>{t('facts.tags', { count: detail.data.tagCount })}</span>
            {detail.data.pushedAt === null ? null : (
              <span>
                {t('facts.lastPush')} <RelativeTime instant={detail.data.pushedAt} />
              </span>
            )}
          </>
        )
      }
    />
  );
}

interface RepositoryTagsProps extends Omit<RepositoryContentProps, 'project'> {
  columns: readonly MatrixColumn[];
  above: React.ReactNode;
  facts: React.ReactNode;
}

function RepositoryTags(props: RepositoryTagsProps) {
  const { repository, columns: matrixColumns, above, facts, selection, onSelectionChange, onDelete } = props;
  const { t } = useTranslation('repositories');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(urlDefaults);
  const filters: TagFilters = {
    q: url.q,
    sort: matrixSorts.find((sort) => sort === url.sort) ?? '-semver',
    registryId: url.registry,
  };
  const query = useInfiniteQuery(tagPages(repository, filters));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const { fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const partialWords = usePartialWords(matrixColumns);
  const columns = useTagColumns(repository, matrixColumns, url.registry);
  const directory = useRegistryDirectory();
  const registryName = url.registry === '' ? '' : directory.find(url.registry).name;
  const selected = useMemo(() => rows.filter(({ name }) => selection.has(name)), [rows, selection]);
  return (
    <Page
      title={repository}
      heading={<bdi>{nameInProject(repository)}</bdi>}
      above={above}
      facts={facts}
      fill
      action={
        <RepositoryMenu repository={repository} columns={matrixColumns} registryId={url.registry} onDelete={onDelete} />
      }
      toolbar={
        <>
          <SearchField value={url.q} onChange={(q) => setUrl({ q })} label={t('search')} />
          <RegistrySelect
            columns={matrixColumns}
            value={url.registry}
            valueName={registryName}
            onChange={(registry) => setUrl({ registry })}
          />
        </>
      }
    >
      <DataTable<Tag>
        label={t('label', { repository })}
        columns={columns}
        rows={rows}
        rowKey={({ name }) => name}
        rowLabel={({ name }) => name}
        rowHref={(tag) => tagHref(repository, tag, url.registry)}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        banner={partialWords}
        sort={filters.sort}
        onSortChange={(sort) => setUrl({ sort })}
        total={query.data?.pages[0]?.total ?? null}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={loadMore}
        selection={selection}
        onSelectionChange={onSelectionChange}
        bulkActions={
          <TagActions
            repository={repository}
            tags={selected}
            columns={matrixColumns}
            registryId={url.registry}
            onDelete={onDelete}
          />
        }
        empty={
          <NoTags repository={repository} q={url.q} registryName={registryName} onClear={() => setUrl(noFilters)} />
        }
      />
    </Page>
  );
}

interface RegistrySelectProps {
  columns: readonly MatrixColumn[];
  value: string;
  valueName: string;
  onChange: (registryId: string) => void;
}

function RegistrySelect({ columns, value, valueName, onChange }: RegistrySelectProps) {
  const { t } = useTranslation('repositories');
  // A registry that has nothing of the repository any more is still the one that is looked at.
  const isAbsent = value !== '' && !columns.some(({ registryId }) => registryId === value);
  return (
    <select
      className={styles['select']}
      aria-label={t('registry')}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{t('allRegistries')}</option>
      {columns.map(({ registryId, name }) => (
        <option key={registryId} value={registryId}>
          {name}
        </option>
      ))}
      {isAbsent ? <option value={value}>{valueName}</option> : null}
    </select>
  );
}

interface NoTagsProps {
  repository: string;
  q: string;
  registryName: string;
  onClear: () => void;
}

function NoTags({ repository, q, registryName, onClear }: NoTagsProps) {
  const { t } = useTranslation('repositories');
  const mayPush = useMayPush(projectOf(repository));
  if (q === '' && registryName === '') {
    return (
      <EmptyState title={t('empty')} action={mayPush ? <PushCommands repository={repository} /> : undefined}>
        {t(mayPush ? 'emptyNext' : 'emptyReader')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={q === '' ? t('noMatchIn', { registry: registryName }) : t('noMatch', { query: q })}
      action={
        <Button variant="outlined" onClick={onClear}>
          {t('clearFilters')}
        </Button>
      }
    />
  );
}
