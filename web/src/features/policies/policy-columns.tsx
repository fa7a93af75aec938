import MoreIcon from '@mui/icons-material/MoreVert';
import type { Policy } from 'bff/contract/policies';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRegistryDirectory } from '../../domain/registry-directory.ts';
import { useReasonText } from '../../domain/reasons/reason-text.ts';
import { RouteText } from '../../domain/tasks/RouteText.tsx';
import { useActivityWords } from '../../domain/tasks/activity-words.ts';
import type { KnownActivity } from '../../domain/tasks/known-activity.ts';
import { activityTone, causeTone, isWaiting } from '../../domain/tasks/task-status.ts';
import { ExecutionState } from '../../domain/tasks/TaskState.tsx';
import { useListWords } from '../../i18n/use-list-words.ts';
import { useNow } from '../../i18n/now.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { paths } from '../../paths.ts';
import type { MenuAction } from '../../ui/menu-action.ts';
import { MenuButton } from '../../ui/MenuButton.tsx';
import { StatusDot, type Tone } from '../../ui/StatusDot.tsx';
import type { Column } from '../../ui/table-columns.ts';
import styles from './policies.module.css';
import { PolicyState } from '../../domain/policy/PolicyState.tsx';
import { PolicyTrigger } from './PolicyTrigger.tsx';
import { hasLookedSince, LastLookLines } from './LastLook.tsx';
import { RunProgress } from './RunProgress.tsx';

const MINUTE_MS = 60_000;

/** `actionsOf`: what the reader may do with a policy; none leaves its menu out. */
export function usePolicyColumns(actionsOf: (policy: Policy) => readonly MenuAction[]): Column<Policy>[] {
  const { t } = useTranslation('policies');
  return useMemo(
    (): Column<Policy>[] => [
      {
        key: 'name',
        header: t('column.name'),
        minWidth: 184,
        grow: 5,
        narrow: 'title',
        sorts: { ascending: 'name', descending: '-name' },
        cell: ({ id, name, project }) => (
          <span className={styles['twoLines']}>
            <Link to={paths.policy(id)} title={name}>
              <bdi>{name}</bdi>
            </Link>
            <span className={`${styles['muted']} ${styles['wideOnly']}`}>
              {project === null ? t('systemWide') : t('ofProject', { project })}
            </span>
          </span>
        ),
      },
      {
        key: 'route',
        header: t('column.route'),
        minWidth: 282,
        grow: 3,
        cell: ({ content }) => (
          <span className={styles['route']} data-keeps>
            <RouteText
              sourceIds={[content.sourceRegistryId]}
              destinationIds={content.destinations.map(({ registryId }) => registryId)}
              shown={1}
            />
          </span>
        ),
      },
      {
        key: 'trigger',
        header: t('column.trigger'),
        minWidth: 116,
        grow: 2,
        narrow: 'hidden',
        cell: ({ content }) => (
          <span className="two-lines">
            <PolicyTrigger content={content} />
          </span>
        ),
      },
      {
        key: 'state',
        header: t('column.state'),
        minWidth: 136,
        grow: 2,
        narrow: 'end',
        cell: (policy) => <StateCell policy={policy} />,
      },
      {
        key: 'last',
        header: t('column.last'),
        minWidth: 200,
        grow: 4,
        cell: (policy) => <LastRun policy={policy} />,
      },
      {
        key: 'next',
        header: t('column.next'),
        width: 96,
        narrow: 'hidden',
        cell: ({ nextRunAt }) => <NextRun at={nextRunAt} />,
      },
      {
        key: 'changed',
        header: t('column.changed'),
        width: 116,
        narrow: 'hidden',
        sorts: { ascending: 'changed', descending: '-changed', first: 'descending' },
        cell: ({ changedAt }) => <RelativeTime instant={changedAt} />,
      },
      menuColumn(t('column.menu'), (name) => t('actions', { name }), actionsOf),
    ],
    [t, actionsOf],
  );
}

function menuColumn(
  header: string,
  labelOf: (name: string) => string,
  actionsOf: (policy: Policy) => readonly MenuAction[],
): Column<Policy> {
  return {
    key: 'menu',
    header,
    headerContent: <span className="visually-hidden">{header}</span>,
    width: 48,
    align: 'end',
    narrow: 'end',
    cell: (policy) => {
      const actions = actionsOf(policy);
      if (actions.length === 0) return null;
      return <MenuButton label={labelOf(policy.name)} icon={<MoreIcon fontSize="small" />} actions={actions} />;
    },
  };
}

