/** A cause in words; `code` is stable, `sentence` is the English of it. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
  readonly params: Readonly<Record<string, string>>;
}

/** What one of them keeps is kept. */
export type RetentionRule =
  | { readonly kind: 'newest'; readonly count: number }
  | { readonly kind: 'pushed-within'; readonly days: number }
  | { readonly kind: 'pulled-within'; readonly days: number }
  | { readonly kind: 'tags'; readonly patterns: readonly string[] }
  | { readonly kind: 'used-elsewhere' };

/** Whose tags, and which of them are kept. */
export interface RetentionContent {
  /** Globs below the project. */
  readonly repositories: { readonly include: readonly string[]; readonly exclude: readonly string[] };
  readonly rules: readonly RetentionRule[];
}

export interface RetentionValues extends RetentionContent {
  /** Null: each environment by itself. */
  readonly environment: string | null;
  readonly isEnabled: boolean;
  readonly schedule: { readonly cron: string; readonly timeZone: string } | null;
}

export interface RetentionPlan extends RetentionValues {
  readonly id: string;
  readonly project: string;
  readonly version: number;
  readonly nextRunAt: Date | null;
  readonly createdBy: string | null;
  readonly changedBy: string | null;
  readonly changedAt: Date;
}

/** planning → deleting → done; planning → held → deleting or declined; planning, deleting → stopped or failed. */
export type RunState = 'planning' | 'held' | 'deleting' | 'done' | 'declined' | 'stopped' | 'failed';

export interface LeftOut {
  readonly registryId: string;
  readonly reason: Reason;
}

export interface RetentionRun {
  readonly id: string;
  /** Null: it is gone. */
  readonly planId: string | null;
  readonly project: string;
  readonly environment: string | null;
  readonly planVersion: number;
  /** As it was when the run was asked for. */
  readonly content: RetentionContent;
  readonly isScheduled: boolean;
  readonly askedBy: string | null;
  readonly state: RunState;
  readonly heldBack: Reason | null;
  readonly decidedBy: string | null;
  readonly reason: Reason | null;
  readonly leftOut: readonly LeftOut[];
  readonly keepCount: number;
  readonly deleteCount: number;
  readonly freedBytes: number | null;
  readonly trashedCount: number;
  readonly sparedCount: number;
  readonly failedCount: number;
  readonly asOf: Date | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** One that this worker holds. */
export interface ClaimedRun extends RetentionRun {
  readonly fence: number;
  readonly askerId: string | null;
  readonly acceptsMany: boolean;
  readonly expectedCount: number | null;
  /** Since it may delete, by the database's clock. */
  readonly begunForMs: number;
}

/** A tag as the catalog has it. Times in milliseconds since 1970. */
export interface CatalogTag {
  readonly registryId: string;
  readonly environment: string;
  readonly repository: string;
  readonly name: string;
  readonly digest: string;
  readonly pushedBy: string | null;
  /** Null where only a scan came upon it. */
  readonly pushedAtMs: number | null;
  /** The push, or else when its content was first seen under the tag: never sooner than it was made. */
  readonly pushedMs: number;
  /** What the newest are chosen by: as before, but what was there from the beginning counts by its image's creation. */
  readonly rankMs: number;
  /** The last pull of its image, or of a platform of it, that was heard of. */
  readonly pulledMs: number | null;
  /** From then on pulls were heard of. */
  readonly watchedMs: number;
  readonly sizeBytes: number | null;
}

/** A tag and what is to become of it. */
/** How many bytes nothing else in their registry needs, once no tag names these manifests; null: too many to add up. */
export interface FreedBytes {
  sumBytes(
    untagged: ReadonlyArray<{ readonly registryId: string; readonly repository: string; readonly digest: string }>,
  ): Promise<number | null>;
}

export interface JudgedTag {
  readonly tag: CatalogTag;
  readonly verdict: 'keep' | 'delete';
  readonly reasons: readonly Reason[];
}

/** A repository that loses many of its tags at once. */
export interface ManyDeletions {
  readonly registryId: string;
  readonly repository: string;
  readonly deleteCount: number;
  readonly tagCount: number;
}

export function tagKey({
  registryId,
  repository,
  name,
}: Pick<CatalogTag, 'registryId' | 'repository' | 'name'>): string {
  return `${registryId}/${repository}:${name}`;
}

/** More than half of a repository's tags, and more than a few, or all there are: that takes a person's word. */
export function areMany({ deleteCount, tagCount }: Pick<ManyDeletions, 'deleteCount' | 'tagCount'>): boolean {
  if (deleteCount === 0) return false;
  return deleteCount === tagCount || (deleteCount > 5 && deleteCount > tagCount / 2);
}

/** How rules of a project name its repositories: below the project, except in the built-in one, which has no prefix. */
export function nameInProject(project: string, repository: string): string {
  const isBelow = project !== 'library' && repository.startsWith(`${project}/`);
  return isBelow ? repository.slice(project.length + 1) : repository;
}
