import { useInfiniteQuery } from '@tanstack/react-query';
import { planOutcomes, type PlanRow, type PlanOutcome } from 'bff/contract/policies';
import type { PlannedWork } from 'bff/contract/replication';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DigestText } from '../../domain/DigestText.tsx';
import { useErrorWords } from '../../domain/error-words.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterButtons } from '../../ui/FilterButtons.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { type PlanFilter, planPages, type Previewed } from './policies-queries.ts';
import styles from './policies.module.css';

const tones: Readonly<Record<PlanOutcome, Tone>> = {
  copy: 'accent',
  replace: 'warn',
  'up-to-date': 'ok',
  differs: 'warn',
  loses: 'neutral',
  delete: 'danger',
  impossible: 'danger',
};

const countOf = (planned: PlannedWork, outcome: PlanOutcome) =>
  outcome === 'up-to-date' ? planned.upToDate : planned[outcome];

interface PlanListProps {
  previewed: Previewed;
  filter: PlanFilter;
  onFilter: (change: Partial<PlanFilter>) => void;
}

/** Every tag that a run would look at, and what it would do with it. */
export function PlanList({ previewed, filter, onFilter }: PlanListProps) {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const query = useInfiniteQuery(planPages(previewed, filter));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const [first] = query.data?.pages ?? [];
  const isFiltered = filter.outcome !== undefined || filter.q !== '';
  const columns = usePlanColumns();
  return (
    <div className={styles['plan']}>
      <div className={styles['planTools']}>
        <Outcomes planned={first?.planned} chosen={filter.outcome} onChoose={(outcome) => onFilter({ outcome })} />
        <SearchField value={filter.q} label={t('plan.search')} onChange={(q) => onFilter({ q })} />
      </div>
      <DataTable
        label={t('plan.label')}
        columns={columns}
        rows={rows}
        rowKey={({ source, destination }) =>
          `${destination.registryId} ${source.repository}:${source.tag} ${destination.repository}`
        }
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
        total={first?.rowCount ?? null}
        empty={
          isFiltered ? (
            <EmptyState title={t('plan.emptyFilter')} />
          ) : (
            <EmptyState title={t('plan.empty')}>{t('plan.emptyHint')}</EmptyState>
          )
        }
      />
    </div>
  );
}

interface OutcomesProps {
  planned: PlannedWork | undefined;
  chosen: PlanOutcome | undefined;
  onChoose: (outcome: PlanOutcome | undefined) => void;
}

function Outcomes({ planned, chosen, onChoose }: OutcomesProps) {
  const { t } = useTranslation('policies');
  const shown = planOutcomes.filter((each) => each === chosen || (planned !== undefined && countOf(planned, each) > 0));
  return (
    <FilterButtons
      label={t('plan.filter')}
      chosen={chosen}
      onChoose={onChoose}
      choices={[
        { key: undefined, label: t('plan.all') },
        ...shown.map((key) => ({
          key,
          label: t(`outcome.${key}`),
          count: planned === undefined ? undefined : countOf(planned, key),
        })),
      ]}
    />
  );
}

function usePlanColumns(): Column<PlanRow>[] {
  const { t } = useTranslation('policies');
  const { bytes } = useFormat();
  const directory = useRegistryDirectory();
  const reasonText = useReasonText();
  return useMemo(
    (): Column<PlanRow>[] => [
      {
        key: 'source',
        header: t('plan.column.source'),
        narrow: 'title',
        minWidth: 220,
        grow: 3,
        cell: ({ source: { repository, tag } }) => <ReferenceText repository={repository} reference={tag} isOneLine />,
      },
      {
        key: 'destination',
        header: t('plan.column.destination'),
        minWidth: 170,
        grow: 2,
        cell: ({ source, destination }) => {
          const { name, environment } = directory.find(destination.registryId);
          return (
            <span className={styles['cut']}>
              <RegistryChip name={name} environment={environment} />{' '}
              {destination.repository === source.repository ? null : <bdi>{destination.repository}</bdi>}
            </span>
          );
        },
      },
      {
        key: 'outcome',
        header: t('plan.column.outcome'),
        width: 140,
        narrow: 'end',
        cell: ({ outcome }) => <StatusDot tone={tones[outcome]} label={t(`outcome.${outcome}`)} />,
      },
      {
        key: 'digest',
        header: t('plan.column.digest'),
        width: 140,
        narrow: 'hidden',
        cell: ({ digest }) => <DigestText digest={digest} />,
      },
      {
        key: 'existing',
        header: t('plan.column.existing'),
        width: 140,
        narrow: 'hidden',
        cell: ({ digest, existingDigest }) =>
          existingDigest === null || existingDigest === digest ? null : <DigestText digest={existingDigest} />,
      },
      {
        key: 'size',
        header: t('plan.column.size'),
        width: 90,
        align: 'end',
        cell: ({ totalSizeBytes }) => (totalSizeBytes === null ? '' : bytes(totalSizeBytes)),
      },
      {
        key: 'reason',
        header: t('plan.column.reason'),
        minWidth: 160,
        grow: 3,
        cell: ({ reason }) => {
          const words = reason === null ? '' : reasonText(reason);
          return (
            <span className={styles['cut']} title={words}>
              {words}
            </span>
          );
        },
      },
    ],
    [t, bytes, directory, reasonText],
  );
}