function StateCell({ policy }: { policy: Policy }) {
  const { t } = useTranslation('policies');
  const { activity, runningExecutionId, heldExecutionId, name } = policy;
  return (
    <span className={styles['twoLines']}>
      {heldExecutionId === null ? (
        <PolicyState policy={policy} />
      ) : (
        <StatusDot tone="warn" label={t('executions.held')} />
      )}
      {isWaiting(activity) ? (
        <WaitsFor activity={activity} />
      ) : isPausedInPart(policy) ? (
        <PausedInto policy={policy} />
      ) : runningExecutionId === null || runningExecutionId === heldExecutionId ? null : (
        <span className={styles['wideOnly']}>
          <RunProgress executionId={runningExecutionId} name={name} />
        </span>
      )}
    </span>
  );
}

const isPausedInPart = ({ isEnabled, pausedAt, destinations }: Policy): boolean =>
  isEnabled && pausedAt === null && destinations.some((destination) => destination.pausedAt !== null);

function PausedInto({ policy: { destinations } }: { policy: Policy }) {
  const { t } = useTranslation('policies');
  const { find } = useRegistryDirectory();
  const list = useListWords();
  const paused = destinations.filter(({ pausedAt }) => pausedAt !== null);
  const words = t('pausedInto', { registries: list(paused.map(({ registryId }) => find(registryId).name)) });
  return (
    <span className={`${styles['muted']} ${styles['wideOnly']}`} title={words}>
      {words}
    </span>
  );
}

/** Why is said beside it, in a column of its own. */
function WaitsFor({ activity }: { activity: NonNullable<Policy['activity']> }) {
  const { t } = useTranslation('tasks');
  const { long } = useActivityWords()(activity);
  return (
    <span className={`${styles['muted']} ${styles['wideOnly']}`} title={long}>
      {t('activity.wait', { count: activity.taskCount })}
    </span>
  );
}

/** Why it does not do what it should; else how it ended and when, and that it has looked since. */
function LastRun({ policy }: { policy: Policy }) {
  const { t } = useTranslation('policies');
  const { lastExecution, lastLook, lastReason, activity } = policy;
  const why = useWhyNot(lastReason, activity);
  const isLookNewer = hasLookedSince(policy);
  return (
    <span className={styles['twoLines']}>
      {lastExecution === null && lastLook === null ? <span className={styles['muted']}>{t('neverRan')}</span> : null}
      {why === null ? (
        <>
          {lastExecution === null ? null : <LastExecution execution={lastExecution} hasTrigger={!isLookNewer} />}
          {lastLook === null || !isLookNewer ? null : (
            <LastLookLines look={lastLook} isBelowRun={lastExecution !== null} />
          )}
        </>
      ) : (
        <span className={styles['whyNot']} data-tone={why.tone} title={why.words}>
          {why.words}
        </span>
      )}
    </span>
  );
}

interface LastExecutionProps {
  execution: NonNullable<Policy['lastExecution']>;
  hasTrigger: boolean;
}

function LastExecution({ execution, hasTrigger }: LastExecutionProps) {
  const { t } = useTranslation('tasks');
  return (
    <>
      <span className={styles['cut']}>
        <ExecutionState execution={{ state: execution.state, activity: null }} />{' '}
        <RelativeTime instant={execution.createdAt} />
      </span>
      {hasTrigger ? (
        <span className={`${styles['muted']} ${styles['wideOnly']}`}>{t(`startedBy.${execution.trigger}`)}</span>
      ) : null}
    </>
  );
}

function useWhyNot(reason: Policy['lastReason'], activity: KnownActivity | null): { words: string; tone: Tone } | null {
  const reasonText = useReasonText();
  const activityWords = useActivityWords();
  if (reason !== null) return { words: reasonText(reason), tone: causeTone(reason, activity) };
  if (activity?.absent === undefined) return null;
  return { words: activityWords(activity).cause ?? '', tone: activityTone(activity) };
}

export function NextRun({ at }: { at: string | null }) {
  const { t } = useTranslation('policies');
  const nowMs = useNow(MINUTE_MS);
  if (at === null) return <span className={styles['muted']}>{t('none')}</span>;
  return Date.parse(at) <= nowMs ? t('due') : <RelativeTime instant={at} />;
}
