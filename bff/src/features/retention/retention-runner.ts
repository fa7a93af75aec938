import { RetentionFieldError, untaggedBy } from './judge-tags.ts';
import type { ClaimedRun, FreedBytes, JudgedTag, ManyDeletions, Reason, RetentionRun, RunState } from './retention.ts';
import { tagKey } from './retention.ts';
import {
  type PendingTag,
  type PlannedRun,
  type RetentionClaimsStore,
  RunLostError,
  RunStoppedError,
  type TakenTag,
  type Transaction,
} from './retention-claims.store.ts';
import type { Evaluate, Evaluation } from './retention-evaluator.ts';
import type { RetentionFactsView } from './retention-facts.view.ts';
import { aboutRuns, sparing } from './retention-reasons.ts';

/** Only ever into the trash. */
export type MoveToTrash = (
  choose: (transaction: Transaction) => Promise<readonly TakenTag[]>,
  by: { readonly id: string | null; readonly name: string | null },
) => Promise<void>;

export interface RetentionRunnerDeps {
  readonly claims: RetentionClaimsStore;
  readonly evaluate: Evaluate;
  readonly facts: Pick<RetentionFactsView, 'listRegistries'>;
  readonly freed: FreedBytes;
  readonly moveToTrash: MoveToTrash;
  /** Makes runs of the plans that are due. */
  readonly startDue: () => Promise<void>;
  readonly announce: (project: string) => void;
  readonly onEnded: (
    run: RetentionRun,
    end: { readonly state: RunState; readonly reason: Reason | null },
  ) => Promise<void>;
  readonly newId: () => string;
  /** Of this process; another one after every start. */
  readonly owner: string;
  readonly isOnlyProcess: boolean;
  readonly onFault: (error: unknown) => void;
}

const lookEveryMs = 2000;
const pruneEveryMs = 3_600_000;
/** In one transaction: the embedded database is not held for longer than a moment. */
const takenAtOnce = 500;
/** While the trash is at it. */
const restMs = 1000;
const parkedMs = 5000;
/** What cannot be looked at for so long is spared. */
const patienceMs = 24 * 3_600_000;
const renewEveryMs = 3000;

/** Takes runs that are due, one after the other; each is worked on for a moment and given back. */
export class RetentionRunner {
  readonly #deps: RetentionRunnerDeps;
  #timers: NodeJS.Timeout[] = [];
  #looking: Promise<void> | undefined;
  #isWokenMeanwhile = false;
  #isStopped = false;

  constructor(deps: RetentionRunnerDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { claims, isOnlyProcess, onFault } = this.#deps;
    if (isOnlyProcess) await claims.takeOver();
    this.#timers = [
      setInterval(() => this.wake(), lookEveryMs),
      setInterval(() => void claims.prune().catch(onFault), pruneEveryMs),
    ];
    for (const timer of this.#timers) timer.unref();
    this.wake();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#looking;
  }

  wake(): void {
    if (this.#isStopped) return;
    this.#isWokenMeanwhile = true;
    this.#looking ??= this.#look()
      .catch(this.#deps.onFault)
      .finally(() => {
        this.#looking = undefined;
        if (this.#isWokenMeanwhile) this.wake();
      });
  }

  async #look(): Promise<void> {
    this.#isWokenMeanwhile = false;
    await this.#deps.startDue();
    while (!this.#isStopped) {
      const run = await this.#deps.claims.claim(this.#deps.owner);
      if (run === undefined) return;
      await this.#work(run);
    }
  }

  async #work(run: ClaimedRun): Promise<void> {
    const { claims, owner, onFault, announce } = this.#deps;
    const renewal = setInterval(() => void claims.renew(owner, run).catch(() => undefined), renewEveryMs).unref();
    try {
      if (run.state === 'planning') await this.#plan(run);
      else await this.#delete(run);
    } catch (error) {
      if (error instanceof RunLostError) return;
      if (error instanceof RunStoppedError) await this.#stopRun(run, error.reason);
      else if (error instanceof RetentionFieldError) {
        await this.#finish(run, 'failed', aboutRuns.rulesUnusable(error.message));
      } else {
        onFault(error);
        await claims.giveBack(owner, run, parkedMs).catch(onFault);
      }
    } finally {
      clearInterval(renewal);
      announce(run.project);
    }
  }

  async #plan(run: ClaimedRun): Promise<void> {
    const { claims, owner, newId, freed } = this.#deps;
    const found = await this.#evaluate(run);
    const doomed = found.rows.filter(({ verdict }) => verdict === 'delete');
    const freedBytes = await freed.sumBytes(untaggedBy(found.rows));
    const heldBack = heldBackOf(run, found);
    const state = stateOf(found, doomed, heldBack);
    const reason = state === 'failed' ? aboutRuns.nothingRead() : null;
    const { leftOut, keepCount, asOf } = found;
    const planned: PlannedRun = {
      doomed: doomed.map((row) => ({ ...row, itemId: newId() })),
      state,
      heldBack: state === 'held' ? heldBack : null,
      reason,
      leftOut,
      keepCount,
      freedBytes,
      asOf,
    };
    await claims.savePlanned(owner, run, planned);
    if (state === 'deleting') await this.#carryOut(run, undefined);
    else if (state === 'done' || state === 'failed') await this.#deps.onEnded(run, { state, reason });
  }

