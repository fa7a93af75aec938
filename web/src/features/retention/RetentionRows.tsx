import { useInfiniteQuery } from '@tanstack/react-query';
import type { RetentionRow } from 'bff/contract/retention';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { ReferenceText } from '../../domain/ReferenceText.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterButtons } from '../../ui/FilterButtons.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { StatusDot } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { REASONS_PX, ReasonList } from './ReasonList.tsx';
import { type Previewed, previewPages, type RowFilter } from './retention-queries.ts';
import styles from './retention.module.css';

interface RetentionRowsProps {
  previewed: Previewed;
  filter: RowFilter;
  onFilter: (change: Partial<RowFilter>) => void;
}

const verdicts = ['delete', 'keep'] as const;

/** Every tag that the plan covers, whether it stays or goes, and why. */
export function RetentionRows({ previewed, filter, onFilter }: RetentionRowsProps) {
  const { t } = useTranslation('retention');
  const errorWords = useErrorWords();
  const query = useInfiniteQuery(previewPages(previewed, filter));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data]);
  const columns = useRowColumns();
  const [first] = query.data?.pages ?? [];
  const counts = { delete: first?.deleteCount, keep: first?.keepCount };
  const isFiltered = filter.verdict !== undefined || filter.q !== '';
  return (
    <div className={styles['rows']}>
      <div className={styles['tools']}>
        <FilterButtons
          label={t('rows.filter')}
          chosen={filter.verdict}
          onChoose={(verdict) => onFilter({ verdict })}
          choices={[
            { key: undefined, label: t('rows.all') },
            ...verdicts.map((key) => ({ key, label: t(`verdict.${key}`), count: counts[key] })),
          ]}
        />
        <SearchField value={filter.q} label={t('rows.search')} onChange={(q) => onFilter({ q })} />
      </div>
      <DataTable
        label={t('rows.label')}
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
        total={first?.rowCount ?? null}
        empty={
          isFiltered ? (
            <EmptyState title={t('rows.emptyFilter')} />
          ) : (
            <EmptyState title={t('rows.empty')}>{t('rows.emptyHint')}</EmptyState>
          )
        }
      />
    </div>
  );
}

function useRowColumns(): Column<RetentionRow>[] {
  const { t } = useTranslation('retention');
  const { bytes } = useFormat();
  const directory = useRegistryDirectory();
  return useMemo(
    (): Column<RetentionRow>[] => [
      {
        key: 'tag',
        header: t('column.tag'),
        narrow: 'title',
        minWidth: 200,
        grow: 2,
        cell: ({ repository, tag }) => <ReferenceText repository={repository} reference={tag} isOneLine />,
      },
      {
        key: 'verdict',
        header: t('column.verdict'),
        width: 90,
        narrow: 'end',
        cell: ({ verdict }) => (
          <StatusDot tone={verdict === 'delete' ? 'danger' : 'ok'} label={t(`verdict.${verdict}`)} />
        ),
      },
      {
        key: 'reason',
        header: t('column.reason'),
        minWidth: 260,
        grow: 4,
        cell: ({ reasons }) => <ReasonList reasons={reasons} />,
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
      {
        key: 'size',
        header: t('column.size'),
        width: 80,
        align: 'end',
        narrow: 'hidden',
        cell: ({ sizeBytes }) => (sizeBytes === null ? '' : bytes(sizeBytes)),
      },
    ],
    [t, bytes, directory],
  );
}
