import { hasEmptySegment } from '../../contract/patterns.ts';
import type { Decided, PlanExecutions } from '../replication/replication.service.ts';
import type { PoliciesStore } from './policies.store.ts';
import type { PolicyContent, PolicyValues, StoredPolicy } from './policy.ts';
import type { PolicyPlan, PolicyPlanner } from './policy-planner.ts';
import type { PolicyRunner, RequestedRun } from './policy-runner.ts';
import type { PolicyRunsStore } from './policy-runs.store.ts';
import { isTimeZone, nextTime, problemsOfSchedule, wrongTimeZone } from './schedule.ts';
import { mapName } from './name-mapping.ts';
import { compileFilters, FilterError } from './select-tags.ts';

export interface PolicyDraft extends PolicyValues {
  readonly project: string | null;
  readonly isEnabled: boolean;
}

/** One field of the content cannot be what it is. */
export class PolicyFieldError extends Error {
  override readonly name = 'PolicyFieldError';
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
/** Each field for itself is right, and the whole cannot work. */
export class PolicyInvalidError extends Error {
  override readonly name = 'PolicyInvalidError';
}
export class PolicyNameTakenError extends Error {
  override readonly name = 'PolicyNameTakenError';
}
export class PolicyChangedError extends Error {
  override readonly name = 'PolicyChangedError';
}
export class PolicyNotRunnableError extends Error {
  override readonly name = 'PolicyNotRunnableError';
}
export class PolicyGoneError extends Error {
  override readonly name = 'PolicyGoneError';
}

export interface PoliciesDeps {
  readonly store: PoliciesStore;
  readonly runs: Pick<PolicyRunsStore, 'isRunning'>;
  readonly planner: PolicyPlanner;
  readonly runner: PolicyRunner;
  readonly plans: Pick<PlanExecutions, 'stopPolicy' | 'followPauses' | 'confirm' | 'decline'>;
  /** Tells every page. */
  readonly announce: (policyId: string) => void;
  readonly newId: () => string;
  /** By the database's clock, which decides what is due. */
  readonly databaseNow: () => Promise<Date>;
}

export interface NamePreview {
  readonly examples: readonly { readonly from: string; readonly to: string }[];
  readonly collisions: PolicyPlan['collisions'];
}

const examplesMax = 5;
const runTries = 3;

/** What the rules are for making and changing policies; whose right it is, is asked before. */
export class PoliciesService {
  readonly #deps: PoliciesDeps;

  constructor(deps: PoliciesDeps) {
    this.#deps = deps;
  }

  find(policyId: string): Promise<StoredPolicy | undefined> {
    return this.#deps.store.find(policyId);
  }

  hasProject(project: string): Promise<boolean> {
    return this.#deps.store.hasProject(project);
  }

  /** @returns its id @throws PolicyFieldError, PolicyInvalidError, PolicyNameTakenError */
  async create(draft: PolicyDraft, by: string | null): Promise<string> {
    const { store, newId, runner } = this.#deps;
    await this.#check(draft.content, draft.project);
    const id = newId();
    const nextRunAt = draft.isEnabled ? await this.#nextRun(draft.content) : null;
    if ((await store.create({ ...draft, id, nextRunAt, by })) === 'name-taken') throw nameTaken(draft.name);
    this.#changed(id);
    runner.wake();
    return id;
  }

  /** @throws PolicyFieldError, PolicyInvalidError, PolicyNameTakenError, PolicyChangedError, PolicyGoneError */
  async update(before: StoredPolicy, version: number, values: PolicyValues, by: string | null): Promise<void> {
    if (version !== before.version) throw changed(before, version);
    await this.#check(values.content, before.project);
    const nextRunAt = await this.#nextRun(values.content);
    const outcome = await this.#deps.store.update(before.id, version, { ...values, nextRunAt, by });
    if (outcome === 'name-taken') throw nameTaken(values.name);
    if (outcome === 'missing') throw new PolicyGoneError('The policy was removed meanwhile.');
    if (outcome === 'changed-meanwhile') throw changed((await this.find(before.id)) ?? before, version);
    this.#changed(before.id);
    this.#deps.runner.wake();
  }

  async remove({ id }: StoredPolicy): Promise<void> {
    await this.#deps.plans.stopPolicy(id);
    await this.#deps.store.remove(id);
    // What was planned in between.
    await this.#deps.plans.stopPolicy(id);
    this.#changed(id);
  }

  async enable({ id, content }: StoredPolicy): Promise<void> {
    await this.#deps.store.enable(id, await this.#nextRun(content));
    this.#changed(id);
    this.#deps.runner.wake();
  }

  async disable({ id }: StoredPolicy): Promise<void> {
    await this.#deps.store.disable(id);
    await this.#deps.plans.stopPolicy(id);
    this.#changed(id);
  }

  async setPaused({ id }: StoredPolicy, by: string | null, isPaused: boolean): Promise<void> {
    await this.#deps.store.setPaused(id, by, isPaused);
    await this.#followPauses(id);
  }

  async setDestinationPaused(
    { id }: StoredPolicy,
    registryId: string,
    by: string | null,
    isPaused: boolean,
  ): Promise<void> {
    await this.#deps.store.setDestinationPaused(id, registryId, by, isPaused);
    await this.#followPauses(id);
  }

