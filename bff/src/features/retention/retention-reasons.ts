import type { Reason } from './retention.ts';

const reason = (code: string, sentence: string, params: Readonly<Record<string, string>> = {}): Reason => ({
  code,
  sentence,
  params,
});

const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);

/** Why a tag is kept. */
export const keeping = {
  immutable: (rule: string) =>
    reason('retention-immutable', `The rule “${rule}” makes it immutable: it stays.`, { rule }),
  newest: (count: number, rank: number) =>
    reason('retention-newest', `Number ${rank} of the newest ${count} of its repository.`, {
      count: String(count),
      rank: String(rank),
    }),
  pushed: (limit: number, age: number) =>
    reason('retention-pushed', `Pushed ${days(age)} ago, within ${days(limit)}.`, {
      days: String(limit),
      age: String(age),
    }),
  pulled: (limit: number, age: number) =>
    reason('retention-pulled', `Pulled ${days(age)} ago, within ${days(limit)}.`, {
      days: String(limit),
      age: String(age),
    }),
  watched: (limit: number, age: number) =>
    reason(
      'retention-watched',
      `No pull was heard of, but for ${days(age)} only have they been looked for: it stays until ${days(limit)} are over.`,
      { days: String(limit), age: String(age) },
    ),
  pattern: (pattern: string) => reason('retention-pattern', `Its name fits ${pattern}.`, { pattern }),
  usedIn: (environment: string) =>
    reason('retention-used-in', `${environment} has the same digest under a tag.`, { environment }),
  usedElsewhere: () =>
    reason('retention-used-elsewhere', 'Another environment of the project has the same digest under a tag.'),
  elsewhereUnknown: () =>
    reason(
      'retention-elsewhere-unknown',
      'A registry of another environment could not be looked at, so nobody knows whether it is used there: it stays.',
    ),
  otherPlan: () => reason('retention-other-plan', 'Another plan of this project keeps it.'),
} as const;

/** Why no rule keeps it. */
export const losing = {
  notNewest: (count: number, rank: number) =>
    reason('retention-not-newest', `Number ${rank} of its repository, of which the newest ${count} are kept.`, {
      count: String(count),
      rank: String(rank),
    }),
  pushedBefore: (limit: number, age: number) =>
    reason('retention-pushed-before', `Pushed ${days(age)} ago, longer than ${days(limit)}.`, {
      days: String(limit),
      age: String(age),
    }),
  pulledBefore: (limit: number, age: number) =>
    reason('retention-pulled-before', `Last pulled ${days(age)} ago, longer than ${days(limit)}.`, {
      days: String(limit),
      age: String(age),
    }),
  neverPulled: (limit: number, age: number) =>
    reason('retention-never-pulled', `No pull of it was heard of in ${days(age)}, longer than ${days(limit)}.`, {
      days: String(limit),
      age: String(age),
    }),
  noPattern: () => reason('retention-no-pattern', 'Its name fits no pattern that is kept.'),
  notElsewhere: () => reason('retention-not-elsewhere', 'No other environment has its digest under a tag.'),
  shared: (tag: string) =>
    reason('retention-shared', `${tag} has the same digest and stays: only this name goes.`, { tag }),
} as const;

/** Why registries were not looked at. */
export const leaving = {
  neverScanned: (registry: string) =>
    reason('retention-never-scanned', `${registry} was never read to its end, so nobody knows what it has.`, {
      registry,
    }),
  scanFailed: (registry: string, cause: string) =>
    reason('retention-scan-failed', `${registry} could not be read to its end: ${cause}`, { registry, cause }),
  scanOld: (registry: string) =>
    reason('retention-scan-old', `${registry} was last read too long ago to be sure of what it has.`, { registry }),
  unreachable: (registry: string) =>
    reason('retention-unreachable', `${registry} does not answer at the moment.`, { registry }),
} as const;

/** About a whole run. */
export const aboutRuns = {
  many: (count: number, repository: string, tags: string) =>
    reason(
      'retention-many',
      count === 1
        ? `${repository} would lose ${tags} of its tags. That is many at once: somebody has to confirm it.`
        : `${count} repositories would lose more than half of their tags or all of them, such as ${repository} (${tags}). That is many at once: somebody has to confirm it.`,
      { count: String(count), repository, tags },
    ),
  moreThanSeen: (count: number, seen: number) =>
    reason(
      'retention-more-than-seen',
      `${count} tags would go, and ${seen} when it was asked for: somebody has to look again.`,
      { count: String(count), seen: String(seen) },
    ),
  nothingRead: () =>
    reason('retention-nothing-read', 'None of its registries could be looked at, so nothing was deleted.'),
  planChanged: () =>
    reason('retention-plan-changed', 'The plan was changed, switched off or removed meanwhile: what was left stays.'),
  archived: () => reason('retention-archived', 'The project was archived meanwhile: what was left stays.'),
  maintenance: (registry: string) =>
    reason('retention-maintenance', `${registry} is in maintenance: the run goes on afterwards.`, { registry }),
  waitsForRegistry: (registry: string) =>
    reason('retention-waits', `${registry} cannot be looked at now: the run goes on when it can.`, { registry }),
  rulesUnusable: (cause: string) => reason('retention-rules-unusable', `The rules cannot be used: ${cause}`, { cause }),
} as const;

/** Why a tag was spared at the last moment. */
export const sparing = {
  moved: () => reason('retention-moved', 'It was pushed anew or deleted meanwhile: what it is now was not judged.'),
  keptNow: () => reason('retention-kept-now', 'A rule keeps it by now.'),
  notReached: () => reason('retention-not-reached', 'Its registry could not be looked at for a day.'),
  declined: () => reason('retention-declined', 'Somebody said no to the run.'),
  elsewhere: () => reason('retention-in-hand', 'Somebody else was deleting it at the same moment.'),
} as const;
