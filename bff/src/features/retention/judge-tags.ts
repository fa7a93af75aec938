import { setImmediate as nextTurn } from 'node:timers/promises';
import { compileGlob, type Glob, GlobError } from '../../access/glob.ts';
import {
  areMany,
  type CatalogTag,
  type JudgedTag,
  type ManyDeletions,
  nameInProject,
  type Reason,
  type RetentionContent,
  type RetentionRule,
} from './retention.ts';
import { keeping, losing } from './retention-reasons.ts';

/** A pattern or rule that cannot be used; `field` is a dotted path in the plan. */
export class RetentionFieldError extends Error {
  override readonly name = 'RetentionFieldError';
  readonly field: string;

  constructor(field: string, sentence: string) {
    super(sentence);
    this.field = field;
  }
}

export interface CompiledPlan {
  readonly environment: string | null;
  readonly rules: readonly CompiledRule[];
  /** By the whole name. */
  readonly covers: (tag: Pick<CatalogTag, 'environment' | 'repository'>) => boolean;
}

type CompiledRule =
  | Exclude<RetentionRule, { kind: 'tags' }>
  | { readonly kind: 'tags'; readonly patterns: ReadonlyArray<{ readonly text: string; readonly fits: Glob }> };

type Planned = RetentionContent & { readonly environment: string | null };

/** @throws RetentionFieldError */
export function compilePlan(project: string, { environment, repositories, rules }: Planned): CompiledPlan {
  if (rules.length === 0) {
    const sentence = 'A plan without a rule would keep nothing at all: add a rule that says what is kept.';
    throw new RetentionFieldError('rules', sentence);
  }
  const include = repositories.include.map((pattern) => compiled('repositories.include', pattern));
  const exclude = repositories.exclude.map((pattern) => compiled('repositories.exclude', pattern));
  const known = new Map<string, boolean>();
  const fits = (repository: string): boolean => {
    let isIn = known.get(repository);
    if (isIn === undefined) {
      const name = nameInProject(project, repository);
      isIn = include.some((glob) => glob(name)) && !exclude.some((glob) => glob(name));
      known.set(repository, isIn);
    }
    return isIn;
  };
  return {
    environment,
    rules: rules.map(compileRule),
    covers: (tag) => (environment === null || tag.environment === environment) && fits(tag.repository),
  };
}

function compileRule(rule: RetentionRule, index: number): CompiledRule {
  if (rule.kind !== 'tags') return rule;
  const patterns = rule.patterns.map((text) => ({ text, fits: compiled(`rules.${index}.patterns`, text) }));
  return { kind: 'tags', patterns };
}

function compiled(field: string, pattern: string): Glob {
  try {
    return compileGlob(pattern);
  } catch (error) {
    if (error instanceof GlobError) throw new RetentionFieldError(field, error.message);
    throw error;
  }
}

export function asksFor(plans: readonly CompiledPlan[], kind: RetentionRule['kind']): boolean {
  return plans.some(({ rules }) => rules.some((rule) => rule.kind === kind));
}

export interface JudgeInput {
  readonly plan: CompiledPlan;
  /** Others of the project that are on: what they keep is kept. */
  readonly others: readonly CompiledPlan[];
  /** Every shown tag of the project in registries that could be looked at. */
  readonly tags: readonly CatalogTag[];
  readonly nowMs: number;
  /** The environments that have a digest under some tag. */
  readonly environmentsOf: ReadonlyMap<string, readonly string[]>;
  /** Whether some registry of an environment other than this could not be looked at. */
  readonly isUnknownBeside: (environment: string) => boolean;
  readonly findImmutable: (tag: CatalogTag) => Promise<string | undefined>;
}

export interface Judgement {
  /** What the plan covers, in the order of registry, repository and time, the newest first. */
  readonly rows: readonly JudgedTag[];
  readonly keepCount: number;
  readonly deleteCount: number;
  readonly many: readonly ManyDeletions[];
}

const dayMs = 86_400_000;
/** A long list must not hold everybody else up. */
const judgedAtOnce = 500;

/** What the plan would keep and what it would delete, with the reasons. Reads nothing and changes nothing. */
export async function judgeTags(input: JudgeInput): Promise<Judgement> {
  const repositories = Map.groupBy(
    input.tags.filter((tag) => input.plan.covers(tag)),
    ({ registryId, repository }) => `${registryId}/${repository}`,
  );
  const rows: JudgedTag[] = [];
  const many: ManyDeletions[] = [];
  let since = 0;
  for (const [, tags] of [...repositories].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const judged = await judgeRepository(input, ranked(tags));
    // One by one: spread arguments have a limit.
    for (const row of judged) rows.push(row);
    const [first] = judged;
    const deleteCount = judged.filter(({ verdict }) => verdict === 'delete').length;
    const counts = { deleteCount, tagCount: judged.length };
    if (first !== undefined && areMany(counts)) {
      many.push({ registryId: first.tag.registryId, repository: first.tag.repository, ...counts });
    }
    since += judged.length;
    if (since < judgedAtOnce) continue;
    since = 0;
    await nextTurn();
  }
  const deleteCount = rows.filter(({ verdict }) => verdict === 'delete').length;
  return { rows, keepCount: rows.length - deleteCount, deleteCount, many };
}

