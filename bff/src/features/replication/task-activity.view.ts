import { sql } from 'kysely';
import { heldBackCode, maintenanceCode, openStates, pausedCode, type Reason, type TaskState } from './replication.ts';

/** `waiting`: for the next try; the others after it because somebody wants it so. */
export type ActivityKind = 'running' | 'queued' | 'waiting' | 'held' | 'maintenance' | 'paused';

/** What open tasks do together: what the first kind says that is true of one of them. */
export interface Activity {
  readonly kind: ActivityKind;
  /** Those of which it is true; of those that wait, the ones that wait for `reason`. */
  readonly taskCount: number;
  /** Only of what waits. */
  readonly reason: Reason | null;
}

/** Tasks in one state; of those that wait, for the same. */
export interface CountedTasks {
  readonly state: TaskState;
  readonly count: number;
  readonly reason: Reason | null;
}

/**
 * Of rows of `tasks t`: those that wait for the same are counted together, by a cause and the registry that it is about; those that
 * were done, by what else there is to say.
 */
export const sharedCause = sql<string | null>`case when t.state in ('waiting', 'succeeded')
  then concat(t.reason->>'code', ' ', t.reason->'params'->>'registryId') end`;
/** What a group of them waits for, or has to say, in the words of one. */
export const sharedReason = sql<Reason | null>`(array_agg(t.reason)
  filter (where t.state = 'waiting' or (t.state = 'succeeded' and t.reason is not null)))[1]`;

const kinds: readonly ActivityKind[] = ['running', 'queued', 'waiting', 'held', 'maintenance', 'paused'];
const kindOfCode: Readonly<Record<string, ActivityKind>> = {
  [heldBackCode]: 'held',
  [maintenanceCode]: 'maintenance',
  [pausedCode]: 'paused',
};

/** Null where no task is open. */
export function activityOf(tasks: readonly CountedTasks[]): Activity | null {
  const open = tasks
    .filter(({ state, count }) => count > 0 && (openStates as readonly TaskState[]).includes(state))
    .map((part) => ({ ...part, kind: kindOf(part) }));
  const kind = kinds.find((each) => open.some((part) => part.kind === each));
  if (kind === undefined) return null;
  const own = open.filter((part) => part.kind === kind);
  if (kind === 'running' || kind === 'queued') return { kind, taskCount: countOf(own), reason: null };
  const most = [...Map.groupBy(own, waitsForSame).values()].reduce((one, other) =>
    countOf(other) > countOf(one) ? other : one,
  );
  return { kind, taskCount: countOf(most), reason: most[0]?.reason ?? null };
}

/** What else there is to say of most of those that were done, where that is anything. */
export interface Remark {
  readonly taskCount: number;
  readonly reason: Reason;
}

export function remarkOf(tasks: readonly CountedTasks[]): Remark | null {
  const told = tasks.flatMap(({ state, count, reason }) =>
    state === 'succeeded' && reason !== null ? [{ taskCount: count, reason }] : [],
  );
  return told.toSorted((one, other) => other.taskCount - one.taskCount)[0] ?? null;
}

/** As `sharedCause`: the parts may be of several destinations. */
const waitsForSame = ({ reason }: CountedTasks): string =>
  `${reason?.code ?? ''} ${reason?.params['registryId'] ?? ''}`;
const countOf = (parts: readonly CountedTasks[]): number => parts.reduce((sum, { count }) => sum + count, 0);

function kindOf({ state, reason }: CountedTasks): ActivityKind {
  if (state !== 'waiting') return state === 'running' ? 'running' : 'queued';
  return kindOfCode[reason?.code ?? ''] ?? 'waiting';
}
