import AddIcon from '@mui/icons-material/Add';
import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { User } from 'bff/contract/users';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccount } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { PeopleTabs } from '../../domain/PeopleTabs.tsx';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { NewPasswordShown } from './NewPasswordShown.tsx';
import { useUserColumns } from './user-columns.tsx';
import type { NewPassword } from './UserFormDrawer.tsx';
import { userPages, userSorts, userStates } from './users-queries.ts';
import { UserDialogs, type UserQuestion } from './UserDialogs.tsx';
import styles from './users.module.css';

const UserFormDrawer = lazy(async () => ({ default: (await import('./UserFormDrawer.tsx')).UserFormDrawer }));

const urlDefaults = { q: '', sort: 'username', state: '', edit: '' };
/** In the URL beside users' ids, which are never this. */
const NEW = 'new';

/** Everybody who can sign in. */
export function UsersPage() {
  const { t } = useTranslation('users');
  const errorWords = useErrorWords();
  const account = useAccount();
  const [url, setUrl] = useUrlState(urlDefaults);
  const sort = userSorts.find((one) => one === url.sort) ?? 'username';
  const state = userStates.find((one) => one === url.state);
  const query = useInfiniteQuery(userPages(url.q, sort, state));
  const rows = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const { fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const [asked, setAsked] = useState<UserQuestion | null>(null);
  const [shown, setShown] = useState<NewPassword | null>(null);
  const onEdit = useCallback((user: User) => setUrl({ edit: user.id }, { replace: false }), [setUrl]);
  const columns = useUserColumns({ ownId: account.id, onEdit, onAsk: setAsked });
  const edited = rows.find(({ id }) => id === url.edit);
  const total = query.data?.pages[0]?.total ?? null;
  return (
    <Page
      title={t('title')}
      fill
      facts={total === null ? undefined : <span>{t('count', { count: total })}</span>}
      action={
        <Button variant="contained" startIcon={<AddIcon />} onClick={() => setUrl({ edit: NEW }, { replace: false })}>
          {t('add')}
        </Button>
      }
      toolbar={
        <>
          <PeopleTabs />
          <SearchField value={url.q} onChange={(q) => setUrl({ q })} label={t('search')} />
          <StateSelect value={state ?? ''} onChange={(next) => setUrl({ state: next })} />
        </>
      }
    >
      <DataTable<User>
        label={t('title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowHref={({ id }) => paths.user(id)}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        sort={sort}
        onSortChange={(next) => setUrl({ sort: next })}
        total={total}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={loadMore}
        empty={
          <EmptyState
            title={url.q === '' ? t('emptyFilter') : t('noMatch', { query: url.q })}
            action={
              <Button variant="outlined" onClick={() => setUrl({ q: '', state: '' })}>
                {t('showAll')}
              </Button>
            }
          />
        }
      />
      {url.edit === NEW || edited !== undefined ? (
        <Suspense>
          <UserFormDrawer
            key={url.edit}
            user={edited}
            isOneself={edited?.id === account.id}
            onCreated={setShown}
            onClose={() => setUrl({ edit: '' })}
          />
        </Suspense>
      ) : null}
      <UserDialogs question={asked} onPassword={setShown} onClose={() => setAsked(null)} />
      {shown === null ? null : <NewPasswordShown {...shown} onClose={() => setShown(null)} />}
    </Page>
  );
}

function StateSelect({ value, onChange }: { value: string; onChange: (state: string) => void }) {
  const { t } = useTranslation('users');
  return (
    <select
      className={styles['select']}
      aria-label={t('state.label')}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{t('state.all')}</option>
      {userStates.map((state) => (
        <option key={state} value={state}>
          {t(`state.${state}`)}
        </option>
      ))}
    </select>
  );
}
