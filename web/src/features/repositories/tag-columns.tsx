import type { MatrixColumn } from 'bff/contract/projects';
import type { Tag } from 'bff/contract/repositories';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { DigestText } from '../../domain/DigestText.tsx';
import { PlatformChips } from '../../domain/PlatformChips.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import type { Column } from '../../ui/table-columns.ts';
import { placeOf } from './repositories-queries.ts';
import styles from './repositories.module.css';
import { TagPlaces } from './TagPlaces.tsx';

export function tagHref(repository: string, tag: Tag, registryId: string): string {
  return paths.artifact(repository, tag.name, { registry: placeOf(tag, registryId) });
}

export function useTagColumns(
  repository: string,
  matrixColumns: readonly MatrixColumn[],
  registryId: string,
): Column<Tag>[] {
  const { t } = useTranslation('repositories');
  const format = useFormat();
  return useMemo(
    (): Column<Tag>[] => [
      {
        key: 'tag',
        header: t('tag'),
        minWidth: 200,
        grow: 3,
        narrow: 'title',
        // Names of tags are versions more often than not; sorting by them is sorting as versions.
        sorts: { ascending: 'semver', descending: '-semver', first: 'descending' },
        cell: (tag) => (
          <Link className={styles['tag']} to={tagHref(repository, tag, registryId)} title={tag.name}>
            {tag.name}
          </Link>
        ),
      },
      {
        key: 'where',
        header: t('where'),
        width: Math.max(110, 18 * matrixColumns.length + 16),
        cell: (tag) => <TagPlaces repository={repository} tag={tag} columns={matrixColumns} registryId={registryId} />,
      },
      {
        key: 'digest',
        header: t('digest'),
        width: 116,
        narrow: 'hidden',
        cell: ({ digest }) => <DigestText digest={digest} />,
      },
      {
        key: 'platforms',
        header: t('platforms'),
        minWidth: 170,
        grow: 2,
        narrow: 'hidden',
        cell: ({ platforms }) => <PlatformChips platforms={platforms} />,
      },
      {
        key: 'size',
        header: t('size'),
        width: 92,
        align: 'end',
        cell: ({ sizeBytes }) => (sizeBytes === null ? '' : format.bytes(sizeBytes)),
      },
      {
        key: 'by',
        header: t('by'),
        width: 110,
        narrow: 'hidden',
        cell: ({ pushedBy }) => <bdi title={pushedBy ?? undefined}>{pushedBy ?? ''}</bdi>,
      },
      {
        key: 'pushed',
        header: t('pushed'),
        width: 136,
        align: 'end',
        narrow: 'end',
        sorts: { ascending: 'pushed', descending: '-pushed', first: 'descending' },
        cell: ({ pushedAt }) => (pushedAt === null ? '' : <RelativeTime instant={pushedAt} />),
      },
    ],
    [t, format, repository, matrixColumns, registryId],
  );
}
