import type { Operations } from 'bff/contract/operations';
import type { Policy } from 'bff/contract/policies';
import { policyAsKnown } from '../policy/policy-as-known.ts';
import type { RegistryDirectory } from '../registry-directory.ts';
import { knownActivity } from '../tasks/known-activity.ts';
import { isWaiting } from '../tasks/task-status.ts';
import { hasFigures, noTasks, type RouteEnds, routeKey } from '../traffic.ts';

/** One way between two registries: who makes it, and, where that is known, what goes on there. */
export interface Way extends RouteEnds {
  /** Those that copy along it, by name. None: it is used once, by hand or by a promotion. */
  readonly policies: readonly Policy[];
  /** It has policies, and none of them copies: disabled, or paused as a whole or for this destination. */
  readonly isOff: boolean;
  /** It has none: it is gone when what moves there has arrived. */
  readonly isOnce: boolean;
}

const nothing = { ...noTasks, bytesPerSecond: 0 };

/** Whether the policy copies there as things are. */
export function isCopying(policy: Policy, destinationRegistryId: string): boolean {
  const destination = policy.destinations.find(({ registryId }) => registryId === destinationRegistryId);
  return policy.isEnabled && policy.pausedAt === null && destination?.pausedAt === null;
}

/** How a policy stands as far as one of its destinations is concerned: another may run, or wait, meanwhile. */
export function standingAlong(
  policy: Policy,
  destinationRegistryId: string,
): Pick<Policy, 'state' | 'activity' | 'lastExecution' | 'lastLook'> {
  const { state, lastExecution, lastLook } = policy;
  const destination = policy.destinations.find(({ registryId }) => registryId === destinationRegistryId);
  const activity = destination?.activity ?? null;
  const standing = (): Policy['state'] => {
    if (state === 'disabled' || state === 'paused') return state;
    if (destination?.pausedAt !== null) return 'paused';
    if (activity !== null) return isWaiting(activity) ? 'waiting' : 'running';
    return state === 'failing' ? 'failing' : 'idle';
  };
  return { state: standing(), activity, lastExecution, lastLook };
}

/** What failed there is still to be looked at. */
const isUnderWay = (way: RouteEnds): boolean =>
  hasFigures(way) &&
  way.bytesPerSecond + way.runningTasks + way.queuedTasks + way.waitingTasks + way.failedLastHour > 0;

/**
 * The ways of all policies, whether or not anything moves there, and those along which something moves or has just failed that no
 * policy copies: a promotion of last week is no way.
 * @param operations undefined where they are not known: then nothing is said of what moves
 */
export function waysOf(policies: readonly Policy[], operations: Operations | undefined): Way[] {
  const routes = new Map<string, RouteEnds>((operations?.routes ?? []).map((route) => [routeKey(route), route]));
  const makers = new Map<string, Policy[]>();
  for (const policy of policies) {
    for (const { registryId } of policy.destinations) {
      const ends = { sourceRegistryId: policy.content.sourceRegistryId, destinationRegistryId: registryId };
      const key = routeKey(ends);
      if (!routes.has(key)) routes.set(key, operations === undefined ? ends : { ...ends, ...nothing });
      makers.set(key, [...(makers.get(key) ?? []), policy]);
    }
  }
  return [...routes].flatMap(([key, route]) => {
    const own = (makers.get(key) ?? []).toSorted((one, other) => one.name.localeCompare(other.name));
    const isOff = own.length > 0 && own.every((policy) => !isCopying(policy, route.destinationRegistryId));
    const isOnce = own.length === 0;
    return isOnce && !isUnderWay(route) ? [] : [{ ...route, policies: own, isOff, isOnce }];
  });
}

/** The same ways, where it is known of their registries that one does not answer; nothing waits where bytes move. */
export function waysAsKnown(ways: readonly Way[], directory: RegistryDirectory): Way[] {
  return ways.map((way) => {
    const policies = way.policies.map((policy) => policyAsKnown(policy, directory));
    if (!hasFigures(way) || way.bytesPerSecond > 0) return { ...way, policies };
    const registryIds = [way.destinationRegistryId, way.sourceRegistryId];
    return { ...way, policies, activity: knownActivity(way.activity, registryIds, directory) };
  });
}
