import type { RegistryClient } from '../../registry-client/index.ts';
import { RunLostError } from './collection-claims.store.ts';
import { CollectionLog } from './collection-log.ts';
import { sentences } from './collection-reasons.ts';
import { type ClaimedRun, type CollectionCommands, CollectionEnd, type EndState, type Reason } from './collections.ts';
import type { CollectionDeps, RunWork } from './run-work.ts';
import { walkRun } from './walk-run.ts';

export interface CollectionRunnerDeps extends CollectionDeps {
  readonly commandsOf: (registryId: string) => CollectionCommands | undefined;
  readonly clientFor: (registryId: string) => Promise<RegistryClient>;
  /** Makes runs of the schedules that are due. */
  readonly startDue: () => Promise<void>;
  readonly announceRun: (runId: string) => void;
  readonly onEnded: (
    run: ClaimedRun,
    end: { readonly state: EndState; readonly reason: Reason | null },
  ) => Promise<void>;
  readonly owner: string;
  readonly isOnlyProcess: boolean;
  readonly onFault: (error: unknown) => void;
}

const lookEveryMs = 2000;
const renewEveryMs = 2000;
const runsAtOnce = 4;

interface Running {
  readonly run: ClaimedRun;
  readonly stopping: AbortController;
  readonly lost: AbortController;
}

/** Takes runs that nobody is at, holds them, and takes them to their end. */
export class CollectionRunner {
  readonly #deps: CollectionRunnerDeps;
  readonly #running = new Map<string, Running>();
  readonly #ends = new Set<Promise<void>>();
  #timers: NodeJS.Timeout[] = [];
  #looking: Promise<void> | undefined;
  #isStopped = false;

  constructor(deps: CollectionRunnerDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    if (this.#deps.isOnlyProcess) await this.#deps.claims.takeOver();
    this.#timers = [
      setInterval(() => this.wake(), lookEveryMs),
      setInterval(() => void this.#renew().catch(this.#deps.onFault), renewEveryMs),
    ];
    for (const timer of this.#timers) timer.unref();
    this.wake();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#looking;
    for (const { lost } of this.#running.values()) lost.abort(new RunLostError());
    await Promise.all(this.#ends);
  }

  wake(): void {
    if (this.#isStopped) return;
    this.#looking ??= this.#look()
      .catch(this.#deps.onFault)
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #look(): Promise<void> {
    await this.#deps.startDue();
    while (this.#running.size < runsAtOnce && !this.#isStopped) {
      const run = await this.#deps.claims.claim(this.#deps.owner);
      if (run === undefined) return;
      this.#begin(run);
    }
  }

  #begin(run: ClaimedRun): void {
    const running = { run, stopping: new AbortController(), lost: new AbortController() };
    this.#running.set(run.id, running);
    const limit = setTimeout(
      () => running.stopping.abort(new CollectionEnd('failed', sentences.tooLong(run.limitMinutes))),
      Math.max(0, run.leftMs),
    ).unref();
    const ended = this.#take(running)
      .catch((error: unknown) => {
        if (!(error instanceof RunLostError)) this.#deps.onFault(error);
        return this.#deps.claims.giveBack(this.#deps.owner, run);
      })
      .catch(this.#deps.onFault)
      .finally(() => {
        clearTimeout(limit);
        this.#running.delete(run.id);
        this.#ends.delete(ended);
      });
    this.#ends.add(ended);
  }

  async #take({ run, stopping, lost }: Running): Promise<void> {
    const { claims, onFault } = this.#deps;
    const announce = (): void => this.#deps.announceRun(run.id);
    const log = new CollectionLog({ write: (lines) => claims.addLines(run, lines), onWritten: announce, onFault });
    const commands = this.#deps.commandsOf(run.registryId);
    if (commands === undefined) {
      await this.#giveUp(run);
      return;
    }
    let step = run.step;
    const work: RunWork = {
      deps: this.#deps,
      run,
      commands,
      client: await this.#deps.clientFor(run.registryId),
      log,
      isCutShort: false,
      stopping: AbortSignal.any([stopping.signal, lost.signal]),
      lost: lost.signal,
      note: async (findings, reason) => {
        await claims.noteStep(run, step, findings, reason ?? null);
        announce();
      },
    };
    const end = await walkRun(work, {
      announce,
      onStep: (begun) => {
        step = begun;
      },
      onFault,
    });
    await this.#deps.onEnded(run, end);
  }

  /** The configuration has changed: writes are taken again, and nothing else can be done. */
  async #giveUp(run: ClaimedRun): Promise<void> {
    const reason = sentences.notConfigured();
    await this.#deps.claims.releaseMaintenance(run);
    this.#deps.announceRegistry(run.registryId);
    await this.#deps.claims.finish(run, 'failed', reason);
    this.#deps.announceRun(run.id);
    await this.#deps.onEnded(run, { state: 'failed', reason });
  }

  /** Whoever could not renew for the length of a lease has lost what it was at. */
  async #renew(): Promise<void> {
    for (const { run, stopping, lost } of this.#running.values()) {
      const { isHeld, stoppedBy, isProlonged } = await this.#deps.claims.renew(this.#deps.owner, run);
      if (!isHeld) lost.abort(new RunLostError());
      if (isProlonged) this.#deps.announceRegistry(run.registryId);
      if (stoppedBy !== undefined && !stopping.signal.aborted) {
        stopping.abort(new CollectionEnd('stopped', sentences.stopped(stoppedBy ?? 'Somebody')));
      }
    }
  }
}
