import { compilePlan, RetentionFieldError, untaggedBy } from './judge-tags.ts';
import type { FreedBytes, JudgedTag, RetentionPlan, RetentionRun, RetentionValues } from './retention.ts';
import type { Evaluate, Evaluation, RetentionQuestion } from './retention-evaluator.ts';
import type { DuePlan, StoredPlans } from './retention-plans.store.ts';
import type { RetentionRunsStore } from './retention-runs.store.ts';

export { RetentionFieldError } from './judge-tags.ts';

export interface Schedule {
  readonly cron: string;
  readonly timeZone: string;
}

export interface RetentionServiceDeps {
  readonly plans: StoredPlans;
  readonly runs: RetentionRunsStore;
  readonly evaluate: Evaluate;
  readonly freed: FreedBytes;
  /** What is wrong with a schedule. */
  readonly problemsOf: (
    schedule: Schedule,
  ) => readonly { readonly field: 'cron' | 'timeZone'; readonly words: { readonly en: string } }[];
  readonly nextTime: (schedule: Schedule | null, from: Date) => Date | null;
  readonly announce: (project: string) => void;
  readonly onScheduled: (run: { readonly plan: RetentionPlan; readonly isRefused: boolean }) => Promise<void>;
  readonly isArchived: (project: string) => Promise<boolean>;
  readonly newId: () => string;
  /** By the database's clock, which decides what is due. */
  readonly databaseNow: () => Promise<Date>;
}

export class RetentionProjectMissingError extends Error {
  override readonly name = 'RetentionProjectMissingError';
}

export class RetentionPlanChangedError extends Error {
  override readonly name = 'RetentionPlanChangedError';
}

export class TooManyPlansError extends Error {
  override readonly name = 'TooManyPlansError';

  constructor() {
    super(`A project has ${plansMax} plans at most: change one, or remove one first.`);
  }
}

export class PlanOffError extends Error {
  override readonly name = 'PlanOffError';

  constructor() {
    super('The plan is switched off: switch it on, then run it.');
  }
}

export class RunOpenError extends Error {
  override readonly name = 'RunOpenError';

  constructor() {
    super('A run of this plan is at work or waits for a word: it ends first.');
  }
}

export interface Asker {
  readonly id: string | null;
  readonly name: string | null;
}

const plansMax = 50;

/** Plans of which tags are kept, what they would do, and runs that do it. */
export class RetentionService {
  readonly #deps: RetentionServiceDeps;
  /** Set when it is built: the runner calls back for schedules. */
  #wake: () => void = () => {};

  constructor(deps: RetentionServiceDeps) {
    this.#deps = deps;
  }

  wakes(wake: () => void): void {
    this.#wake = wake;
  }

  /** @throws RetentionProjectMissingError */
  async list(
    project: string,
  ): Promise<ReadonlyArray<{ readonly plan: RetentionPlan; readonly lastRun: RetentionRun | null }>> {
    await this.#checkProject(project);
    const [plans, last] = await Promise.all([this.#deps.plans.list(project), this.#deps.runs.listLast(project)]);
    return plans.map((plan) => ({ plan, lastRun: last.get(plan.id) ?? null }));
  }

  find(project: string, id: string): Promise<RetentionPlan | undefined> {
    return this.#deps.plans.find(project, id);
  }

  /** @throws RetentionFieldError, RetentionProjectMissingError, TooManyPlansError */
  async create(project: string, values: RetentionValues, by: string | null): Promise<string> {
    const nextRunAt = await this.#check(project, values);
    const id = this.#deps.newId();
    const made = await this.#deps.plans.create(id, project, values, { nextRunAt, by }, plansMax);
    if (made === 'missing') throw new RetentionProjectMissingError();
    if (made === 'too-many') throw new TooManyPlansError();
    this.#changed(project);
    return id;
  }

  /** @throws RetentionFieldError, RetentionPlanChangedError */
  async update(plan: RetentionPlan, values: RetentionValues, by: string | null): Promise<void> {
    const nextRunAt = await this.#check(plan.project, values);
    if (!(await this.#deps.plans.update(plan, values, { nextRunAt, by }))) throw new RetentionPlanChangedError();
    await this.#deps.runs.endHeld(plan.id);
    this.#changed(plan.project);
  }

  async remove({ project, id }: RetentionPlan): Promise<boolean> {
    // Afterwards nobody knows whose run it was.
    await this.#deps.runs.endHeld(id);
    const isRemoved = await this.#deps.plans.remove(project, id);
    this.#changed(project);
    return isRemoved;
  }

  /** @throws RetentionFieldError, RetentionProjectMissingError */
  async preview(question: RetentionQuestion): Promise<Evaluation> {
    await this.#checkProject(question.project);
    return this.#deps.evaluate(question);
  }

  freedBytes(rows: readonly JudgedTag[]): Promise<number | null> {
    return this.#deps.freed.sumBytes(untaggedBy(rows));
  }

  /** @throws PlanOffError, RunOpenError, RetentionPlanChangedError */
  async run(
    plan: RetentionPlan,
    by: Asker,
    seen: { readonly expectedCount: number; readonly acceptsMany: boolean },
  ): Promise<string> {
    if (!plan.isEnabled) throw new PlanOffError();
    const id = this.#deps.newId();
    const run = { id, plan, isScheduled: false, askedBy: by.name, askerId: by.id, ...seen };
    const made = await this.#deps.runs.create(run);
    if (made === 'open') throw new RunOpenError();
    if (made === 'changed') throw new RetentionPlanChangedError();
    this.#deps.announce(plan.project);
    this.#wake();
    return id;
  }

  /** @returns false where nothing waits for a word */
  async decide(run: RetentionRun, isYes: boolean, by: string | null): Promise<boolean> {
    const isDecided = await this.#deps.runs.decide(run.id, isYes, by);
    this.#changed(run.project);
    return isDecided;
  }

  /** A time that passed while nothing ran is made up for once. */
  async startDue(): Promise<void> {
    for (const due of await this.#deps.plans.listDue()) await this.#startOne(due);
  }

  async #startOne(due: DuePlan): Promise<void> {
    const { plans, runs, nextTime, databaseNow, newId, announce, onScheduled, isArchived } = this.#deps;
    const { plan } = due;
    if (!(await plans.takeDue(due, nextTime(plan.schedule, await databaseNow())))) return;
    if (await isArchived(plan.project)) return;
    const nobody = { askedBy: null, askerId: null, acceptsMany: false, expectedCount: null };
    const made = await runs.create({ id: newId(), plan, isScheduled: true, ...nobody });
    if (made === 'created') announce(plan.project);
    if (made !== 'changed') await onScheduled({ plan, isRefused: made === 'open' });
  }

  /** @returns when it is due first @throws RetentionFieldError */
  async #check(project: string, values: RetentionValues): Promise<Date | null> {
    compilePlan(project, values);
    const { schedule, isEnabled } = values;
    if (schedule === null) return null;
    const [problem] = this.#deps.problemsOf(schedule);
    if (problem !== undefined) throw new RetentionFieldError(`schedule.${problem.field}`, problem.words.en);
    const nextAt = this.#deps.nextTime(schedule, await this.#deps.databaseNow());
    if (nextAt === null) throw new RetentionFieldError('schedule.cron', 'That time never comes.');
    return isEnabled ? nextAt : null;
  }

  async #checkProject(project: string): Promise<void> {
    if (!(await this.#deps.plans.hasProject(project))) throw new RetentionProjectMissingError();
  }

  #changed(project: string): void {
    this.#deps.announce(project);
    this.#wake();
  }
}
