import MoreIcon from '@mui/icons-material/MoreVert';
import Button from '@mui/material/Button';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { planOutcomes, type Policy } from 'bff/contract/policies';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useErrorWords } from '../../domain/error-words.ts';
import { policyAsKnown } from '../../domain/policy/policy-as-known.ts';
import { policyQuery, useLivePolicies, useLivePreview } from '../../domain/policy/policy-changes.ts';
import { usePolicyRights } from '../../domain/policy/policy-rights.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { causeTone, isHeldReason } from '../../domain/tasks/task-status.ts';
import { useLiveTasks } from '../../domain/tasks/task-queries.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import { Breadcrumbs } from '../../ui/Breadcrumbs.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { Page } from '../../ui/Page.tsx';
import { type TabChoice, Tabs } from '../../ui/Tabs.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { HeldBack } from './HeldBack.tsx';
import { PlanList } from './PlanList.tsx';
import { type PlanFilter, planPages } from './policies-queries.ts';
import styles from './policies.module.css';
import { PolicyAbout } from './PolicyAbout.tsx';
import { PolicyDialogs } from './PolicyDialogs.tsx';
import { PolicyExecutions } from './PolicyExecutions.tsx';
import { PolicyMissing } from './PolicyMissing.tsx';
import { PolicyState } from '../../domain/policy/PolicyState.tsx';
import { PolicyVersions } from './PolicyVersions.tsx';
import { PreviewWords } from './PreviewPanel.tsx';
import { usePolicyMenu, wakingVerb } from './use-policy-menu.ts';

/** One policy: what it says, whether it does it, and what it has done. */
export function PolicyPage() {
  const { t } = useTranslation(['policies', 'tasks']);
  const { policyId = '' } = useParams();
  const { data: policy, error, refetch } = useQuery(policyQuery(policyId));
  const directory = useRegistryDirectory();
  useLivePolicies();
  useLiveTasks();
  if (policy === undefined) {
    return error === null ? (
      <Page title={t('title')}>
        <div className={styles['skeleton']} aria-busy="true" />
      </Page>
    ) : (
      <PolicyMissing error={error} onRetry={() => void refetch()} />
    );
  }
  return <PolicyView policy={policyAsKnown(policy, directory)} />;
}

function PolicyView({ policy }: { policy: Policy }) {
  const { t } = useTranslation('policies');
  const navigate = useNavigate();
  const rights = usePolicyRights([policy]);
  const menu = usePolicyMenu();
  const mayManage = rights.mayManage(policy);
  return (
    <Page
      title={policy.name}
      above={<Breadcrumbs links={[{ label: t('title'), to: paths.policies() }]} />}
      facts={<PolicyFactsLine policy={policy} />}
      action={mayManage ? <PolicyButtons policy={policy} menu={menu} /> : undefined}
    >
      <Standing policy={policy} />
      <HeldBack policy={policy} mayDecide={mayManage && rights.mayDelete(policy)} />
      <Tabs label={t('tab.label')} tabs={tabsOf({ policy, mayManage, onRun: () => menu.runNow(policy) }, t)} />
      <PolicyDialogs asked={menu.asked} onClose={menu.onAnswered} onRemoved={() => void navigate(paths.policies())} />
    </Page>
  );
}

interface Shown {
  policy: Policy;
  mayManage: boolean;
  onRun: () => void;
}

function tabsOf({ policy, mayManage, onRun }: Shown, t: TFunction<'policies'>): [TabChoice, ...TabChoice[]] {
  const about = () => <PolicyAbout policy={policy} mayManage={mayManage} />;
  const runs = () => <PolicyExecutions policy={policy} />;
  const dryRun = () => <DryRun policy={policy} {...(mayManage && policy.isEnabled ? { onRepair: onRun } : {})} />;
  const versions = () => <PolicyVersions policy={policy} />;
  return [
    { key: 'about', label: t('tab.about'), content: about },
    { key: 'runs', label: t('tab.executions'), content: runs },
    { key: 'preview', label: t('tab.preview'), content: dryRun },
    { key: 'versions', label: t('tab.versions'), content: versions },
  ];
}

