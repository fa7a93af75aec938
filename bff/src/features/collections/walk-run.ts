import { RunLostError } from './collection-claims.store.ts';
import { sentences } from './collection-reasons.ts';
import {
  type ClaimedRun,
  CollectionEnd,
  type EndState,
  type Findings,
  type Reason,
  type StepName,
} from './collections.ts';
import type { RunWork } from './run-work.ts';
import { collect, restart, verify } from './steps-after.ts';
import { beginMaintenance, drain, dryRun, preview } from './steps-before.ts';

export interface WalkDeps {
  /** Something of the run is new to see. */
  readonly announce: () => void;
  readonly onStep: (step: StepName) => void;
  readonly onFault: (error: unknown) => void;
}

const rest: readonly StepName[] = ['restart', 'verify', 'writable'];
const plan: readonly StepName[] = ['maintenance', 'drain', 'dry-run', 'collect', ...rest];

/** Where a run goes on whose last worker had begun this step, or never began. */
export function stepsFrom(step: StepName): readonly StepName[] {
  if (step === 'preview') return ['preview', ...plan];
  if (step === 'writable') return ['writable'];
  return step === 'collect' || step === 'restart' || step === 'verify' ? ['maintenance', ...rest] : plan;
}

/** What a run ends with that is cut off by this cause. */
export function endOf(cause: Reason): EndState {
  return cause.code === 'collection-stopped' ? 'stopped' : 'failed';
}

/**
 * Takes a run to its end, from the step that was begun last. Rejects where the run is no longer this worker's: another
 * one takes it up.
 */
export async function walkRun(work: RunWork, deps: WalkDeps): Promise<{ state: EndState; reason: Reason | null }> {
  const walk = new Walk(work, deps);
  return walk.toTheEnd();
}

class Walk {
  readonly #work: RunWork;
  readonly #deps: WalkDeps;
  readonly #run: ClaimedRun;
  #reason: Reason | null;
  #isCutShort: boolean;
  #needed: ReadonlyMap<string, string> | undefined;
  #probeDigest: string | undefined;

  constructor(work: RunWork, deps: WalkDeps) {
    this.#work = work;
    this.#deps = deps;
    this.#run = work.run;
    this.#reason = work.run.reason;
    this.#isCutShort = work.run.reason !== null;
  }

  async toTheEnd(): Promise<{ state: EndState; reason: Reason | null }> {
    const { claims } = this.#work.deps;
    if (this.#run.step === 'collect') {
      await this.#cut('collect', new CollectionEnd('failed', sentences.interrupted()));
      this.#isCutShort = true;
    }
    let steps = stepsFrom(this.#run.step);
    for (let step = steps[0]; step !== undefined; step = steps[0]) {
      steps = steps.slice(1);
      const outcome = await this.#take(step);
      if (outcome instanceof CollectionEnd) {
        if (outcome.keepsMaintenance) {
          await claims.keepMaintenance(this.#run, outcome.reason.sentence.slice(0, 200));
          this.#work.deps.announceRegistry(this.#run.registryId);
          break;
        }
        if (step === 'preview') break;
        if (step === 'collect') this.#isCutShort = true;
        else steps = ['writable'];
      } else if (step === 'preview' && (this.#run.kind === 'preview' || outcome['eligibleCount'] === 0)) break;
    }
    await this.#work.log.flush();
    const state = this.#reason === null ? 'done' : endOf(this.#reason);
    await claims.finish(this.#run, state, this.#reason);
    this.#deps.announce();
    return { state, reason: this.#reason };
  }

  /** @returns what the step found, or why it is the last one before the registry is made safe */
  async #take(step: StepName): Promise<Findings | CollectionEnd> {
    const { deps, log, lost } = this.#work;
    this.#deps.onStep(step);
    await deps.claims.beginStep(this.#run, step);
    this.#deps.announce();
    try {
      const findings = await this.#runStep(step);
      log.endStep(step);
      await log.flush();
      await deps.claims.endStep(this.#run, step, { state: 'done', findings });
      this.#deps.announce();
      return findings;
    } catch (error) {
      log.endStep(step);
      await log.flush();
      lost.throwIfAborted();
      if (error instanceof RunLostError || step === 'writable') throw error;
      const end = this.#endBecauseOf(error);
      await this.#cut(step, end);
      return end;
    }
  }

  async #cut(step: StepName, end: CollectionEnd): Promise<void> {
    const { deps, log } = this.#work;
    this.#reason ??= end.reason;
    log.say(step, end.reason.sentence);
    await deps.claims.noteReason(this.#run, end.reason);
    await deps.claims.endStep(this.#run, step, { state: 'failed', reason: end.reason });
    this.#deps.announce();
  }

  #endBecauseOf(error: unknown): CollectionEnd {
    if (error instanceof CollectionEnd) return error;
    const { stopping } = this.#work;
    if (stopping.aborted && stopping.reason instanceof CollectionEnd) return stopping.reason;
    const reason = sentences.registryFailed(error);
    if (reason.code === 'collection-failed') this.#deps.onFault(error);
    return new CollectionEnd('failed', reason);
  }

  async #runStep(step: StepName): Promise<Findings> {
    const work = this.#work;
    const isSafe = step === 'restart' || step === 'verify' || step === 'writable' || this.#isCutShort;
    if (!isSafe) work.stopping.throwIfAborted();
    switch (step) {
      case 'preview':
        return preview(work);
      case 'maintenance':
        return beginMaintenance(work);
      case 'drain':
        return drain(work);
      case 'dry-run': {
        const { findings, needed, probeDigest } = await dryRun(work);
        this.#needed = needed;
        this.#probeDigest = probeDigest;
        return findings;
      }
      case 'collect':
        if (this.#needed === undefined) throw new Error('A collection without a comparison.');
        return collect(this.#withProbe(), this.#needed);
      case 'restart':
        return restart(work);
      case 'verify':
        return verify(this.#withProbe());
      case 'writable':
        await work.deps.claims.releaseMaintenance(this.#run);
        work.deps.announceRegistry(this.#run.registryId);
        work.log.say('writable', 'Writes are taken again.');
        return {};
      default:
        return step satisfies never;
    }
  }

  /** With the probe that this worker has put in, if it has. */
  #withProbe(): RunWork {
    const { run } = this.#work;
    return {
      ...this.#work,
      isCutShort: this.#isCutShort,
      run: { ...run, probeDigest: this.#probeDigest ?? run.probeDigest },
    };
  }
}