/** The newest first; of one moment by name, so that everybody finds the same. */
function ranked(tags: readonly CatalogTag[]): CatalogTag[] {
  return tags.toSorted((one, other) => other.rankMs - one.rankMs || (one.name < other.name ? 1 : -1));
}

async function judgeRepository(input: JudgeInput, tags: readonly CatalogTag[]): Promise<JudgedTag[]> {
  const judged: JudgedTag[] = [];
  for (const [index, tag] of tags.entries()) {
    judged.push(await judgeOne(input, tag, index + 1));
    if (index % judgedAtOnce === judgedAtOnce - 1) await nextTurn();
  }
  const keptAs = new Map<string, string>();
  for (const { tag, verdict } of judged) {
    if (verdict === 'keep' && !keptAs.has(tag.digest)) keptAs.set(tag.digest, tag.name);
  }
  return judged.map((row) => {
    const sibling = row.verdict === 'delete' ? keptAs.get(row.tag.digest) : undefined;
    return sibling === undefined ? row : { ...row, reasons: [...row.reasons, losing.shared(sibling)] };
  });
}

async function judgeOne(input: JudgeInput, tag: CatalogTag, rank: number): Promise<JudgedTag> {
  const said = input.plan.rules.map((rule) => applyRule(input, rule, tag, rank));
  const kept = said.flatMap(({ isKept, reason }) => (isKept ? [reason] : []));
  const immutable = await input.findImmutable(tag);
  if (immutable !== undefined) kept.unshift(keeping.immutable(immutable));
  if (kept.length === 0 && input.others.some((other) => keeps(input, other, tag, rank))) kept.push(keeping.otherPlan());
  if (kept.length > 0) return { tag, verdict: 'keep', reasons: kept };
  return { tag, verdict: 'delete', reasons: said.map(({ reason }) => reason) };
}

/** Plans cover whole repositories, so a tag has the same rank in each. */
function keeps(input: JudgeInput, plan: CompiledPlan, tag: CatalogTag, rank: number): boolean {
  return plan.covers(tag) && plan.rules.some((rule) => applyRule(input, rule, tag, rank).isKept);
}

interface Said {
  readonly isKept: boolean;
  readonly reason: Reason;
}

const kept = (reason: Reason): Said => ({ isKept: true, reason });
const lost = (reason: Reason): Said => ({ isKept: false, reason });

function applyRule(input: JudgeInput, rule: CompiledRule, tag: CatalogTag, rank: number): Said {
  const { nowMs } = input;
  switch (rule.kind) {
    case 'newest':
      return rank <= rule.count ? kept(keeping.newest(rule.count, rank)) : lost(losing.notNewest(rule.count, rank));
    case 'pushed-within': {
      const age = daysSince(nowMs, tag.pushedMs);
      const isKept = nowMs - tag.pushedMs <= rule.days * dayMs;
      return isKept ? kept(keeping.pushed(rule.days, age)) : lost(losing.pushedBefore(rule.days, age));
    }
    case 'pulled-within':
      return applyPulls(nowMs, rule.days, tag);
    case 'tags': {
      const pattern = rule.patterns.find(({ fits }) => fits(tag.name));
      return pattern === undefined ? lost(losing.noPattern()) : kept(keeping.pattern(pattern.text));
    }
    case 'used-elsewhere':
      return applyElsewhere(input, tag);
    default:
      return rule satisfies never;
  }
}

/** What nobody was seen to pull counts from when one began to look, or from its push where that was later. */
function applyPulls(nowMs: number, limit: number, { pulledMs, watchedMs, pushedMs }: CatalogTag): Said {
  const sinceMs = pulledMs ?? Math.max(watchedMs, pushedMs);
  const age = daysSince(nowMs, sinceMs);
  const isKept = nowMs - sinceMs <= limit * dayMs;
  if (pulledMs !== null) return isKept ? kept(keeping.pulled(limit, age)) : lost(losing.pulledBefore(limit, age));
  return isKept ? kept(keeping.watched(limit, age)) : lost(losing.neverPulled(limit, age));
}

function applyElsewhere({ environmentsOf, isUnknownBeside }: JudgeInput, { digest, environment }: CatalogTag): Said {
  const other = environmentsOf.get(digest)?.find((one) => one !== environment);
  if (other !== undefined) return kept(keeping.usedIn(other));
  // A listing that is not there proves nothing.
  return isUnknownBeside(environment) ? kept(keeping.elsewhereUnknown()) : lost(losing.notElsewhere());
}

function daysSince(nowMs: number, thenMs: number): number {
  return Math.max(0, Math.floor((nowMs - thenMs) / dayMs));
}

/** The manifests that no tag of their repository would name any more. */
export function untaggedBy(
  rows: readonly JudgedTag[],
): Array<Pick<CatalogTag, 'registryId' | 'repository' | 'digest'>> {
  const place = ({ registryId, repository, digest }: CatalogTag): string => `${registryId}/${repository}@${digest}`;
  const kept = new Set(rows.filter(({ verdict }) => verdict === 'keep').map(({ tag }) => place(tag)));
  const going = rows.flatMap(({ tag }) => (kept.has(place(tag)) ? [] : [[place(tag), tag] as const]));
  return [...new Map(going).values()].map(({ registryId, repository, digest }) => ({ registryId, repository, digest }));
}