function PolicyFactsLine({ policy }: { policy: Policy }) {
  const { t } = useTranslation('policies');
  const { content, project, version, changedBy, changedAt } = policy;
  return (
    <>
      <PolicyState policy={policy} hasCause />
      <RouteText
        sourceIds={[content.sourceRegistryId]}
        destinationIds={content.destinations.map(({ registryId }) => registryId)}
      />
      <span>{project === null ? t('systemWide') : t('ofProject', { project })}</span>
      <span>
        {t('version', { version })}
        {changedBy === null ? null : `, ${t('changedBy', { who: changedBy })}`} · <RelativeTime instant={changedAt} />
      </span>
    </>
  );
}

function PolicyButtons({ policy, menu }: { policy: Policy; menu: ReturnType<typeof usePolicyMenu> }) {
  const { t } = useTranslation('policies');
  const wakes = wakingVerb(policy);
  return (
    <>
      <Button variant="outlined" component={Link} to={paths.editPolicy(policy.id)}>
        {t('edit')}
      </Button>
      {wakes === undefined ? (
        <Button variant="contained" disabled={menu.isRunPending} onClick={() => menu.runNow(policy)}>
          {t('run')}
        </Button>
      ) : (
        <Button variant="contained" onClick={() => menu.apply(policy, wakes)}>
          {t(wakes)}
        </Button>
      )}
      <MenuButton
        label={t('actions', { name: policy.name })}
        icon={<MoreIcon fontSize="small" />}
        actions={menu.actionsOf(policy, { withButtons: false })}
      />
    </>
  );
}

/** Why it does nothing, or not what it should; nothing while all is well. */
function Standing({ policy: { isEnabled, pausedAt, pausedBy, lastReason, activity } }: { policy: Policy }) {
  const { t } = useTranslation('policies');
  const reasonText = useReasonText();
  const words = !isEnabled
    ? t('isDisabled')
    : pausedAt === null
      ? null
      : pausedBy === null
        ? t('paused')
        : t('pausedBy', { who: pausedBy });
  return (
    <div role="status">
      {words === null ? null : <p className={styles['banner']}>{words}</p>}
      {/* What was held back says so itself, with the question; that it is paused is said above. */}
      {lastReason === null || isHeldReason(lastReason) || lastReason.code === 'policy-paused' ? null : (
        <p className={styles['banner']} data-tone={causeTone(lastReason, activity)}>
          {reasonText(lastReason)}
        </p>
      )}
    </div>
  );
}

const urlDefaults = { outcome: '', q: '' };

/** The drift that the policy sees now, and the press that repairs it. */
function DryRun({ policy, onRepair }: { policy: Policy; onRepair?: () => void }) {
  const { t } = useTranslation('policies');
  const errorWords = useErrorWords();
  const [{ outcome, q }, setUrl] = useUrlState(urlDefaults);
  const { id: policyId } = policy;
  useLivePreview(policy);
  const filter: PlanFilter = { outcome: planOutcomes.find((each) => each === outcome), q };
  // The list's own answer: its figures are of everything, whatever is filtered.
  const query = useInfiniteQuery({ ...planPages({ policyId }, filter), placeholderData: keepPreviousData });
  const { error, refetch } = query;
  const data = query.data?.pages[0];
  const hasDrift = data !== undefined && data.planned.copy + data.planned.replace + data.planned.delete > 0;
  if (data === undefined && error !== null) {
    return <ErrorState title={t('preview.failed')} error={errorWords(error)} onRetry={() => void refetch()} />;
  }
  return (
    <>
      {data === undefined ? (
        <p className={styles['muted']}>{t('preview.asking')}</p>
      ) : (
        <div className={styles['dryRun']}>
          <PreviewWords preview={data} content={policy.content} />
          {hasDrift && onRepair !== undefined ? (
            <Button variant="outlined" className={styles['start'] ?? ''} onClick={onRepair}>
              {t('repair')}
            </Button>
          ) : null}
        </div>
      )}
      <div className={styles['dryRunList']}>
        <PlanList
          previewed={{ policyId }}
          filter={filter}
          onFilter={(change) =>
            setUrl({
              ...('outcome' in change ? { outcome: change.outcome ?? '' } : {}),
              ...(change.q === undefined ? {} : { q: change.q }),
            })
          }
        />
      </div>
    </>
  );
}
