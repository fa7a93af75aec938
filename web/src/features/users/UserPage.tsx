import MoreVertIcon from '@mui/icons-material/MoreVert';
import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { User } from 'bff/contract/users';
import type { Answer } from 'bff/contract/endpoint';
import type { getUser } from 'bff/contract/users';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { ApiError } from '../../api/api-error.ts';
import { useAccount } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { Page } from '../../ui/Page.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { NewPasswordShown } from './NewPasswordShown.tsx';
import { useUserMenu } from './use-user-menu.ts';
import { UserDialogs, type UserQuestion } from './UserDialogs.tsx';
import type { NewPassword } from './UserFormDrawer.tsx';
import { UserMemberships } from './UserMemberships.tsx';
import { userQuery } from './users-queries.ts';
import { UserState } from './UserState.tsx';
import styles from './users.module.css';

const UserFormDrawer = lazy(async () => ({ default: (await import('./UserFormDrawer.tsx')).UserFormDrawer }));

type UserDetail = Answer<typeof getUser>;

/** One user: who they are, what they may do where, and what can be done about them. */
export function UserPage() {
  const { t } = useTranslation('users');
  const { userId = '' } = useParams();
  const errorWords = useErrorWords();
  const { data: user, error, refetch } = useQuery(userQuery(userId));
  const above = <Breadcrumbs links={[{ label: t('title'), to: paths.users() }]} />;
  if (user === undefined) {
    const isGone = error instanceof ApiError && (error.status === 404 || error.status === 400);
    return (
      <Page title={t('title')} above={above}>
        {error === null ? (
          <div className={styles['skeleton']} aria-busy="true" />
        ) : isGone ? (
          <EmptyState
            title={t('notFound')}
            action={
              <Button variant="outlined" component={Link} to={paths.users()}>
                {t('toList')}
              </Button>
            }
          />
        ) : (
          <ErrorState title={t('notRead')} error={errorWords(error)} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={user.username}
      heading={<bdi>{user.username}</bdi>}
      above={above}
      facts={
        <>
          <bdi>{user.displayName}</bdi>
          <UserState user={user} />
        </>
      }
      action={<UserActions user={user} />}
    >
      <div className={styles['columns']}>
        <UserFacts user={user} />
        <UserMemberships user={user} />
      </div>
    </Page>
  );
}

const urlDefaults = { edit: '' };

function UserActions({ user }: { user: User }) {
  const { t } = useTranslation('users');
  const account = useAccount();
  const [{ edit }, setUrl] = useUrlState(urlDefaults);
  const [asked, setAsked] = useState<UserQuestion | null>(null);
  const [shown, setShown] = useState<NewPassword | null>(null);
  const openForm = () => setUrl({ edit: '1' }, { replace: false });
  const actions = useUserMenu(user, { ownId: account.id, onEdit: openForm, onAsk: setAsked });
  const others = actions.filter(({ key }) => key !== 'edit');
  return (
    <>
      <Button variant="outlined" onClick={openForm}>
        {t('action.edit')}
      </Button>
      {others.length === 0 ? null : (
        <MenuButton
          label={t('actions', { name: user.username })}
          icon={<MoreVertIcon fontSize="small" />}
          actions={others}
        />
      )}
      {edit === '' ? null : (
        <Suspense>
          <UserFormDrawer
            user={user}
            isOneself={user.id === account.id}
            onCreated={setShown}
            onClose={() => setUrl({ edit: '' })}
          />
        </Suspense>
      )}
      <UserDialogs question={asked} onPassword={setShown} onClose={() => setAsked(null)} />
      {shown === null ? null : <NewPasswordShown {...shown} onClose={() => setShown(null)} />}
    </>
  );
}

function UserFacts({ user }: { user: UserDetail }) {
  const { t } = useTranslation('users');
  const groups = user.groups.map(({ name }) => name).join(', ');
  return (
    <section className={styles['section']} aria-labelledby="user-facts">
      <h2 id="user-facts">{t('facts.title')}</h2>
      <dl className={styles['facts']}>
        <dt>{t('form.email')}</dt>
        <dd>{user.email ?? t('facts.none')}</dd>
        <dt>{t('column.groups')}</dt>
        <dd>{groups === '' ? t('facts.none') : <Link to={paths.groups()}>{groups}</Link>}</dd>
        <dt>{t('facts.tokens')}</dt>
        <dd>{user.accessTokenCount}</dd>
        <dt>{t('column.signedIn')}</dt>
        <dd>{user.lastSignInAt === null ? t('never') : <RelativeTime instant={user.lastSignInAt} />}</dd>
        <dt>{t('column.created')}</dt>
        <dd>
          <RelativeTime instant={user.createdAt} />
        </dd>
      </dl>
      <p>
        <Link to={paths.audit({ actor: user.username })}>{t('facts.audit', { name: user.username })}</Link>
      </p>
    </section>
  );
}
