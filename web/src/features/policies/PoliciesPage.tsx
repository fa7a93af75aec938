import Button from '@mui/material/Button';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Policy } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../domain/account.ts';
import { useErrorWords } from '../../domain/error-words.ts';
import { policyAsKnown } from '../../domain/policy/policy-as-known.ts';
import { useLivePolicies } from '../../domain/policy/policy-changes.ts';
import { usePolicyRights } from '../../domain/policy/policy-rights.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { ReplicationTabs } from '../../domain/ReplicationTabs.tsx';
import { useLiveTasks } from '../../domain/tasks/task-queries.ts';
import { paths } from '../../paths.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { FilterButtons } from '../../ui/FilterButtons.tsx';
import { Page } from '../../ui/Page.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { HeldRuns } from './HeldRuns.tsx';
import { policyPages, policySorts } from './policies-queries.ts';
import { usePolicyColumns } from './policy-columns.tsx';
import { PolicyDialogs } from './PolicyDialogs.tsx';
import { usePolicyMenu } from './use-policy-menu.ts';

const urlDefaults = { q: '', sort: 'name', state: '' };
const TWO_LINES_PX = 48;

/** Every policy the reader may see: what goes from where to where, and whether it does. */
export function PoliciesPage() {
  const { t } = useTranslation(['policies', 'tasks']);
  const errorWords = useErrorWords();
  const [url, setUrl] = useUrlState(urlDefaults);
  const sort = policySorts.find((each) => each === url.sort) ?? 'name';
  const isPaused = url.state === 'paused';
  const query = useInfiniteQuery(policyPages({ q: url.q, sort, isPaused }));
  useLivePolicies();
  useLiveTasks();
  const directory = useRegistryDirectory();
  const rows = useMemo(
    () => query.data?.pages.flatMap(({ items }) => items.map((policy) => policyAsKnown(policy, directory))) ?? [],
    [query.data, directory],
  );
  const total = query.data?.pages[0]?.total ?? null;
  const { mayManage } = usePolicyRights(rows);
  const { actionsOf, asked, onAnswered } = usePolicyMenu();
  const columns = usePolicyColumns((policy) => (mayManage(policy) ? actionsOf(policy) : []));
  const mayMake = useMayMakePolicies();
  const rowHref = useCallback(({ id }: Policy) => paths.policy(id), []);
  return (
    <Page
      title={t('title')}
      fill
      facts={
        total === null ? undefined : (
          <>
            <span>{t('facts', { count: total })}</span>
            <HeldRuns />
          </>
        )
      }
      action={mayMake ? <NewPolicyButton /> : undefined}
      toolbar={
        <>
          <ReplicationTabs />
          <FilterButtons
            label={t('column.state')}
            chosen={isPaused ? 'paused' : undefined}
            onChoose={(next) => setUrl({ state: next ?? '' }, { replace: false })}
            choices={[
              { key: undefined, label: t('plan.all') },
              { key: 'paused', label: t('state.paused') },
            ]}
          />
          <SearchField value={url.q} label={t('search')} onChange={(q) => setUrl({ q })} />
        </>
      }
    >
      <DataTable
        label={t('title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        rowHref={rowHref}
        rowHeightPx={TWO_LINES_PX}
        sort={sort}
        onSortChange={(next) => setUrl({ sort: next })}
        isPending={query.isPending}
        error={errorWords(query.error)}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage}
        isLoadingMore={query.isFetchingNextPage}
        onLoadMore={() => void query.fetchNextPage()}
        total={total}
        empty={
          <NoPolicies q={url.q} isPaused={isPaused} mayMake={mayMake} onShowAll={() => setUrl({ q: '', state: '' })} />
        }
      />
      <PolicyDialogs asked={asked} onClose={onAnswered} />
    </Page>
  );
}

/** Whether the reader may make policies anywhere. */
function useMayMakePolicies(): boolean {
  const isSystem = useCan('policy.manage');
  const isProjectAdmin = useCan('project.manage');
  return isSystem || isProjectAdmin;
}

function NewPolicyButton() {
  const { t } = useTranslation('policies');
  return (
    <Button variant="contained" component={Link} to={paths.newPolicy()}>
      {t('new')}
    </Button>
  );
}

interface NoPoliciesProps {
  q: string;
  isPaused: boolean;
  mayMake: boolean;
  onShowAll: () => void;
}

function NoPolicies({ q, isPaused, mayMake, onShowAll }: NoPoliciesProps) {
  const { t } = useTranslation('policies');
  if (q !== '' || isPaused) {
    return (
      <EmptyState
        title={q === '' ? t('emptyPaused') : t('emptySearch', { q })}
        action={
          <Button variant="outlined" onClick={onShowAll}>
            {t('showAll')}
          </Button>
        }
      />
    );
  }
  return (
    <EmptyState title={t('empty')} action={mayMake ? <NewPolicyButton /> : undefined}>
      {t('emptyHint')} {mayMake ? null : t('emptyReader')}
    </EmptyState>
  );
}
