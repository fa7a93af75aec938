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
    const amount = (key: string, header: string, valueOf: (part: RegistryStorage) => number, isDetail = true) => ({
      key,
      header,
      width: 132,
      align: 'end' as const,
      narrow: isDetail ? ('hidden' as const) : ('end' as const),
      cell: (part: RegistryStorage) => bytes(valueOf(part)),
    });
    return [
      {
        key: 'registry',
        header: t('table.registry'),
        minWidth: 150,
        narrow: 'title',
        cell: ({ registryId, environment }) => {
          const chip = <RegistryChip name={directory.find(registryId).name} environment={environment} />;
          const href = hrefOf(registryId);
          return href === undefined ? chip : <Link to={href}>{chip}</Link>;
        },
      },
      amount('bytes', t('table.bytes'), ({ totalBytes }) => totalBytes, false),
      amount('unique', t('table.unique'), ({ uniqueBytes }) => uniqueBytes),
      amount('trash', t('table.trash'), ({ trashBytes }) => trashBytes),
      amount('untagged', t('table.untagged'), ({ untaggedBytes }) => untaggedBytes),
      {
        key: 'change',
        header: t('table.change'),
        width: 104,
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
        width: 130,
        align: 'end',
        narrow: 'hidden',
        cell: ({ measuredAt }) => (measuredAt === null ? '' : <RelativeTime instant={measuredAt} />),
      },
    ];
  }, [t, bytes, changeWords, directory, hrefOf, today]);
}