  /** After a person's word or another worker's end: what is kept by now is spared. */
  async #delete(run: ClaimedRun): Promise<void> {
    const pending = await this.#deps.claims.listPending(run);
    const before = pending.length === 0 ? undefined : await this.#evaluate(run);
    await this.#carryOut(run, before);
  }

  /** @param now what the rules say now; undefined where that has only just been written down */
  async #carryOut(run: ClaimedRun, now: Evaluation | undefined): Promise<void> {
    const { claims, owner } = this.#deps;
    const standing = await this.#standing(run);
    const pending = (await claims.listPending(run)).filter(({ registryId }) => !standing.parked.has(registryId));
    const left = now === undefined ? pending : await this.#spareKept(run, pending, now);
    for (let start = 0; start < left.length && !this.#isStopped; start += takenAtOnce) {
      const positions = left.slice(start, start + takenAtOnce).map(({ position }) => position);
      await claims.renew(owner, run);
      await this.#deps.moveToTrash((transaction) => claims.take(transaction, owner, run, positions), {
        id: run.askerId,
        name: run.askedBy,
      });
      this.#deps.announce(run.project);
    }
    const { openCount, pendingCount } = await claims.settle(owner, run);
    const stop = stopReasonOf(run);
    if (openCount === 0) await this.#finish(run, stop === null ? 'done' : 'stopped', stop);
    else if (pendingCount === 0) await this.#giveBack(run, restMs, stop);
    else await this.#giveBack(run, parkedMs, standing.reason ?? waitingReason(now, standing.names));
  }

  async #spareKept(run: ClaimedRun, pending: readonly PendingTag[], now: Evaluation): Promise<PendingTag[]> {
    const { claims, owner } = this.#deps;
    const unknown = new Set(now.leftOut.map(({ registryId }) => registryId));
    const doomed = new Map(now.rows.filter(({ verdict }) => verdict === 'delete').map(({ tag }) => [tagKey(tag), tag]));
    const kept = new Set(now.rows.filter(({ verdict }) => verdict === 'keep').map(({ tag }) => tagKey(tag)));
    const out = { keptNow: [] as number[], moved: [] as number[], late: [] as number[] };
    const left: PendingTag[] = [];
    for (const one of pending) {
      const key = tagKey({ ...one, name: one.tag });
      if (unknown.has(one.registryId)) {
        if (run.begunForMs > patienceMs) out.late.push(one.position);
      } else if (doomed.get(key)?.digest === one.digest) left.push(one);
      else if (kept.has(key)) out.keptNow.push(one.position);
      else out.moved.push(one.position);
    }
    await claims.spare(owner, run, out.keptNow, sparing.keptNow());
    await claims.spare(owner, run, out.moved, sparing.moved());
    await claims.spare(owner, run, out.late, sparing.notReached());
    return left;
  }

  /** Registries in maintenance are left alone until it is over. */
  async #standing(run: ClaimedRun) {
    const registries = await this.#deps.facts.listRegistries();
    const own = registries.filter(({ environment }) => run.environment === null || environment === run.environment);
    const parked = own.filter(({ isInMaintenance }) => isInMaintenance);
    const [first] = parked;
    return {
      parked: new Set(parked.map(({ id }) => id)),
      reason: first === undefined ? null : aboutRuns.maintenance(first.name),
      names: new Map(own.map(({ id, name }) => [id, name])),
    };
  }

  #evaluate({ project, environment, content, planId }: ClaimedRun): Promise<Evaluation> {
    return this.#deps.evaluate({ project, environment, content, planId });
  }

  async #stopRun(run: ClaimedRun, reason: Reason): Promise<void> {
    const { claims, owner, onFault } = this.#deps;
    try {
      const pending = await claims.listPending(run);
      await claims.spare(
        owner,
        run,
        pending.map(({ position }) => position),
        reason,
      );
      // What the trash has taken already is counted when it is done with it.
      const { openCount } = await claims.settle(owner, run);
      if (openCount > 0) await this.#giveBack(run, restMs, reason);
      else await this.#finish(run, 'stopped', reason);
    } catch (error) {
      if (!(error instanceof RunLostError)) onFault(error);
    }
  }

  async #giveBack(run: ClaimedRun, delayMs: number, reason: Reason | null): Promise<void> {
    await this.#deps.claims.giveBack(this.#deps.owner, run, delayMs, reason);
    setTimeout(() => this.wake(), delayMs + 50).unref();
  }

  async #finish(run: ClaimedRun, state: 'done' | 'stopped' | 'failed', reason: Reason | null): Promise<void> {
    await this.#deps.claims.finish(this.#deps.owner, run, state, reason);
    await this.#deps.onEnded(run, { state, reason });
  }
}

function stateOf(found: Evaluation, doomed: readonly JudgedTag[], heldBack: Reason | null): PlannedRun['state'] {
  if (!found.isAnythingRead && found.leftOut.length > 0) return 'failed';
  if (doomed.length === 0) return 'done';
  return heldBack === null ? 'deleting' : 'held';
}

function heldBackOf({ acceptsMany, expectedCount }: ClaimedRun, { many, deleteCount }: Evaluation): Reason | null {
  if (expectedCount !== null && deleteCount > expectedCount) return aboutRuns.moreThanSeen(deleteCount, expectedCount);
  const [first] = many;
  if (acceptsMany || first === undefined) return null;
  return aboutRuns.many(many.length, first.repository, shareOf(first));
}

/** It was stopped before, and waited only for the trash. */
function stopReasonOf({ reason }: ClaimedRun): Reason | null {
  return reason?.code === 'retention-plan-changed' || reason?.code === 'retention-archived' ? reason : null;
}

function shareOf({ deleteCount, tagCount }: ManyDeletions): string {
  return `${deleteCount} / ${tagCount}`;
}

function waitingReason(now: Evaluation | undefined, names: ReadonlyMap<string, string>): Reason | null {
  const [first] = now?.leftOut ?? [];
  return first === undefined ? null : aboutRuns.waitsForRegistry(names.get(first.registryId) ?? first.registryId);
}
