import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Answer } from 'bff/contract/endpoint';
import type { listTagHistory, TagMoment } from 'bff/contract/tag-history';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { artifactOf, nameInProject, paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { NARROW } from '../../ui/use-media.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import styles from './repositories.module.css';
import { RevertDialog } from './RevertDialog.tsx';
import { RestoreMoment } from './RestoreMoment.tsx';
import { useHistoryColumns } from './history-columns.tsx';
import { historyPages, useLiveHistory } from './tag-history-queries.ts';

const urlDefaults = { registry: '' };
const ROW_PX = 40;
/** With two lines on what became of it between two masters. */
const RIVAL_ROW_PX = 68;
const stackedRivals = { below: NARROW, rowHeightPx: 98 };

/** Every digest that a tag has had, and the way back to each that still exists. */
export function TagHistoryPage() {
  const { project = '', '*': rest = '' } = useParams();
  const { repository, reference } = artifactOf(project, rest);
  return <TagHistory key={`${repository}:${reference}`} repository={repository} tag={reference} />;
}

/** What the tag was before, and is again, is what it is: there is nothing to set back. */
function momentsOf(pages: ReadonlyArray<Answer<typeof listTagHistory>>): TagMoment[] {
  const now = new Map(pages[0]?.now.map(({ registryId, digest }) => [registryId, digest]));
  return pages.flatMap(({ items }) =>
    items.map((moment) =>
      moment.standing === 'there' && now.get(moment.registryId) === moment.digest
        ? { ...moment, standing: 'current' as const }
        : moment,
    ),
  );
}

function TagHistory({ repository, tag }: { repository: string; tag: string }) {
  const { t } = useTranslation('trash');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(urlDefaults);
  const query = useInfiniteQuery(historyPages(repository, tag, url.registry));
  useLiveHistory(repository, tag);
  const rows = useMemo(() => momentsOf(query.data?.pages ?? []), [query.data]);
  const [reverted, setReverted] = useState<TagMoment | null>(null);
  const [restored, setRestored] = useState<TagMoment | null>(null);
  const now = query.data?.pages[0]?.now ?? [];
  const hasRivals = rows.some(({ rival }) => rival !== null);
  const columns = useHistoryColumns({ hasRivals, repository, tag, onRevert: setReverted, onRestore: setRestored });
  const { fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const what = `${repository}:${tag}`;
  return (
    <Page
      title={t('history.title', { what })}
      heading={t('history.title', { what: `${nameInProject(repository)}:${tag}` })}
      above={<Above repository={repository} />}
      fill
      action={
        now.length === 0 ? undefined : (
          <Button
            variant="outlined"
            component={Link}
            to={paths.artifact(repository, tag, { registry: url.registry === '' ? undefined : url.registry })}
          >
            {t('history.toTag')}
          </Button>
        )
      }
      toolbar={
        <>
          <RegistryChoice value={url.registry} onChange={(registry) => setUrl({ registry })} />
          <Elsewhere
            registryId={url.registry}
            count={query.data?.pages[0]?.elsewhere ?? 0}
            onShowAll={() => setUrl({ registry: '' })}
          />
        </>
      }
    >
      <DataTable
        label={t('history.label', { what })}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => String(id)}
        rowHeightPx={hasRivals ? RIVAL_ROW_PX : ROW_PX}
        {...(hasRivals ? { stacked: stackedRivals } : {})}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={loadMore}
        empty={<EmptyState title={t('history.empty', { what })}>{t('history.emptyNext')}</EmptyState>}
      />
      {reverted === null ? null : (
        <RevertDialog
          repository={repository}
          tag={tag}
          moment={reverted}
          nowDigest={now.find(({ registryId }) => registryId === reverted.registryId)?.digest ?? null}
          onClose={() => setReverted(null)}
        />
      )}
      {restored === null ? null : (
        <RestoreMoment repository={repository} tag={tag} moment={restored} onClose={() => setRestored(null)} />
      )}
    </Page>
  );
}

function Above({ repository }: { repository: string }) {
  const { t } = useTranslation('repositories');
  const { project = '' } = useParams();
  return (
    <Breadcrumbs
      links={[
        { label: t('projects'), to: paths.projects() },
        { label: project, to: paths.project(project) },
        { label: nameInProject(repository), to: paths.repository(repository) },
      ]}
    />
  );
}

interface ElsewhereProps {
  registryId: string;
  count: number;
  onShowAll: () => void;
}

/** What one registry's history does not have: of two masters, what was pushed to the other one and lost. */
function Elsewhere({ registryId, count, onShowAll }: ElsewhereProps) {
  const { t } = useTranslation('trash');
  const registry = useRegistryDirectory().find(registryId).name;
  if (registryId === '' || count === 0) return null;
  return (
    <span className={styles['elsewhere']}>
      <span role="status">{t('history.elsewhere', { count, registry })}</span>
      <Button onClick={onShowAll}>{t('history.showAll')}</Button>
    </span>
  );
}

function RegistryChoice({ value, onChange }: { value: string; onChange: (registryId: string) => void }) {
  const { t } = useTranslation('trash');
  const { registries } = useRegistryDirectory();
  return (
    <select
      className={styles['select']}
      aria-label={t('history.registry')}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{t('history.allRegistries')}</option>
      {registries.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
