import type { PlanExecutions, PlannedExecution, PlannedTask } from '../replication/replication.service.ts';
import type { PlanFactsView } from './plan-facts.view.ts';
import { areManyDeletions } from './plan-tags.ts';
import type { PoliciesStore } from './policies.store.ts';
import { type PlanRow, type PolicyTrigger, sentences, type StoredPolicy } from './policy.ts';
import type { NamedTag, PolicyPlan, PolicyPlanner } from './policy-planner.ts';
import type { PlanStep, PolicyRunsStore } from './policy-runs.store.ts';
import { nextTime } from './schedule.ts';
import { FilterError } from './select-tags.ts';

export interface RequestedRun {
  readonly by: string | null;
  readonly userId: string | null;
}

interface RecentDeletions {
  readonly policyId: string;
  readonly tags: readonly NamedTag[];
  readonly turn: number;
  /** By `performance.now()`. */
  readonly dueMs: number;
}

export interface PolicyRunnerDeps {
  readonly store: Pick<PoliciesStore, 'find' | 'saveReason'>;
  readonly runs: PolicyRunsStore;
  readonly facts: PlanFactsView;
  readonly planner: PolicyPlanner;
  readonly plans: Pick<PlanExecutions, 'create' | 'followPauses' | 'findOvertaken'>;
  /** The policy begins to do something, or has looked at everything and found nothing. */
  readonly onRun: (policyId: string) => void;
  readonly newId: () => string;
  /** By the database's clock, which decides what is due. */
  readonly databaseNow: () => Promise<Date>;
  readonly onFault: (error: unknown) => void;
}

/** How late what another instance noticed is planned. */
const pollMs = 2000;
/**
 * Between two looks: a burst of pushes is planned together. What is logged but may not be read yet is looked for again
 * after it, too: its elder transactions end within moments.
 */
const restMs = 60;
/**
 * How long after a deletion it is looked at again: by then a copy has arrived that could not be stopped any more, and the
 * catalog has heard of it. What is not seen then is seen by the next scan.
 */
const lookAgainMs = [2000, 10_000, 60_000] as const;
const nobody: RequestedRun = { by: null, userId: null };

/** Looks for policies that are due, and has planned what is to be done. Any number of instances may do so. */
export class PolicyRunner {
  readonly #deps: PolicyRunnerDeps;
  #tick: Promise<void> | undefined;
  #isWanted = false;
  #isStopped = false;
  #poll: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #recentDeletions: RecentDeletions[] = [];

