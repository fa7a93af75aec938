import type { NameMapping, PlannedWork, PolicyContent, PolicyFilters } from './policy-words.ts';

export type { NameMapping, PlannedWork, PolicyContent, PolicyFilters };

/** A cause in words; `code` is stable, `sentence` is the English of it. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
  readonly params: Record<string, string>;
}

export type PolicyTrigger = 'manual' | 'schedule' | 'push' | 'reconcile';
export type PlanOutcome = 'copy' | 'replace' | 'up-to-date' | 'differs' | 'loses' | 'delete' | 'impossible';

/** A policy as it is stored. */
export interface StoredPolicy {
  readonly id: string;
  readonly name: string;
  /** Null: system-wide. */
  readonly project: string | null;
  readonly content: PolicyContent;
  readonly version: number;
  readonly isEnabled: boolean;
  readonly pausedAt: Date | null;
  /** Up to here the source's log is planned. */
  readonly cursor: string | null;
  readonly isFullDue: boolean;
  readonly planCount: number;
  readonly nextRunAt: Date | null;
  readonly pausedDestinations: readonly string[];
}

/** What two people would both have to know to change a policy. */
export interface PolicyValues {
  readonly name: string;
  readonly content: PolicyContent;
}

export interface PlanRow {
  readonly outcome: PlanOutcome;
  readonly source: { readonly repository: string; readonly tag: string };
  readonly destination: { readonly registryId: string; readonly repository: string; readonly tag: string };
  readonly digest: string;
  readonly existingDigest: string | null;
  readonly totalSizeBytes: number | null;
  readonly reason: Reason | null;
  /** Of the source's tag. */
  readonly originMs: number;
  /** The destination is a master too. */
  readonly isContested: boolean;
}

/** Names that several repositories of the source would share at a destination. */
export interface Collision {
  readonly to: string;
  readonly from: readonly string[];
}

export const noWork: PlannedWork = {
  copy: 0,
  replace: 0,
  upToDate: 0,
  differs: 0,
  loses: 0,
  delete: 0,
  impossible: 0,
  bytes: 0,
};

const countOf: Readonly<Record<PlanOutcome, Exclude<keyof PlannedWork, 'bytes'>>> = {
  copy: 'copy',
  replace: 'replace',
  'up-to-date': 'upToDate',
  differs: 'differs',
  loses: 'loses',
  delete: 'delete',
  impossible: 'impossible',
};

export function countRows(rows: Iterable<Pick<PlanRow, 'outcome'>>, bytes: number): PlannedWork {
  const counts = { ...noWork, bytes };
  for (const { outcome } of rows) counts[countOf[outcome]] += 1;
  return counts;
}

export function sumWork(parts: readonly PlannedWork[]): PlannedWork {
  const sum = { ...noWork };
  for (const part of parts) {
    for (const key of Object.keys(sum) as (keyof PlannedWork)[]) sum[key] += part[key];
  }
  return sum;
}

type Params = Record<string, string>;
const plain = (code: string, sentence: string, params: Params = {}): Reason => ({ code, sentence, params });

export const sentences = {
  notPlanned: () =>
    plain('planning-failed', 'It could not be planned; the server’s log has the cause, and it is tried again.'),
  filtersInvalid: (cause: string) =>
    plain('filters-invalid', `The filters of the policy cannot be used: ${cause}`, { cause }),
  differs: (registry: string) =>
    plain('differs', `${registry} has another image under this tag; the policy reports it and leaves it.`, {
      registry,
    }),
  loses: (registry: string) =>
    plain('loses', `${registry} is a master of this tag too, and its image was pushed later: that one counts.`, {
      registry,
    }),
  deletedThere: (registry: string) =>
    plain(
      'deleted-there',
      `It was deleted in ${registry}, which is a master of this tag too: the deletion comes here.`,
      {
        registry,
      },
    ),
  nameInvalid: (name: string) =>
    plain('name-invalid', `“${name}” is no repository name: the name mapping makes one that no registry takes.`, {
      name,
    }),
  referrersMissing: () =>
    plain('referrers-missing', 'The image is there; something that refers to it, such as a signature, is not yet.'),
  platformsMissing: () => plain('platforms-missing', 'The index is there; some of its platforms are not yet.'),
  samePlace: () => plain('same-place', 'It is the same place: map the name, or choose another registry.'),
  outsideProject: (name: string, project: string) =>
    plain(
      'outside-project',
      `“${name}” is not in the project ${project}, and the policy may not write outside of it.`,
      {
        name,
        project,
      },
    ),
  collision: (name: string, others: readonly string[]) =>
    plain('name-collision', `${others.join(' and ')} would both be “${name}” there: neither is copied.`, {
      name,
      repositories: others.join(', '),
    }),
  registryRemoved: (registryId: string) =>
    plain('registry-removed', `The registry “${registryId}” was removed from Longshore.`, { registryId }),
  tagImmutable: (p: { registry: string; repository: string; tag: string; rule: string }) =>
    plain(
      'tag-immutable',
      `${p.tag} of ${p.repository} in ${p.registry} is held by the rule “${p.rule}” and stays as it is.`,
      p,
    ),
  /** @param lately with those of the last minutes; a wave may come in several plans */
  heldBack: (count: number, tagCount: number, lately: number) =>
    plain(
      'deletions-many',
      `${count} of ${tagCount} tags would be deleted at the destinations${lately > count ? `, ${lately} with those of the last ten minutes` : ''}. That is many at once: somebody has to confirm it.`,
      { count: String(count), tags: String(tagCount), ...(lately > count ? { lately: String(lately) } : {}) },
    ),
} as const;
