import type { NoticeEvent, NoticeKind, NoticeReason, PolicyOfPair } from './notices.ts';

/** Open tasks from one registry to another, in one project and of one policy, that wait for one cause or for none. */
export interface OpenTasks {
  readonly project: string;
  readonly policyId: string | null;
  readonly policyName: string | null;
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly count: number;
  /** Null where they are not held up. */
  readonly trouble: NoticeReason | null;
}

export interface Outage {
  readonly id: string;
  /** Null: of any; so `policyId`. */
  readonly project: string | null;
  readonly policyId: string | null;
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly since: Date;
  readonly quietSince: Date | null;
  readonly isTold: boolean;
  readonly policies: readonly PolicyOfPair[];
}

/** What became of tasks of the pair since the look before. */
export interface Ended {
  readonly hasSucceeded: boolean;
  readonly hasFailed: boolean;
}

/** The open tasks of a pair in a scope. */
export interface OpenPair {
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly open: number;
  readonly waiting: number;
  /** What most of them wait for. */
  readonly trouble: NoticeReason | null;
  /** Whose they are that wait, the first five. */
  readonly policies: readonly PolicyOfPair[];
}

export interface Scope {
  readonly project: string | null;
  readonly policyId: string | null;
}

export type Step =
  /** It is over, and nobody hears of it. */
  | 'forgotten'
  /** It is over, and its tasks failed: the next success follows a failure. */
  | 'failed'
  | 'recovered'
  /** Not held up at this moment; perhaps it is being tried. */
  | 'quiet'
  /** Held up again, after it was not for so long that this is another outage. */
  | 'anew'
  | 'early'
  /** For so long that it is told. */
  | 'failing';

/** A try that hangs takes a minute or so, and is no success yet. */
const quietMaxMs = 120_000;
const policiesMax = 5;

/** What an outage comes to, with what is open and ended now. */
export function stepOf(
  { since, quietSince, isTold }: Pick<Outage, 'since' | 'quietSince' | 'isTold'>,
  now: Ended & Pick<OpenPair, 'open' | 'waiting'>,
  { at, afterMs }: { readonly at: Date; readonly afterMs: number },
): Step {
  if (now.hasSucceeded) return isTold ? 'recovered' : 'forgotten';
  if (now.open === 0) return isTold && now.hasFailed ? 'failed' : 'forgotten';
  if (now.waiting === 0) return 'quiet';
  if (isTold) return 'failing';
  if (quietSince !== null && at.getTime() - quietSince.getTime() >= quietMaxMs) return 'anew';
  return at.getTime() - since.getTime() >= afterMs ? 'failing' : 'early';
}

/** The pairs that tasks of this scope are open in. */
export function openPairs(tasks: readonly OpenTasks[], { project, policyId }: Scope): OpenPair[] {
  const own = tasks.filter(
    (one) => (project === null || one.project === project) && (policyId === null || one.policyId === policyId),
  );
  return [...Map.groupBy(own, pairKey).values()].flatMap((parts) => {
    const [first] = parts;
    return first === undefined ? [] : [pairOf(first, parts)];
  });
}

export function pairKey(pair: Pick<Outage, 'sourceRegistryId' | 'destinationRegistryId'>): string {
  return `${pair.sourceRegistryId}\n${pair.destinationRegistryId}`;
}

function pairOf({ sourceRegistryId, destinationRegistryId }: OpenTasks, parts: readonly OpenTasks[]): OpenPair {
  const held = parts.filter(({ trouble }) => trouble !== null);
  const policies = new Map<string, PolicyOfPair>();
  for (const { policyId: id, policyName: name } of held)
    if (id !== null && name !== null) policies.set(id, { id, name });
  const byCause = Map.groupBy(held, ({ trouble }) => trouble?.code);
  const [most] = [...byCause.values()].toSorted((one, other) => countOf(other) - countOf(one));
  return {
    sourceRegistryId,
    destinationRegistryId,
    open: countOf(parts),
    waiting: countOf(held),
    trouble: most?.[0]?.trouble ?? null,
    policies: [...policies.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1)).slice(0, policiesMax),
  };
}

function countOf(parts: readonly OpenTasks[]): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}

/** What a notice of these kinds says about an outage, or about its end; undefined where it says nothing. */
export function outageEventFor(kinds: readonly NoticeKind[], step: 'failing' | 'recovered'): NoticeEvent | undefined {
  const isWanted = kinds.includes('all') || kinds.includes(step === 'failing' ? 'failed' : 'recovered');
  return isWanted ? `pair.${step}` : undefined;
}
