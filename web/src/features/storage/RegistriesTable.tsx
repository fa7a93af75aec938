import type { RegistryStorage } from 'bff/contract/storage';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { pointBefore } from './storage-series.ts';
import { useChangeWords } from './use-change-words.ts';
import { useToday } from './use-today.ts';

interface RegistriesTableProps {
  parts: readonly RegistryStorage[];
  hrefOf: (registryId: string) => string | undefined;
}

/** One row for each registry. */
export function RegistriesTable({ parts, hrefOf }: RegistriesTableProps) {
  const { t } = useTranslation('storage');
  const columns = useColumns(hrefOf);
  return (
    <DataTable
      label={t('table.registries')}
      height="auto"
      columns={columns}
      rows={parts}
      rowKey={({ registryId }) => registryId}
      rowHref={({ registryId }) => hrefOf(registryId)}
      empty={null}
    />
  );
}

function useColumns(hrefOf: RegistriesTableProps['hrefOf']): Column<RegistryStorage>[] {
  const { t } = useTranslation('storage');
  const { bytes } = useFormat();
  const changeWords = useChangeWords();
  const directory = useRegistryDirectory();
  const today = useToday();
  return useMemo((): Column<RegistryStorage>[] => {
    // Beside the facts at the right there are 850 pixels on a laptop.
    const amount = (
      key: 'bytes' | 'unique' | 'trash' | 'untagged',
      width: number,
      valueOf: (part: RegistryStorage) => number,
      isDetail = true,
    ) => ({
      key,
      header: t(`table.${key}`),
      width,
      align: 'end' as const,
      narrow: isDetail ? ('hidden' as const) : ('end' as const),
      cell: (part: RegistryStorage) => bytes(valueOf(part)),
    });
    return [
      {
        key: 'registry',
        header: t('table.registry'),
        minWidth: 140,
        narrow: 'title',
        cell: ({ registryId, environment }) => {
          const chip = <RegistryChip name={directory.find(registryId).name} environment={environment} />;
          const href = hrefOf(registryId);
          return href === undefined ? chip : <Link to={href}>{chip}</Link>;
        },
      },
      amount('bytes', 96, ({ totalBytes }) => totalBytes, false),
      amount('unique', 96, ({ uniqueBytes }) => uniqueBytes),
      amount('trash', 132, ({ trashBytes }) => trashBytes),
      amount('untagged', 120, ({ untaggedBytes }) => untaggedBytes),
      {
        key: 'change',
        header: t('table.change'),
        width: 96,
        align: 'end',
        cell: ({ series, totalBytes }) => {
          const before = pointBefore(series, today);
          if (before === undefined) return '';
          return <span title={t('table.changeHint')}>{changeWords(totalBytes - before.bytes)}</span>;
        },
      },
      {
        key: 'measured',
        header: t('table.measured'),
        width: 120,
        align: 'end',
        narrow: 'hidden',
        cell: ({ measuredAt }) => (measuredAt === null ? '' : <RelativeTime instant={measuredAt} />),
      },
    ];
  }, [t, bytes, changeWords, directory, hrefOf, today]);
}
