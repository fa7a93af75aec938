import type { NoticeEvent, NoticeKind, NoticeReason } from './notices.ts';
import type { Scope } from './outages.ts';

/** Deletions of a policy in one project that wait for a person's word. */
export interface HeldPart {
  readonly project: string;
  readonly policyId: string;
  /** When the oldest of them was planned. */
  readonly since: Date;
}

/** Those of a policy that a notice is about: however many runs they come from, they are one question. */
export type Hold = Omit<HeldPart, 'project'>;

export interface HeldPair {
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly deletions: number;
}

/** A hold in full. */
export interface HoldFacts {
  readonly policyName: string;
  readonly executionId: string;
  readonly tags: number;
  readonly deletions: number;
  readonly pairs: readonly HeldPair[];
  readonly reason: NoticeReason;
}

/** What is told of a hold beside its pairs. */
export interface ToldHold extends Pick<HoldFacts, 'executionId' | 'tags' | 'deletions'> {
  readonly since: Date;
}

/** A wave comes in several plans, each with some of it: so long it is waited for, that they are counted together. */
const gatherMs = 15_000;

export function holdsOf(parts: readonly HeldPart[], { project, policyId }: Scope): Hold[] {
  const own = parts.filter(
    (part) => (project === null || part.project === project) && (policyId === null || part.policyId === policyId),
  );
  return [...Map.groupBy(own, (part) => part.policyId)].map(([id, those]) => ({
    policyId: id,
    since: new Date(Math.min(...those.map(({ since }) => since.getTime()))),
  }));
}

/**
 * What is held is never held again once it was answered: if the oldest was there already when the notice's last hold was
 * seen, it is still that one.
 */
export function holdStep({ since }: Hold, seenAt: Date | undefined, at: Date): 'told' | 'early' | 'new' {
  if (seenAt !== undefined && since <= seenAt) return 'told';
  return at.getTime() - since.getTime() < gatherMs ? 'early' : 'new';
}

/** What a notice of these kinds says about a hold: it needs a person, as a failure does. */
export function holdEventFor(kinds: readonly NoticeKind[]): NoticeEvent | undefined {
  return kinds.includes('failed') || kinds.includes('all') ? 'deletions.held' : undefined;
}
