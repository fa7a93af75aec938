import AddIcon from '@mui/icons-material/Add';
import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import type { Group } from 'bff/contract/groups';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorWords } from '../../domain/error-words.ts';
import { PeopleTabs } from '../../domain/PeopleTabs.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Page } from '../../ui/Page.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { toast } from '../../ui/toast.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { useGroupColumns } from './group-columns.tsx';
import { matchesGroup } from './group-form.ts';
import { groupsQuery, useGroupActions } from './groups-queries.ts';

const GroupFormDrawer = lazy(async () => ({ default: (await import('./GroupFormDrawer.tsx')).GroupFormDrawer }));

const urlDefaults = { q: '', sort: 'name', edit: '' };
/** In the URL beside groups' ids, which are never this. */
const NEW = 'new';

/** Groups of people: a role given to a group is a role of everybody in it. */
export function GroupsPage() {
  const { t } = useTranslation('groups');
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(urlDefaults);
  const { data, error, isPending, refetch } = useQuery(groupsQuery());
  const [removed, setRemoved] = useState<Group | null>(null);
  const all = useMemo(() => data?.items ?? [], [data]);
  const rows = useMemo(() => {
    const found = all.filter((group) => matchesGroup(group, url.q));
    const byName = found.toSorted((left, right) => left.name.localeCompare(right.name));
    return url.sort === '-name' ? byName.toReversed() : byName;
  }, [all, url.q, url.sort]);
  const onEdit = useCallback((group: Group) => setUrl({ edit: group.id }, { replace: false }), [setUrl]);
  const columns = useGroupColumns({ onEdit, onRemove: setRemoved });
  const edited = all.find(({ id }) => id === url.edit);
  const addButton = (
    <Button variant="contained" startIcon={<AddIcon />} onClick={() => setUrl({ edit: NEW }, { replace: false })}>
      {t('add')}
    </Button>
  );
  return (
    <Page
      title={t('title')}
      fill
      facts={data === undefined ? undefined : <span>{t('count', { count: all.length })}</span>}
      action={addButton}
      toolbar={
        <>
          <PeopleTabs />
          <SearchField value={url.q} onChange={(q) => setUrl({ q })} label={t('search')} />
        </>
      }
    >
      <DataTable<Group>
        label={t('title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        isPending={isPending}
        error={errorWords(error)}
        onRetry={() => void refetch()}
        sort={url.sort}
        onSortChange={(sort) => setUrl({ sort })}
        total={rows.length}
        empty={
          url.q === '' ? (
            <EmptyState title={t('empty')} action={addButton}>
              {t('emptyNext')}
            </EmptyState>
          ) : (
            <EmptyState
              title={t('noMatch', { query: url.q })}
              action={
                <Button variant="outlined" onClick={() => setUrl({ q: '' })}>
                  {t('showAll')}
                </Button>
              }
            />
          )
        }
      />
      {url.edit === NEW || edited !== undefined ? (
        <Suspense>
          <GroupFormDrawer key={url.edit} group={edited} onClose={() => setUrl({ edit: '' })} />
        </Suspense>
      ) : null}
      {removed === null ? null : <RemoveDialog group={removed} onClose={() => setRemoved(null)} />}
    </Page>
  );
}

function RemoveDialog({ group, onClose }: { group: Group; onClose: () => void }) {
  const { t } = useTranslation('groups');
  const errorWords = useErrorWords();
  const { remove } = useGroupActions();
  const { id, name, users, projectCount } = group;
  return (
    <ConfirmDialog
      isOpen
      title={t('removal.title', { name })}
      touched={[t('removal.roles', { count: projectCount }), t('removal.people', { count: users.length })]}
      confirmLabel={t('removal.action')}
      isDangerous
      isBusy={remove.isPending}
      error={errorWords(remove.error)}
      onConfirm={() =>
        remove.mutate(id, {
          onSuccess: () => {
            toast({ message: t('removal.done', { name }), tone: 'ok' });
            onClose();
          },
        })
      }
      onClose={onClose}
    >
      <p>{t('removal.words')}</p>
    </ConfirmDialog>
  );
}
