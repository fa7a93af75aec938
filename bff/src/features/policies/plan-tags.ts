import { findCollisions, isRepositoryName, mapName } from './name-mapping.ts';
import { type Collision, type PlanRow, type PolicyContent, type Reason, sentences } from './policy.ts';
import type { SourceTag, Tombstone } from './select-tags.ts';
import { projectOf } from '../../access/subject.ts';
import type { WayBack } from './ways-back.ts';

/** A tag of a destination as the catalog has it. */
export interface DestinationTag {
  readonly digest: string;
  readonly originMs: number;
  /** The news of the push is still to come, and may say otherwise. */
  readonly isOriginGuessed: boolean;
}

export interface PlannedDestination {
  readonly registryId: string;
  readonly name: string;
  /** It is gone: nothing can be copied there. */
  readonly isMissing: boolean;
  /** How other policies bring what a tag is there back to the source: then the later push of the two counts. */
  readonly wayBack: (there: string, tag: string, home: string) => WayBack;
  /** By `repository:tag`. */
  readonly tags: ReadonlyMap<string, DestinationTag>;
  /** What was deleted there, by `repository:tag`; needed only where deletions come here from there. */
  readonly deleted: ReadonlyMap<string, Pick<Tombstone, 'digests' | 'deletedMs'>>;
}

export interface PlanInput {
  readonly content: Pick<PolicyContent, 'sourceRegistryId' | 'mapping' | 'options'>;
  /** The policy may write into nothing else. */
  readonly project: string | null;
  /** What the filters select. */
  readonly tags: readonly SourceTag[];
  readonly tombstones: readonly Tombstone[];
  /** Every repository of the source that the filters select: names may collide with those that are not planned now. */
  readonly repositories: readonly string[];
  readonly destinations: readonly PlannedDestination[];
}

export interface TagPlan {
  /** An artifact's destinations one after the other: they are read together. */
  readonly rows: readonly PlanRow[];
  readonly collisions: readonly Collision[];
}

export function tagKey(repository: string, tag: string): string {
  return `${repository}:${tag}`;
}

type Pushed = Pick<DestinationTag, 'digest' | 'originMs'>;

/** Of two contents of one tag the one that was pushed later; the digest decides where both were at the same moment. */
export function isLater(a: Pushed, b: Pushed): boolean {
  return a.originMs === b.originMs ? a.digest > b.digest : a.originMs > b.originMs;
}

/** What is to be done with each selected tag at each destination. Pure: everything it knows is in its input. */
export function planTags(input: PlanInput): TagPlan {
  const { mapping } = input.content;
  const collisions = findCollisions(mapping, input.repositories);
  const shared = new Map(collisions.flatMap(({ to, from }) => from.map((repository) => [repository, { to, from }])));
  const targets = new Map<string, string>();
  const targetOf = (repository: string): string => {
    const known = targets.get(repository) ?? mapName(mapping, repository);
    targets.set(repository, known);
    return known;
  };
  const rows: PlanRow[] = [];
  for (const tag of input.tags) {
    const target = targetOf(tag.repository);
    const collision = shared.get(tag.repository);
    const general = collision ? sentences.collision(target, collision.from) : refusedName(target, input.project);
    for (const destination of input.destinations) rows.push(planOne(input, tag, target, destination, general));
  }
  for (const tombstone of input.tombstones) {
    const target = targetOf(tombstone.repository);
    const isImpossible = shared.has(tombstone.repository) || refusedName(target, input.project) !== undefined;
    if (!isImpossible) rows.push(...planDeletions(input, tombstone, target));
  }
  return { rows, collisions };
}

function refusedName(target: string, project: string | null): Reason | undefined {
  if (!isRepositoryName(target)) return sentences.nameInvalid(target);
  if (project !== null && projectOf(target) !== project) return sentences.outsideProject(target, project);
  return undefined;
}

function planOne(
  { content }: PlanInput,
  tag: SourceTag,
  target: string,
  { registryId, name, isMissing, wayBack, tags, deleted }: PlannedDestination,
  general: Reason | undefined,
): PlanRow {
  const existing = tags.get(tagKey(target, tag.name));
  const back = wayBack(target, tag.name, tag.repository);
  const isContested = back !== 'none';
  const row = {
    source: { repository: tag.repository, tag: tag.name },
    destination: { registryId, repository: target, tag: tag.name },
    digest: tag.digest,
    existingDigest: existing?.digest ?? null,
    totalSizeBytes: tag.totalSizeBytes,
    originMs: tag.originMs,
    isContested,
  };
  if (general !== undefined) return { ...row, outcome: 'impossible', reason: general };
  if (isMissing) return { ...row, outcome: 'impossible', reason: sentences.registryRemoved(registryId) };
  if (registryId === content.sourceRegistryId && target === tag.repository) {
    return { ...row, outcome: 'impossible', reason: sentences.samePlace() };
  }
  if (existing === undefined) {
    const gone = deleted.get(tagKey(target, tag.name));
    const isDeletionLater =
      back === 'deletions' && gone?.digests.includes(tag.digest) === true && gone.deletedMs >= tag.originMs;
    if (isDeletionLater) return { ...row, outcome: 'loses', reason: sentences.deletedThere(name) };
    return { ...row, outcome: 'copy', reason: null };
  }
  if (existing.digest === tag.digest) return { ...row, outcome: 'up-to-date', reason: null };
  // What is only guessed is no ground to leave a tag alone: the copy waits for the news before it decides.
  const isGuessed = existing.isOriginGuessed || tag.isOriginGuessed;
  if (isContested && !isGuessed && isLater(existing, tag))
    return { ...row, outcome: 'loses', reason: sentences.loses(name) };
  if (content.options.whenDifferent === 'report') {
    return { ...row, outcome: 'differs', reason: sentences.differs(name) };
  }
  return { ...row, outcome: 'replace', reason: null };
}

/**
 * Only where the destination still has what was deleted, and nobody has pushed it anew there since. Where copies replace, also
 * what the tag was before that, which a destination has where the last content never came.
 */
function planDeletions({ content, destinations }: PlanInput, tombstone: Tombstone, target: string): PlanRow[] {
  if (!content.options.propagateDeletions) return [];
  const deleted = content.options.whenDifferent === 'replace' ? tombstone.digests : tombstone.digests.slice(0, 1);
  return destinations.flatMap(({ registryId, isMissing, wayBack, tags }): PlanRow[] => {
    const existing = tags.get(tagKey(target, tombstone.name));
    const isSamePlace = registryId === content.sourceRegistryId && target === tombstone.repository;
    if (isMissing || isSamePlace || existing === undefined || !deleted.includes(existing.digest)) return [];
    if (existing.originMs > tombstone.deletedMs) return [];
    return [
      {
        outcome: 'delete',
        source: { repository: tombstone.repository, tag: tombstone.name },
        destination: { registryId, repository: target, tag: tombstone.name },
        digest: existing.digest,
        existingDigest: existing.digest,
        totalSizeBytes: null,
        reason: null,
        originMs: tombstone.deletedMs,
        isContested: wayBack(target, tombstone.name, tombstone.repository) !== 'none',
      },
    ];
  });
}

/** More deletions at once than go without a person's word: a share of the tags, and a few always. */
export function areManyDeletions(deletionCount: number, tagCount: number): boolean {
  return deletionCount > 5 && deletionCount > 0.2 * tagCount;
}
