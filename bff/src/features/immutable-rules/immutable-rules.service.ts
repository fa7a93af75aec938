import { setImmediate as nextTurn } from 'node:timers/promises';
import { isShownTag } from '../catalog/catalog.service.ts';
import {
  type CompiledPatterns,
  compileRule,
  holdsTag,
  nameInProject,
  type Rule,
  type RulePatterns,
  type TagPlace,
} from './immutable-rules.ts';
import type { FoundTag, ImmutableRulesStore } from './immutable-rules.store.ts';

export type { Rule, TagPlace } from './immutable-rules.ts';

export interface RulePreview {
  readonly tagCount: number;
  readonly sample: readonly FoundTag[];
}

export interface ImmutableRulesDeps {
  readonly store: ImmutableRulesStore;
  readonly newId: () => string;
  readonly clock: { now(): Date };
  /** Tells every page and instance that rules of the project changed. */
  readonly announce: (project: string) => void;
}

export class RuleProjectMissingError extends Error {
  override readonly name = 'RuleProjectMissingError';
}

type CompiledRule = CompiledPatterns & { readonly rule: Rule };

/** Changes are announced; this is for an announcement that got lost. */
const keepMs = 5000;
const keptProjectsMax = 1000;
const sampleLength = 10;
/** Matching a long list of names must not hold everybody else up. */
const matchedAtOnce = 2000;

/** Which tags can be made, and then neither moved nor deleted. */
export class ImmutableRulesService {
  readonly #deps: ImmutableRulesDeps;
  readonly #kept = new Map<string, { readonly rules: Promise<readonly CompiledRule[]>; readonly untilMs: number }>();

  constructor(deps: ImmutableRulesDeps) {
    this.#deps = deps;
  }

  /**
   * The rule that keeps an existing tag from being moved or deleted; making one is allowed whatever this says. Tags that
   * carry referrers grow with every signature and are held by no rule.
   */
  async findImmutable(place: TagPlace): Promise<Rule | undefined> {
    if (!isShownTag(place.tag)) return undefined;
    return (await this.#rulesOf(place.project)).find((rule) => holdsTag(rule, place))?.rule;
  }

  /** @throws RuleProjectMissingError */
  async list(project: string): Promise<Rule[]> {
    await this.#checkProject(project);
    return this.#deps.store.list(project);
  }

  /** @throws RulePatternError, RuleProjectMissingError */
  async create(project: string, patterns: RulePatterns, createdBy: string | null): Promise<Rule> {
    compileRule(patterns);
    const rule = await this.#deps.store.insert(project, { ...patterns, id: this.#deps.newId(), createdBy });
    if (rule === undefined) throw new RuleProjectMissingError();
    this.#changed(project);
    return rule;
  }

  /** False where somebody else was faster. */
  async remove(project: string, ruleId: string): Promise<boolean> {
    const isRemoved = await this.#deps.store.remove(project, ruleId);
    if (isRemoved) this.#changed(project);
    return isRemoved;
  }

  /** What the rule would hold of what the catalog knows. @throws RulePatternError, RuleProjectMissingError */
  async preview(project: string, patterns: RulePatterns): Promise<RulePreview> {
    const compiled = compileRule(patterns);
    const { store } = this.#deps;
    await this.#checkProject(project);
    const repositories = await store.listRepositories(project, patterns.environment);
    const held = await fitting(repositories, ({ name }) => compiled.fitsRepository(nameInProject(project, name)));
    const ids = held.map(({ id }) => id);
    const names = await fitting(await store.listTagNames(ids), compiled.fitsTag);
    if (names.length === 0) return { tagCount: 0, sample: [] };
    const [tagCount, sample] = [await store.countTags(ids, names), await store.newestTags(ids, names, sampleLength)];
    return { tagCount, sample };
  }

  /** Null: anything may have changed. */
  forget(project: string | null): void {
    if (project === null) this.#kept.clear();
    else this.#kept.delete(project);
  }

  async #checkProject(project: string): Promise<void> {
    if (!(await this.#deps.store.hasProject(project))) throw new RuleProjectMissingError();
  }

  #changed(project: string): void {
    this.forget(project);
    this.#deps.announce(project);
  }

  /** One reading serves all who ask until it is forgotten or too old; a failed one serves nobody after it. */
  #rulesOf(project: string): Promise<readonly CompiledRule[]> {
    const nowMs = this.#deps.clock.now().getTime();
    const current = this.#kept.get(project);
    if (current !== undefined && nowMs < current.untilMs) return current.rules;
    const rules = this.#deps.store.list(project).then((found) => found.map((rule) => ({ ...compileRule(rule), rule })));
    const reading = { rules, untilMs: nowMs + keepMs };
    if (this.#kept.size >= keptProjectsMax) this.#kept.clear();
    this.#kept.set(project, reading);
    rules.catch(() => {
      if (this.#kept.get(project) === reading) this.#kept.delete(project);
    });
    return rules;
  }
}

async function fitting<T>(items: readonly T[], fits: (item: T) => boolean): Promise<T[]> {
  const found: T[] = [];
  for (let from = 0; from < items.length; from += matchedAtOnce) {
    found.push(...items.slice(from, from + matchedAtOnce).filter(fits));
    await nextTurn();
  }
  return found;
}
