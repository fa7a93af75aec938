import type { Route } from 'bff/contract/operations';
import { useTranslation } from 'react-i18next';
import { useCurrentFigures } from '../current-figures.ts';
import { useActivityWords } from '../tasks/activity-words.ts';
import { isWaiting } from '../tasks/task-status.ts';
import { useRegistryDirectory } from '../registry-directory.ts';
import { hasFigures, type RouteEnds } from '../traffic.ts';
import { useFormat } from '../../i18n/use-format.ts';

/** What is said of a way: a few words beside its line, or all of it. Nothing of what goes on there where that is unknown. */
export function useRouteWords() {
  const { t } = useTranslation('operations');
  const { bytes } = useFormat();
  const { rate, isLost } = useCurrentFigures();
  const directory = useRegistryDirectory();
  const activityWords = useActivityWords();
  const tasks = ({ runningTasks, queuedTasks, waitingTasks, failedLastHour, activity }: Route) =>
    [
      runningTasks > 0 ? t('facts.running', { count: runningTasks }) : null,
      queuedTasks > 0 ? t('facts.queued', { count: queuedTasks }) : null,
      waitingTasks > 0
        ? t(isHeldBySomebody(activity) ? 'facts.onHold' : 'facts.waiting', { count: waitingTasks })
        : null,
      failedLastHour > 0 ? t('topology.failed', { count: failedLastHour }) : null,
    ].filter((part) => part !== null);
  const flow = ({ bytesPerSecond }: Route) => (bytesPerSecond > 0 ? rate(bytesPerSecond) : null);
  /** Of copies that run, and hang. */
  const waits = ({ activity }: Route) => (isWaiting(activity) ? activityWords(activity).state : '');
  const ends = ({ sourceRegistryId, destinationRegistryId }: RouteEnds) =>
    `${directory.find(sourceRegistryId).name} → ${directory.find(destinationRegistryId).name}`;
  const facts = (route: RouteEnds): string[] => {
    if (!hasFigures(route)) return [];
    return [
      // While the connection is lost, nobody knows whether something moves.
      ...(isLost ? [] : [flow(route) ?? t('topology.still')]),
      ...tasks(route),
      ...(isWaiting(route.activity) ? [activityWords(route.activity).cause ?? ''] : []),
      t('topology.lastHour', { size: bytes(route.bytesLastHour) }),
    ];
  };
  return {
    facts,
    /** The most important of it; empty where nothing goes on. */
    short: (route: RouteEnds): string =>
      hasFigures(route) ? (flow(route) ?? tasks({ ...route, runningTasks: 0 })[0] ?? waits(route)) : '',
    long: (route: RouteEnds): string => [ends(route), facts(route).join(', ')].filter((part) => part !== '').join(': '),
  };
}

const isHeldBySomebody = (activity: Route['activity']): boolean => isWaiting(activity) && activity.kind !== 'waiting';