  /** @returns the execution's id @throws PolicyNotRunnableError, FilterError */
  async run({ id }: StoredPolicy, requested: RequestedRun): Promise<string> {
    for (let attempt = 1; attempt <= runTries; attempt += 1) {
      const policy = await this.find(id);
      if (policy === undefined) throw new PolicyNotRunnableError('The policy was removed meanwhile.');
      if (!policy.isEnabled) throw new PolicyNotRunnableError(`${policy.name} is disabled: enable it first.`);
      if (policy.pausedAt !== null) throw new PolicyNotRunnableError(`${policy.name} is paused: resume it first.`);
      if (await this.#deps.runs.isRunning(id)) {
        throw new PolicyNotRunnableError(`${policy.name} is running already; stop that run, or wait for its end.`);
      }
      const executionId = await this.#deps.runner.run(policy, requested);
      if (executionId !== undefined) return executionId;
    }
    throw new PolicyNotRunnableError('The policy is being planned at this moment; try again.');
  }

  /** @throws FilterError */
  preview(policy: Pick<StoredPolicy, 'project' | 'content'> & { readonly id: string | null }): Promise<PolicyPlan> {
    return this.#deps.planner.planAll({ ...policy, pausedDestinations: [] });
  }

  /** @throws FilterError */
  async previewNames(policy: Pick<StoredPolicy, 'project' | 'content'>): Promise<NamePreview> {
    const { names, collisions } = await this.#deps.planner.mapNames(policy);
    const examples = names.slice(0, examplesMax).map((from) => ({ from, to: mapName(policy.content.mapping, from) }));
    return { examples, collisions };
  }

  /** False where nothing of it waits for a person's word. */
  confirm(decided: Decided): Promise<boolean> {
    return this.#deps.plans.confirm(decided);
  }

  /** False where nothing of it waits for a person's word. */
  decline(decided: Decided): Promise<boolean> {
    return this.#deps.plans.decline(decided);
  }

  /** @throws PolicyFieldError */
  checkContent(content: PolicyContent): void {
    checkContent(content);
  }

  async #check(content: PolicyContent, project: string | null): Promise<void> {
    checkContent(content);
    const { names, collisions } = await this.#deps.planner.mapNames({ content, project });
    const [collision] = collisions;
    if (collision !== undefined) {
      throw new PolicyInvalidError(
        `${collision.from.join(' and ')} would both be “${collision.to}” at the destinations. Change the names, or leave one out.`,
      );
    }
    const intoItself = content.destinations.some(({ registryId }) => registryId === content.sourceRegistryId);
    const same =
      content.mapping.kind === 'same'
        ? (names[0] ?? '')
        : names.find((name) => mapName(content.mapping, name) === name);
    if (intoItself && same !== undefined) {
      throw new PolicyInvalidError(
        'A registry is source and destination, and names stay as they are there: nothing would be copied. Map the names.',
      );
    }
  }

  async #nextRun({ schedule }: PolicyContent): Promise<Date | null> {
    return nextTime(schedule, await this.#deps.databaseNow());
  }

  async #followPauses(policyId: string): Promise<void> {
    await this.#deps.plans.followPauses();
    this.#changed(policyId);
    this.#deps.runner.wake();
  }

  #changed(policyId: string): void {
    this.#deps.announce(policyId);
  }
}

/** @throws PolicyFieldError */
function checkContent(content: PolicyContent): void {
  try {
    compileFilters(content.filters);
  } catch (error) {
    if (error instanceof FilterError) throw new PolicyFieldError(`content.${error.field}`, error.message);
    throw error;
  }
  for (const side of ['include', 'exclude'] as const) {
    const empty = content.filters.repositories[side].find(hasEmptySegment);
    if (empty !== undefined) throw new PolicyFieldError(`content.filters.repositories.${side}`, emptySegment(empty));
  }
  const ids = content.destinations.map(({ registryId }) => registryId);
  if (new Set(ids).size < ids.length) {
    throw new PolicyFieldError('content.destinations', 'A destination is named twice.');
  }
  for (const [index, { bandwidth }] of content.destinations.entries()) {
    if (bandwidth === null || isTimeZone(bandwidth.timeZone)) continue;
    const field = `content.destinations.${index}.bandwidth.timeZone`;
    throw new PolicyFieldError(field, wrongTimeZone(bandwidth.timeZone).en);
  }
  const [problem] = content.schedule === null ? [] : problemsOfSchedule(content.schedule);
  if (problem !== undefined) throw new PolicyFieldError(`content.schedule.${problem.field}`, problem.words.en);
}

const emptySegment = (pattern: string): string =>
  `“${pattern}” fits no repository: a name neither begins nor ends with a slash, nor has two in a row. Write it as in payments/**.`;

function nameTaken(name: string): PolicyNameTakenError {
  return new PolicyNameTakenError(`There is a policy named “${name}” here already.`);
}

function changed({ name, version }: StoredPolicy, from: number): PolicyChangedError {
  return new PolicyChangedError(
    `${name} was changed meanwhile: it is at version ${version}, and this change was made from version ${from}. Load it anew, then change it again.`,
  );
}
