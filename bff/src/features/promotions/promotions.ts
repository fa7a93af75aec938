export type PromotionState =
  | 'waiting'
  | 'copying'
  | 'done'
  | 'failed'
  | 'stopped'
  | 'declined'
  | 'withdrawn'
  | 'expired'
  | 'undone';

export interface PathStep {
  readonly environment: string;
  /** For what goes into it, a second person is needed. */
  readonly needsApproval: boolean;
}

export interface StoredPath {
  /** Null: the environments in their order. */
  readonly steps: readonly PathStep[] | null;
  /** 0 while nobody set one. */
  readonly version: number;
}

export interface Reason {
  readonly code: string;
  readonly sentence: string;
  readonly params: Record<string, string>;
}

/** Who asks, approves, declines, takes back or undoes. */
export interface Person {
  readonly id: string | null;
  readonly name: string | null;
}

export interface TagPlace {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
}

export interface PromotionTarget {
  readonly registryId: string;
  /** What its tag was before; while the promotion waits, what it is. */
  readonly previousDigest: string | null;
}

export interface Promotion {
  readonly id: string;
  readonly kind: 'promotion' | 'undo';
  readonly project: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly source: { readonly registryId: string; readonly environment: string };
  readonly environment: string;
  readonly targets: readonly PromotionTarget[];
  readonly state: PromotionState;
  readonly comment: string;
  readonly requester: Person;
  readonly needsApproval: boolean;
  readonly decision: { readonly by: string | null; readonly at: Date; readonly comment: string } | null;
  /** What the tag is at the source by now, as far as the catalog knows. */
  readonly sourceDigest: string | null;
  readonly executionId: string | null;
  readonly undoOf: string | null;
  /** As far as the catalog knows. */
  readonly isUndoable: boolean;
  readonly reason: Reason | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly finishedAt: Date | null;
  /** Where it stands in the order of creation, for cursors. */
  readonly createdAtMicroseconds: number;
}

/** The path as it leads through environments that are served. */
export function effectivePath({ steps }: Pick<StoredPath, 'steps'>, environments: readonly string[]): PathStep[] {
  if (steps === null) return environments.map((environment) => ({ environment, needsApproval: false }));
  return steps.filter(({ environment }) => environments.includes(environment));
}

/**
 * Whether going from one environment to another needs a second person: also where the step that wants one is skipped.
 * Undefined where the path does not lead there.
 */
export function needsApprovalBetween(path: readonly PathStep[], from: string, to: string): boolean | undefined {
  const start = path.findIndex(({ environment }) => environment === from);
  const end = path.findIndex(({ environment }) => environment === to);
  if (start === -1 || end <= start) return undefined;
  return path.slice(start + 1, end + 1).some(({ needsApproval }) => needsApproval);
}

export interface PromotedTarget {
  readonly registryId: string;
  readonly digest: string;
  readonly previousDigest: string | null;
}

export type UndoPlan =
  | { readonly kind: 'put-back'; readonly targets: readonly { readonly registryId: string; readonly digest: string }[] }
  /** Somebody moved or removed it since. */
  | { readonly kind: 'moved'; readonly registryId: string; readonly current: string | null }
  /** Nothing was there before. */
  | { readonly kind: 'new'; readonly registryId: string }
  /** Nothing is there that the promotion brought. */
  | { readonly kind: 'nothing' };

/** @param current what each target's tag is now; null where there is none */
export function planUndo(targets: readonly PromotedTarget[], current: ReadonlyMap<string, string | null>): UndoPlan {
  const changed = targets.filter(({ digest, previousDigest }) => digest !== previousDigest);
  const now = (registryId: string): string | null => current.get(registryId) ?? null;
  const moved = changed.find(
    ({ registryId, digest, previousDigest }) => now(registryId) !== digest && now(registryId) !== previousDigest,
  );
  if (moved !== undefined) return { kind: 'moved', registryId: moved.registryId, current: now(moved.registryId) };
  const arrived = changed.filter(({ registryId, digest }) => now(registryId) === digest);
  if (arrived.length === 0) return { kind: 'nothing' };
  const back: { registryId: string; digest: string }[] = [];
  for (const { registryId, previousDigest } of arrived) {
    if (previousDigest === null) return { kind: 'new', registryId };
    back.push({ registryId, digest: previousDigest });
  }
  return { kind: 'put-back', targets: back };
}
