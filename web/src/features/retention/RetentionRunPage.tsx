import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { RetentionRun, RetentionRunTag } from 'bff/contract/retention';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { ProjectFrame } from '../../domain/project/ProjectFrame.tsx';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterButtons } from '../../ui/FilterButtons.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { HeldRun } from './HeldRun.tsx';
import { PlanWords, Where } from './PlanWords.tsx';
import { LeftOut } from './PreviewWords.tsx';
import { REASONS_PX, ReasonList } from './ReasonList.tsx';
import { type RunTagOutcome, runQuery, runTagPages, useLiveRetention } from './retention-queries.ts';
import styles from './retention.module.css';
import { RunLine } from './RunLine.tsx';
import { useRetentionRights } from './use-retention-rights.ts';

const urlDefaults = { q: '', outcome: '' };
const outcomes = ['waiting', 'trashed', 'spared', 'failed'] as const;
const tones: Readonly<Record<RunTagOutcome, Tone>> = {
  waiting: 'accent',
  trashed: 'ok',
  spared: 'neutral',
  failed: 'danger',
};

/** One run: what it kept by, and each tag that no rule kept, why, and what became of it. */
export function RetentionRunPage() {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const { project = '', runId = '' } = useParams();
  useLiveRetention(project);
  const { data: run, error } = useQuery({ ...runQuery(runId), retry: false });
  return (
    <ProjectFrame project={project} section="retention" needs="member.read" fill>
      {run === undefined ? (
        error === null ? (
          <div className={styles['skeleton']} aria-busy="true" />
        ) : (
          <EmptyState
            title={t('page.notFound')}
            action={
              <Button component={Link} to={paths.retention(project)} variant="outlined">
                {t('page.back')}
              </Button>
            }
          >
            {error.code === 'retention-run-not-found' ? t('page.notFoundNext') : errorWords(error).sentence}
          </EmptyState>
        )
      ) : (
        <div className={styles['runPage']}>
          <RunFacts project={project} run={run} />
          <RunTags run={run} />
        </div>
      )}
    </ProjectFrame>
  );
}

function RunFacts({ project, run }: { project: string; run: RetentionRun }) {
  const { t } = useTranslation('retention');
  const { moment } = useFormat();
  const reasonText = useReasonText();
  const { mayDelete } = useRetentionRights(project);
  return (
    <section className={styles['facts']} aria-labelledby="retention-run">
      <h2 id="retention-run">
        <Link to={paths.retention(project)}>{t('page.back')}</Link>
        {' / '}
        {t('page.title', { when: moment(run.createdAt) })}
      </h2>
      <p className={styles['chips']}>
        <Where environment={run.environment} />
        <RunLine project={project} run={run} />
        <span className={styles['muted']}>{run.askedBy === null ? t('scheduled') : t('by', { who: run.askedBy })}</span>
        {run.decidedBy === null ? null : (
          <span className={styles['muted']}>{t('page.decidedBy', { who: run.decidedBy })}</span>
        )}
      </p>
      <PlanWords plan={run.content} />
      {run.leftOut.length === 0 ? null : <LeftOut preview={run} />}
      {run.state === 'held' ? (
        <HeldRun isHere project={project} run={run} mayDecide={mayDelete(run.environment)} />
      ) : run.heldBack === null ? null : (
        <p className={styles['muted']}>{reasonText(run.heldBack)}</p>
      )}
    </section>
  );
}

function RunTags({ run }: { run: RetentionRun }) {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(urlDefaults);
  const outcome = outcomes.find((one) => one === url.outcome);
  const query = useInfiniteQuery(runTagPages(run.id, { q: url.q, ...(outcome === undefined ? {} : { outcome }) }));
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const columns = useTagColumns(run.project);
  const isFiltered = url.q !== '' || outcome !== undefined;
  return (
    <div className={styles['rows']}>
      <div className={styles['tools']}>
        <FilterButtons
          label={t('page.filter')}
          chosen={outcome}
          onChoose={(next) => setUrl({ outcome: next ?? '' })}
          choices={[
            { key: undefined, label: t('page.all') },
            ...outcomes.map((key) => ({ key, label: t(`outcome.${key}`) })),
          ]}
        />
        <SearchField value={url.q} label={t('page.search')} onChange={(q) => setUrl({ q })} />
      </div>
      <DataTable
        label={t('page.label')}
        columns={columns}
        rows={rows}
        rowHeightPx={REASONS_PX}
        rowKey={({ registryId, repository, tag }) => `${registryId} ${repository}:${tag}`}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
        empty={<EmptyState title={t(isFiltered ? 'page.emptyFilter' : 'page.empty')} />}
      />
    </div>
  );
}

function useTagColumns(project: string): Column<RetentionRunTag>[] {
  const { t } = useTranslation('retention');
  const directory = useRegistryDirectory();
  return useMemo(
    (): Column<RetentionRunTag>[] => [
      {
        key: 'tag',
        header: t('column.tag'),
        narrow: 'title',
        minWidth: 200,
        grow: 2,
        cell: ({ repository, tag }) => <ReferenceText repository={repository} reference={tag} isOneLine />,
      },
      {
        key: 'outcome',
        header: t('column.outcome'),
        width: 130,
        narrow: 'end',
        cell: ({ outcome, repository, tag }) => {
          const dot = <StatusDot tone={tones[outcome]} label={t(`outcome.${outcome}`)} />;
          if (outcome !== 'trashed') return dot;
          return <Link to={paths.projectTrash(project, { repository, q: tag })}>{dot}</Link>;
        },
      },
      {
        key: 'reason',
        header: t('column.reason'),
        minWidth: 260,
        grow: 4,
        cell: ({ reasons, outcomeReason }) => (
          <ReasonList reasons={outcomeReason === null ? reasons : [outcomeReason]} />
        ),
      },
      {
        key: 'registry',
        header: t('column.registry'),
        minWidth: 110,
        narrow: 'hidden',
        cell: ({ registryId }) => {
          const { name, environment } = directory.find(registryId);
          return <RegistryChip name={name} environment={environment} />;
        },
      },
      {
        key: 'pushed',
        header: t('column.pushed'),
        width: 120,
        narrow: 'hidden',
        cell: ({ pushedAt }) => (pushedAt === null ? '–' : <RelativeTime instant={pushedAt} />),
      },
    ],
    [t, directory, project],
  );
}
