import MoreVertIcon from '@mui/icons-material/MoreVert';
import type { User } from 'bff/contract/users';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { paths } from '../../paths.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';
import type { Column } from '../../ui/table-columns.ts';
import { useUserMenu, type UserMenuOptions } from './use-user-menu.ts';
import { UserState } from './UserState.tsx';
import styles from './users.module.css';

export function useUserColumns({ ownId, onEdit, onAsk }: UserMenuOptions): Column<User>[] {
  const { t } = useTranslation('users');
  const { number } = useFormat();
  return useMemo(
    (): Column<User>[] => [
      {
        key: 'username',
        header: t('column.username'),
        minWidth: 170,
        grow: 2,
        narrow: 'title',
        sorts: { ascending: 'username', descending: '-username' },
        cell: ({ id, username }) => (
          <Link to={paths.user(id)} className={styles['name']}>
            <bdi>{username}</bdi>
          </Link>
        ),
      },
      {
        key: 'displayName',
        header: t('column.displayName'),
        minWidth: 150,
        grow: 2,
        cell: ({ displayName, email }) => (
          <bdi title={email ?? undefined} className={styles['ellipsis']}>
            {displayName}
          </bdi>
        ),
      },
      {
        key: 'state',
        header: t('column.state'),
        width: 190,
        narrow: 'end',
        cell: (user) => <UserState user={user} />,
      },
      {
        key: 'groups',
        header: t('column.groups'),
        minWidth: 140,
        grow: 2,
        narrow: 'hidden',
        cell: ({ groups }) => {
          const names = groups.map(({ name }) => name).join(', ');
          return (
            <bdi title={names} className={styles['ellipsis']}>
              {names}
            </bdi>
          );
        },
      },
      {
        key: 'projects',
        header: t('column.projects'),
        width: 90,
        align: 'end',
        narrow: 'hidden',
        cell: ({ projectCount }) => number(projectCount),
      },
      {
        key: 'signedIn',
        header: t('column.signedIn'),
        width: 140,
        align: 'end',
        sorts: { descending: '-signed-in', first: 'descending' },
        cell: ({ lastSignInAt }) => (lastSignInAt === null ? t('never') : <RelativeTime instant={lastSignInAt} />),
      },
      {
        key: 'created',
        header: t('column.created'),
        width: 130,
        align: 'end',
        narrow: 'hidden',
        sorts: { descending: '-created', first: 'descending' },
        cell: ({ createdAt }) => <RelativeTime instant={createdAt} />,
      },
      {
        key: 'menu',
        header: t('column.menu'),
        headerContent: <span className="visually-hidden">{t('column.menu')}</span>,
        width: 48,
        narrow: 'hidden',
        cell: (user) => <RowMenu user={user} ownId={ownId} onEdit={onEdit} onAsk={onAsk} />,
      },
    ],
    [t, number, ownId, onEdit, onAsk],
  );
}

function RowMenu({ user, ...options }: UserMenuOptions & { user: User }) {
  const { t } = useTranslation('users');
  const actions = useUserMenu(user, options);
  return (
    <MenuButton
      label={t('actions', { name: user.username })}
      icon={<MoreVertIcon fontSize="small" />}
      actions={actions}
    />
  );
}