  constructor(deps: PolicyRunnerDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#poll = setInterval(() => {
      this.#deps.plans.followPauses().catch(this.#deps.onFault);
      this.wake();
    }, pollMs).unref();
    this.wake();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#again);
    await this.#tick;
  }

  /** Something may be due. */
  wake(): void {
    this.#isWanted = true;
    if (this.#isStopped || this.#tick !== undefined || this.#again !== undefined) return;
    this.#tick = this.#look()
      .catch(this.#deps.onFault)
      .finally(() => {
        this.#tick = undefined;
        if (!this.#isWanted || this.#isStopped) return;
        this.#again = setTimeout(() => {
          this.#again = undefined;
          this.wake();
        }, restMs);
      });
  }

  /** Everything, now. @returns the execution; undefined where the policy was changed while it was planned */
  async run(policy: StoredPolicy, requested: RequestedRun): Promise<string | undefined> {
    return this.#runAll(policy, 'manual', requested);
  }

  async #look(): Promise<void> {
    this.#isWanted = false;
    const { changed, full, scheduled, isLogAhead } = await this.#deps.runs.listDue();
    const everything = new Set([...scheduled, ...full]);
    for (const id of everything) {
      await this.#attempt(id, (policy) =>
        this.#runAll(policy, scheduled.includes(id) ? 'schedule' : 'reconcile', nobody),
      );
    }
    for (const id of changed.filter((policyId) => !everything.has(policyId))) {
      await this.#attempt(id, (policy) => this.#runChanged(policy));
    }
    for (const recent of this.#takeRecentDeletions()) {
      await this.#attempt(recent.policyId, (policy) => this.#runDeletedAgain(policy, recent));
    }
    if (isLogAhead) this.#isWanted = true;
  }

  async #attempt(policyId: string, work: (policy: StoredPolicy) => Promise<unknown>): Promise<void> {
    const { store, onFault } = this.#deps;
    if (this.#isStopped) return;
    try {
      const policy = await store.find(policyId);
      if (policy?.isEnabled === true && policy.pausedAt === null) await work(policy);
    } catch (error) {
      if (!(error instanceof FilterError)) onFault(error);
      const reason = error instanceof FilterError ? sentences.filtersInvalid(error.message) : sentences.notPlanned();
      await store.saveReason(policyId, reason).catch(onFault);
    }
  }

  async #runAll(policy: StoredPolicy, trigger: PolicyTrigger, requested: RequestedRun): Promise<string | undefined> {
    const { facts, planner, databaseNow } = this.#deps;
    const { schedule, sourceRegistryId } = policy.content;
    // In this order: what is logged while the catalog is read is planned once more.
    const cursor = await facts.logEnd();
    const reconciledScanAt = await facts.scannedAt(sourceRegistryId);
    const plan = await planner.planAll(policy);
    const nextRunAt = trigger === 'schedule' ? nextTime(schedule, await databaseNow()) : undefined;
    const step = { cursor, isFullDue: false, reconciledScanAt, nextRunAt, found: plan.planned } as const;
    return this.#carryOut(policy, plan, trigger, step, requested);
  }

  async #runChanged(policy: StoredPolicy): Promise<string | undefined> {
    const { facts, planner } = this.#deps;
    const cursor = await facts.logEnd();
    const changed = await facts.listChanged(policy.content.sourceRegistryId, policy.cursor ?? cursor, cursor);
    const plan = await planner.planChanged(policy, changed);
    const done = await this.#carryOut(policy, plan, 'push', { cursor }, nobody);
    this.#rememberDeletions(policy.id, plan.deleted);
    return done;
  }

  #rememberDeletions(policyId: string, tags: readonly NamedTag[], turn = 0): void {
    const restMs = lookAgainMs[turn];
    if (tags.length === 0 || restMs === undefined || this.#isStopped) return;
    this.#recentDeletions.push({ policyId, tags, turn, dueMs: performance.now() + restMs });
    setTimeout(() => this.wake(), restMs + 1).unref();
  }

  #takeRecentDeletions(): RecentDeletions[] {
    const nowMs = performance.now();
    const isDue = ({ dueMs }: RecentDeletions): boolean => dueMs <= nowMs;
    const due = this.#recentDeletions.filter(isDue);
    this.#recentDeletions = this.#recentDeletions.filter((recent) => !isDue(recent));
    return due;
  }

  async #runDeletedAgain(policy: StoredPolicy, { tags, turn }: RecentDeletions): Promise<string | undefined> {
    const plan = await this.#deps.planner.planChanged(policy, tags);
    this.#rememberDeletions(policy.id, plan.deleted, turn + 1);
    if (!plan.rows.some(({ outcome }) => outcome === 'delete')) return undefined;
    return this.#carryOut(policy, plan, 'push', {}, { ...nobody, passesOver: 'declined-and-ended' });
  }

  async #carryOut(
    policy: StoredPolicy,
    plan: PolicyPlan,
    trigger: PolicyTrigger,
    step: PlanStep,
    requested: RequestedRun & Partial<Pick<PlannedExecution, 'passesOver'>>,
  ): Promise<string | undefined> {
    const { runs, plans, newId, onRun } = this.#deps;
    const settled = plan.rows.filter(({ outcome }) => outcome === 'up-to-date').map((row) => taskOf(row, newId));
    // The copy finds the tag as it should be, or makes it so where the older task was faster.
    const overtaking = await plans.findOvertaken(policy.id, settled);
    const tasks = [...plan.rows.filter(isWork).map((row) => taskOf(row, newId)), ...overtaking];
    const keepsEmpty = trigger === 'manual';
    if (tasks.length === 0 && !keepsEmpty) {
      const isSettled = await runs.settle(policy, step);
      if (isSettled && step.found !== undefined) onRun(policy.id);
      return undefined;
    }
    const execution: PlannedExecution = {
      id: newId(),
      policy: { id: policy.id, name: policy.name, version: policy.version },
      trigger,
      requestedBy: requested.by,
      requesterId: requested.userId,
      sourceRegistryId: policy.content.sourceRegistryId,
      includeReferrers: policy.content.filters.includeReferrers,
      whenDifferent: policy.content.options.whenDifferent === 'replace' ? 'replace' : 'skip',
      platforms: policy.content.filters.platforms,
      attempts: policy.content.options.attempts,
      planned: plan.planned,
      heldBack: await this.#heldBack(policy, plan, trigger),
      keepsEmpty,
      passesOver: requested.passesOver ?? passesOver(trigger, policy),
      tasks,
    };
    const created = await plans.create(execution, (transaction) => runs.take(transaction, policy, step));
    if (created !== undefined || step.found !== undefined) onRun(policy.id);
    if (created === undefined) return undefined;
    return execution.id;
  }

  /** Of a wave of deletions, whichever plans it comes in. */
  async #heldBack(policy: StoredPolicy, plan: PolicyPlan, trigger: PolicyTrigger) {
    const rows = plan.rows.filter(({ outcome }) => outcome === 'delete');
    const deleted = new Map(
      rows.map(({ source: { repository, tag } }) => [`${repository}:${tag}`, { repository, name: tag }]),
    );
    if (deleted.size === 0) return null;
    const { runs, planner } = this.#deps;
    const count = deleted.size + (await runs.countRecentDeletions(policy.id, [...deleted.values()]));
    if (count <= 5) return null;
    const left = trigger === 'push' ? (await planner.planAll(policy)).tagCount : plan.tagCount;
    return areManyDeletions(count, left + count) ? sentences.heldBack(deleted.size, left + count, count) : null;
  }
}

/** Whoever runs it by hand, pushes or enables it has asked for everything; the clock and a scan have not. */
function passesOver(trigger: PolicyTrigger, { isFullDue }: StoredPolicy): PlannedExecution['passesOver'] {
  if (trigger === 'reconcile' && !isFullDue) return 'declined-and-ended';
  return trigger === 'schedule' ? 'declined' : 'nothing';
}

const isWork = ({ outcome }: PlanRow): boolean => outcome === 'copy' || outcome === 'replace' || outcome === 'delete';

function taskOf(row: PlanRow, newId: () => string): PlannedTask {
  const { outcome, source, destination, digest, existingDigest, originMs, isContested, totalSizeBytes } = row;
  return {
    id: newId(),
    kind: outcome === 'delete' ? 'delete' : 'copy',
    source,
    destination,
    digest,
    replacesDigest: outcome === 'replace' ? existingDigest : null,
    originAt: new Date(originMs),
    isContested,
    sizeBytes: totalSizeBytes,
  };
}
