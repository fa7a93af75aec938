import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import type { Column } from '../../ui/table-columns.ts';
import { RegistryPlaces } from './RegistryPlaces.tsx';

interface Counted {
  tagCount: number;
  sizeBytes: number;
  pushedAt: string | null;
  registries: readonly { registryId: string; tagCount: number }[];
}

/** What projects and repositories have in common: where they are, how much, and when last. */
export function useCountColumns<Row extends Counted>(): Column<Row>[] {
  const { t } = useTranslation('projects');
  const format = useFormat();
  return useMemo(
    (): Column<Row>[] => [
      {
        key: 'registries',
        header: t('list.registries'),
        width: 140,
        cell: ({ registries }) => <RegistryPlaces registries={registries} />,
      },
      {
        key: 'tags',
        header: t('list.tags'),
        width: 110,
        align: 'end',
        sorts: { descending: '-tags' },
        cell: ({ tagCount }) => format.number(tagCount),
      },
      {
        key: 'size',
        header: t('list.size'),
        width: 110,
        align: 'end',
        sorts: { descending: '-size' },
        cell: ({ sizeBytes }) => format.bytes(sizeBytes),
      },
      {
        key: 'pushed',
        header: t('list.pushed'),
        width: 150,
        align: 'end',
        narrow: 'end',
        sorts: { descending: '-pushed' },
        cell: ({ pushedAt }) => (pushedAt === null ? '' : <RelativeTime instant={pushedAt} />),
      },
    ],
    [t, format],
  );
}
