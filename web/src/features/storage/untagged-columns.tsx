import type { UntaggedManifest } from 'bff/contract/storage';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DigestText } from '../../domain/DigestText.tsx';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RegistryChip } from '../../domain/RegistryChip.tsx';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { nameInProject } from '../../paths.ts';
import type { Column } from '../../ui/table-columns.ts';
import styles from './storage.module.css';

export const keyOf = ({ registryId, repository, digest }: UntaggedManifest) => `${registryId}/${repository}@${digest}`;

export function useUntaggedColumns(isOfProject: boolean): Column<UntaggedManifest>[] {
  const { t } = useTranslation('storage');
  const { bytes } = useFormat();
  const directory = useRegistryDirectory();
  return useMemo(
    (): Column<UntaggedManifest>[] => [
      {
        key: 'what',
        header: t('leftovers.what'),
        minWidth: 240,
        grow: 3,
        narrow: 'title',
        cell: ({ repository, lastTag }) => (
          <span className={styles['two']} title={repository}>
            <bdi className={styles['name']}>{isOfProject ? nameInProject(repository) : repository}</bdi>
            <bdi className={styles['second']}>
              {lastTag === null ? t('leftovers.noTag') : t('leftovers.lastTag', { tag: lastTag })}
            </bdi>
          </span>
        ),
      },
      {
        key: 'digest',
        header: 'Digest',
        width: 130,
        cell: ({ digest }) => <DigestText digest={digest} />,
      },
      {
        key: 'registry',
        header: t('leftovers.registry'),
        width: 150,
        narrow: 'hidden',
        cell: ({ registryId, environment }) => (
          <RegistryChip name={directory.find(registryId).name} environment={environment} />
        ),
      },
      {
        key: 'size',
        header: t('leftovers.size'),
        width: 104,
        align: 'end',
        narrow: 'end',
        cell: ({ sizeBytes }) =>
          sizeBytes === null ? '' : <span title={t('leftovers.sizeHint')}>{bytes(sizeBytes)}</span>,
      },
      {
        key: 'since',
        header: t('leftovers.since'),
        width: 150,
        align: 'end',
        cell: ({ since }) => <RelativeTime instant={since} />,
      },
      {
        key: 'ripe',
        header: t('leftovers.ripe'),
        width: 130,
        align: 'end',
        narrow: 'hidden',
        cell: ({ isRipe, ripeAt }) => (isRipe ? t('leftovers.now') : <RelativeTime instant={ripeAt} />),
      },
    ],
    [t, bytes, directory, isOfProject],
  );
}
