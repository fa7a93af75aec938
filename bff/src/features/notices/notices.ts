export type NoticeKind = 'failed' | 'recovered' | 'all';
export type NoticeEvent =
  | 'execution.failed'
  | 'execution.recovered'
  | 'execution.succeeded'
  | 'execution.stopped'
  | 'pair.failing'
  | 'pair.recovered'
  | 'deletions.held'
  | 'test';
export type EndState = 'succeeded' | 'failed' | 'stopped';
export type DeliveryState = 'waiting' | 'sending' | 'delivered' | 'failed';

export interface StoredNotice {
  readonly id: string;
  /** Null: of the whole console. */
  readonly project: string | null;
  readonly policyId: string | null;
  /** Null also where the policy is gone. */
  readonly policyName: string | null;
  readonly name: string;
  readonly channel: 'webhook' | 'mail';
  readonly url: string | null;
  readonly secretSealed: string | null;
  readonly recipients: readonly string[];
  readonly language: 'en' | 'zh';
  readonly kinds: readonly NoticeKind[];
  readonly isDisabled: boolean;
  readonly lastDelivery: { readonly state: DeliveryState; readonly event: NoticeEvent; readonly at: Date } | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly version: number;
}

/** Why an attempt did not do it; a sentence for people. */
export interface NoticeReason {
  readonly code: string;
  readonly sentence: string;
  readonly params: Record<string, string>;
}

export interface StoredAttempt {
  readonly number: number;
  readonly at: Date;
  readonly durationMs: number;
  readonly status: number | null;
  readonly answer: string | null;
  readonly reason: NoticeReason | null;
}

export interface StoredDelivery {
  readonly id: string;
  readonly event: NoticeEvent;
  readonly executionId: string | null;
  readonly state: DeliveryState;
  readonly attempt: number;
  readonly attemptsAllowed: number;
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  readonly attempts: readonly StoredAttempt[];
}

/** What a sender made of one attempt. */
export interface SendOutcome {
  readonly isDelivered: boolean;
  /** Another attempt cannot help. */
  readonly isFinal: boolean;
  readonly status: number | null;
  readonly answer: string | null;
  readonly reason: NoticeReason | null;
  /** What the receiver asked for. */
  readonly retryAfterMs?: number | undefined;
}

/** The tasks of an execution from one registry to another, in one project. */
export interface EndedPair {
  readonly project: string;
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly stopped: number;
  readonly bytesDone: number;
}

export interface EndedFailure {
  readonly taskId: string;
  readonly project: string;
  readonly sourceRegistryId: string;
  readonly sourceRepository: string;
  readonly sourceReference: string;
  readonly destinationRegistryId: string;
  readonly destinationRepository: string;
  readonly destinationTag: string | null;
  readonly code: string | null;
  readonly sentence: string | null;
}

/** An execution that ended, as the trigger noted it. */
export interface ExecutionEnd {
  readonly executionId: string;
  readonly policyId: string | null;
  readonly policyName: string | null;
  readonly trigger: string;
  readonly requestedBy: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly pairs: readonly EndedPair[];
  readonly failures: readonly EndedFailure[];
}

/** The part of an end that a project is told, or with null the whole. */
export interface ScopedEnd extends ExecutionEnd {
  readonly project: string | null;
  readonly state: EndState;
}

/** A pair of registries in a scoped end; `failingSince` where it fails, or failed until now. */
export interface PairEnd {
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly state: EndState | 'recovered';
  readonly failingSince: Date | null;
}

export interface PolicyOfPair {
  readonly id: string;
  readonly name: string;
}

/** A pair of registries as it is told. */
export interface ToldPair extends Omit<PairEnd, 'state'> {
  readonly state: PairEnd['state'] | 'failing' | 'held';
  /** How many tasks wait, and why; null where an execution ended. */
  readonly waiting: number | null;
  readonly reason: NoticeReason | null;
  readonly policies: readonly PolicyOfPair[];
}

/** First attempts included; a test is for somebody who waits for it. */
export const attemptsMax = 8;
const delaysMs = [2000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 10_800_000] as const;
const askedMaxMs = 3_600_000;

/** How long to wait after attempt number `attempt`, spread so that many do not come back at once. */
export function retryDelayMs(attempt: number, askedMs: number | undefined, random: () => number): number {
  const planned = delaysMs[Math.min(attempt, delaysMs.length) - 1] ?? 2000;
  return Math.max(planned * (0.9 + random() * 0.2), Math.min(askedMs ?? 0, askedMaxMs));
}

/** The ends that an end is for each project in it, and for the whole console. */
export function scopedEnds(end: ExecutionEnd): ScopedEnd[] {
  const projects = [...new Set(end.pairs.map(({ project }) => project))];
  return [null, ...projects].map((project) => {
    const pairs = project === null ? end.pairs : end.pairs.filter((pair) => pair.project === project);
    const failures = end.failures.filter((failure) => project === null || failure.project === project);
    return { ...end, project, pairs, failures, state: stateOf(pairs) };
  });
}

/** Each pair of registries once. */
export function pairsOf({ pairs }: ScopedEnd): Omit<PairEnd, 'failingSince'>[] {
  const byPair = Map.groupBy(pairs, (pair) => `${pair.sourceRegistryId}\n${pair.destinationRegistryId}`);
  return [...byPair.values()].flatMap((parts) => {
    const [first] = parts;
    if (first === undefined) return [];
    const { sourceRegistryId, destinationRegistryId } = first;
    return [{ sourceRegistryId, destinationRegistryId, state: stateOf(parts) }];
  });
}

/** As an execution's own state: failed if anything failed, stopped if anything was stopped. */
function stateOf(parts: readonly EndedPair[]): EndState {
  if (parts.some(({ failed }) => failed > 0)) return 'failed';
  return parts.some(({ stopped }) => stopped > 0) ? 'stopped' : 'succeeded';
}

/** What a notice of these kinds says about an end; undefined where it says nothing. */
export function eventFor(
  kinds: readonly NoticeKind[],
  state: EndState,
  pairs: readonly PairEnd[],
): NoticeEvent | undefined {
  const isAll = kinds.includes('all');
  if (state === 'failed' && (isAll || kinds.includes('failed'))) return 'execution.failed';
  const hasRecovered = pairs.some((pair) => pair.state === 'recovered');
  if (hasRecovered && kinds.includes('recovered')) return 'execution.recovered';
  return isAll ? `execution.${state}` : undefined;
}
