import MoreVertIcon from '@mui/icons-material/MoreVert';
import type { Group } from 'bff/contract/groups';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';
import type { Column } from '../../ui/table-columns.ts';
import styles from './groups.module.css';

interface GroupColumnsOptions {
  onEdit: (group: Group) => void;
  onRemove: (group: Group) => void;
}

export function useGroupColumns({ onEdit, onRemove }: GroupColumnsOptions): Column<Group>[] {
  const { t } = useTranslation('groups');
  const { number } = useFormat();
  return useMemo(
    (): Column<Group>[] => [
      {
        key: 'name',
        header: t('column.name'),
        minWidth: 160,
        grow: 2,
        narrow: 'title',
        sorts: { ascending: 'name', descending: '-name' },
        cell: (group) => (
          <button type="button" className={styles['name']} onClick={() => onEdit(group)}>
            <bdi>{group.name}</bdi>
          </button>
        ),
      },
      {
        key: 'people',
        header: t('column.people'),
        minWidth: 220,
        grow: 4,
        cell: ({ users }) => <People names={users.map(({ username }) => username)} />,
      },
      {
        key: 'description',
        header: t('column.description'),
        minWidth: 180,
        grow: 3,
        narrow: 'hidden',
        cell: ({ description }) => (
          <span className={styles['ellipsis']} title={description}>
            {description}
          </span>
        ),
      },
      {
        key: 'projects',
        header: t('column.projects'),
        width: 96,
        align: 'end',
        narrow: 'hidden',
        cell: ({ projectCount }) => number(projectCount),
      },
      {
        key: 'created',
        header: t('column.created'),
        width: 130,
        align: 'end',
        narrow: 'hidden',
        cell: ({ createdAt }) => <RelativeTime instant={createdAt} />,
      },
      {
        key: 'menu',
        header: t('column.menu'),
        headerContent: <span className="visually-hidden">{t('column.menu')}</span>,
        width: 48,
        narrow: 'end',
        cell: (group) => (
          <MenuButton
            label={t('actions', { name: group.name })}
            icon={<MoreVertIcon fontSize="small" />}
            actions={[
              { key: 'edit', label: t('edit'), onChoose: () => onEdit(group) },
              { key: 'remove', label: t('remove'), onChoose: () => onRemove(group) },
            ]}
          />
        ),
      },
    ],
    [t, number, onEdit, onRemove],
  );
}

function People({ names }: { names: readonly string[] }) {
  const { t } = useTranslation('groups');
  if (names.length === 0) return <span className={styles['muted']}>{t('nobody')}</span>;
  const words = names.join(', ');
  return (
    <span className={styles['ellipsis']} title={words}>
      <span className={styles['muted']}>{t('people', { count: names.length })}</span> <bdi>{words}</bdi>
    </span>
  );
}
