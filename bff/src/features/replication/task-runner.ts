import { type CopyLimiter, createCopyLimiter, type TagMove, type Target } from '../../replication-engine/index.ts';
import { askFence } from './ask-fence.ts';
import { type FanOutPlace, FanOuts } from './fan-outs.ts';
import type { RegistryClient } from '../../registry-client/index.ts';
import { isRegistryError } from '../../registry-client/index.ts';
import { RegistryNotFoundError } from '../registries/registries.service.ts';
import { type CopyHints, noHints } from './copy-hints.view.ts';
import { copyTask } from './copy-task.ts';
import { deleteTask, type Trashed } from './delete-task.ts';
import type { AttemptEnd, ClaimedTask, TaskDestination, WeighedPushes } from './replication.ts';
import { isRegistryWide } from './retry-policy.ts';
import { RunningTask } from './running-task.ts';
import type { TaskClaimsStore } from './task-claims.store.ts';
import { TasksInHand } from './tasks-in-hand.ts';
import { endOfFailure, logLines, reasonOf, registryOf, sentences } from './task-outcome.ts';
import type { Reason } from './replication.ts';
import type { TaskRecordsStore } from './task-records.store.ts';
import { ThroughputMeter } from './throughput.ts';
import { untilWritten } from './until-written.ts';

export type MoveToTrash = (
  what: { readonly registryId: string; readonly repository: string; readonly tag: string; readonly digest: string },
  task: Pick<ClaimedTask, 'policyId' | 'policyName' | 'executionId' | 'source' | 'requestedBy'>,
  signal: AbortSignal,
) => Promise<Trashed>;

export interface TaskRunnerDeps {
  readonly claims: TaskClaimsStore;
  readonly records: TaskRecordsStore;
  readonly clientFor: (registryId: string) => Promise<RegistryClient>;
  /** What the catalog knows of these artifacts, for copies into the registry. */
  readonly copyHints: (registryId: string, digests: readonly string[]) => Promise<CopyHints>;
  /** Why a task may not run, by the rights its requester has now. */
  readonly findRefusal: (task: ClaimedTask) => Promise<Reason | undefined>;
  /** The rule that holds a destination's tag. */
  readonly findImmutable: (destination: TaskDestination) => Promise<string | undefined>;
  /** One at a time decides on a held tag and moves it, pushes at the front door included. */
  readonly holdTag: (destination: TaskDestination, move: TagMove) => Promise<void>;
  /** Whose push counts, where the destination is a master of the tag too. */
  readonly weighPushes: (task: ClaimedTask, signal: AbortSignal) => Promise<WeighedPushes | undefined>;
  /** Puts a tag of the destination, with this digest, into the trash there. */
  readonly moveToTrash: MoveToTrash;
  /** The destination as its policy lets it be written to: no faster than that. */
  readonly pace: (destination: RegistryClient, task: ClaimedTask) => Promise<Target>;
  /** Of this process; another one after every start. */
  readonly owner: string;
  readonly clock: { now(): Date };
  readonly random: () => number;
  readonly onProgress: (running: RunningTask) => void;
  /** The outcome is stored. */
  readonly onEnded: (running: RunningTask, end: AttemptEnd) => void;
  readonly onExecutionsChanged: (executionIds: readonly string[], ended?: ReadonlySet<string>) => void;
  /** A registry as a whole cannot be used: everything that needs it would fail the same way. */
  readonly onRegistryTrouble: (registryId: string, reason: Reason, delayMs: number) => Promise<void>;
  readonly onFault: (error: unknown) => void;
  readonly limits?: Partial<RunnerLimits>;
}

export interface RunnerLimits {
  /** In this process; blobs and requests have their own, smaller limits. Two registries that hang leave room for others. */
  readonly tasksAtOnce: number;
  /** Into one registry, over all instances. */
  readonly tasksPerRegistry: number;
  /** So many outcomes are written without waiting for more. */
  readonly recordsAtOnce: number;
  readonly renewMs: number;
  readonly leaseMs: number;
}

const defaultLimits: RunnerLimits = {
  tasksAtOnce: 128,
  tasksPerRegistry: 48,
  recordsAtOnce: 20,
  renewMs: 3000,
  leaseMs: 15_000,
};
/**
 * Pages hear three times a second, the database every two seconds. A page gets a message every 300 ms (paced-events.ts): with
 * the same time here, one that once came late would be followed by late ones for ever.
 */
const beatMs = 320;
const recordEveryBeats = 6;
/** While others run, outcomes are written together where several come within this time: no sooner than pages hear. */
const gatherMs = 300;
/** While others run, executions that are asked for one after another are claimed together. */
const wakeMs = 100;

/** Claims tasks, runs them, renews their leases, and writes behind what became of them. */
export class TaskRunner {
  readonly #deps: TaskRunnerDeps;
  readonly #limits: RunnerLimits;
  readonly #running = new Map<string, RunningTask>();
  readonly #throughput = new ThroughputMeter(() => performance.now());
  readonly #limiter: CopyLimiter = createCopyLimiter();
  readonly #fanOuts = new FanOuts();
  readonly #inHand = new TasksInHand();
  #cycle: Promise<void> | undefined;
  #isCycleWanted = false;
  #mayClaim = true;
  #isClaimDue = false;
  #isProgressDue = false;
  /** Executions of which a task that had failed moves again: pages still show why it had. */
  readonly #gotOn = new Set<string>();
  #gathering: NodeJS.Timeout | undefined;
  #waking: NodeJS.Timeout | undefined;
  #beat: NodeJS.Timeout | undefined;
  #beats = 0;
  #renewal: Promise<void> | undefined;
  #renewedAtMs = performance.now();

  constructor(deps: TaskRunnerDeps) {
    this.#deps = deps;
    this.#limits = { ...defaultLimits, ...deps.limits };
  }

  get running(): ReadonlyMap<string, RunningTask> {
    return this.#running;
  }

  get throughput(): ThroughputMeter {
    return this.#throughput;
  }

  start(): void {
    this.#beat ??= setInterval(() => this.#onBeat(), beatMs).unref();
    this.wake();
  }

  /** There may be something to claim. */
  wake(): void {
    if (!this.#mayClaim) return;
    this.#isClaimDue = true;
    if (this.#running.size === 0) this.#runCycle();
    else this.#waking ??= setTimeout(() => this.#runCycle(), wakeMs);
  }

  stopTasks(taskIds: Iterable<string>, because: 'stopped' | 'superseded' = 'stopped'): void {
    for (const id of taskIds) this.#running.get(id)?.cut(because);
  }

  /** What writes into a registry whose maintenance has begun: it is given back and waits. */
  cutInto(registryId: string): void {
    for (const running of this.#running.values()) {
      if (running.task.destination.registryId === registryId) running.cut('maintenance');
    }
  }

  /** Cuts what runs and gives it back; resolves when that is written. */
  async shutDown(): Promise<void> {
    this.#mayClaim = false;
    clearInterval(this.#beat);
    for (const running of this.#running.values()) running.cut('shutting-down');
    const deadlineMs = performance.now() + 3000;
    while (this.#running.size > 0 && performance.now() < deadlineMs) {
      this.#runCycle();
      await this.#cycle;
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    }
    await this.#renewal;
  }

  #onBeat(): void {
    this.#throughput.sample(this.#running.values());
    if (this.#running.size === 0) return;
    const nowMs = this.#deps.clock.now().getTime();
    for (const running of this.#running.values()) {
      running.progress.sample(nowMs);
      if (running.takeGotOn()) this.#gotOn.add(running.task.executionId);
      if (!running.hasEnded) this.#deps.onProgress(running);
    }
    this.#beats += 1;
    if (this.#beats % recordEveryBeats === 0 || this.#gotOn.size > 0) {
      this.#isProgressDue = true;
      this.#runCycle();
    }
    if (performance.now() - this.#renewedAtMs > this.#limits.renewMs) this.#renewal ??= this.#renew();
  }

  /** One cycle at a time: write what has ended or changed, then claim what there is room for. */
  #runCycle(): void {
    this.#isCycleWanted = true;
    this.#cycle ??= this.#cycles()
      .catch(this.#deps.onFault)
      .finally(() => {
        this.#cycle = undefined;
      });
  }

  async #cycles(): Promise<void> {
    while (this.#isCycleWanted) {
      this.#isCycleWanted = false;
      clearTimeout(this.#gathering);
      clearTimeout(this.#waking);
      this.#gathering = undefined;
      this.#waking = undefined;
      await this.#record();
      const isWorthIt = this.#isClaimDue || this.#inHand.isLow(this.#running.values());
      if (this.#mayClaim && isWorthIt) await this.#claim();
    }
  }

  async #claim(): Promise<void> {
    const free = this.#limits.tasksAtOnce - this.#running.size;
    if (free <= 0) return;
    this.#isClaimDue = false;
    if (this.#running.size === 0) this.#renewedAtMs = performance.now();
    const { tasksPerRegistry } = this.#limits;
    const claimed = await this.#deps.claims.claim(this.#deps.owner, { count: free, tasksPerRegistry });
    for (const ofRegistry of Map.groupBy(claimed, (task) => task.destination.registryId).values()) {
      const hints = this.#copyHints(ofRegistry);
      for (const task of ofRegistry) this.#begin(task, hints);
    }
    this.#inHand.claimed(this.#running.values());
    if (claimed.length > 0) this.#deps.onExecutionsChanged([...new Set(claimed.map((task) => task.executionId))]);
  }

  #begin(task: ClaimedTask, hints: Promise<CopyHints>): void {
    const { source, destination } = task;
    const running = new RunningTask(task, {
      now: () => this.#deps.clock.now(),
      onMoved: (byteCount) => this.#throughput.add(source.registryId, destination.registryId, byteCount),
    });
    this.#running.set(task.id, running);
    const place = this.#fanOuts.enter(task);
    if (task.isTakenOver) running.log(logLines.takenOver({}));
    this.#deps.onProgress(running);
    const claimedAtMs = performance.now();
    this.#attempt(running, { hintsAsked: hints, place, claimedAtMs })
      .finally(() => place.leave())
      .catch((error: unknown) => this.#failed(running, error, claimedAtMs))
      .then((end) => {
        if (end === undefined) this.#drop(running);
        else running.finish(end);
        this.#gather();
      })
      .catch(this.#deps.onFault);
  }

  async #attempt(
    running: RunningTask,
    { hintsAsked, place, claimedAtMs }: { hintsAsked: Promise<CopyHints>; place: FanOutPlace; claimedAtMs: number },
  ): Promise<AttemptEnd> {
    const { task } = running;
    const refusal = await this.#deps.findRefusal(task);
    if (refusal !== undefined) return { state: 'failed', reason: refusal };
    if (task.kind === 'delete') return this.#delete(running);
    const source = await this.#deps.clientFor(task.source.registryId);
    const destination = await this.#deps.pace(await this.#deps.clientFor(task.destination.registryId), task);
    const hints = await hintsAsked;
    const { end, isChanged } = await copyTask({
      task,
      claimedAtMs,
      source,
      destination,
      limiter: this.#limiter,
      fanOutFor: (digest) => place.memberFor(digest),
      progress: running.progress,
      signal: running.signal,
      askFence: async () => {
        running.tagMovedAfterMs = performance.now();
        return askFence(running, this.#deps);
      },
      findImmutable: () => this.#deps.findImmutable(task.destination),
      holdTag: (move) => this.#deps.holdTag(task.destination, move),
      weighPushes: () => this.#deps.weighPushes(task, running.signal),
      findMountSources: (digest) => hints.blobs.get(digest)?.repositories ?? [],
      findContent: (digest) => hints.blobs.get(digest)?.content,
      findManifest: (digest) => hints.manifests.get(digest),
      onPinned: (digest) => running.pin(digest),
      onLog: (entry) => running.log(entry),
    });
    running.isChanged = isChanged;
    return end;
  }

  async #delete(running: RunningTask): Promise<AttemptEnd> {
    const { task, signal } = running;
    const { clientFor, findImmutable, moveToTrash } = this.#deps;
    const { end, isChanged } = await deleteTask({
      task,
      source: await clientFor(task.source.registryId),
      destination: await clientFor(task.destination.registryId),
      signal,
      holdsFence: async () => (await askFence(running, this.#deps)) !== 'lost',
      findImmutable: () => findImmutable(task.destination),
      onLog: (entry) => running.log(entry),
      moveToTrash: (tag, digest) => moveToTrash({ ...task.destination, tag, digest }, task, signal),
    });
    running.isChanged = isChanged;
    return end;
  }

  /** For all tasks into one registry that were claimed together. Without an answer everything is read, and sent. */
  async #copyHints(tasks: readonly ClaimedTask[]): Promise<CopyHints> {
    const digests = tasks.flatMap(({ digest, catalogDigest, isBelievedThere, isSparseThere }) =>
      isBelievedThere && !isSparseThere ? [] : (digest ?? catalogDigest ?? []),
    );
    const registryId = tasks[0]?.destination.registryId;
    if (digests.length === 0 || registryId === undefined) return noHints;
    try {
      return await this.#deps.copyHints(registryId, digests);
    } catch (error) {
      this.#deps.onFault(error);
      return noHints;
    }
  }

  async #failed(running: RunningTask, error: unknown, claimedAtMs: number): Promise<AttemptEnd | undefined> {
    const { task } = running;
    if (error instanceof RegistryNotFoundError) {
      return { state: 'failed', reason: sentences.registryRemoved(error.registryId) };
    }
    if (!isRegistryError(error) && running.cutCause === undefined) this.#deps.onFault(error);
    const deadlineLeftMs = task.deadlineLeftMs - (performance.now() - claimedAtMs);
    const end = endOfFailure(error, running.cutCause, task, { deadlineLeftMs, random: this.#deps.random });
    if (end?.state === 'waiting' && isRegistryError(error) && isRegistryWide(error)) {
      const registryId = registryOf(error, task);
      if (registryId !== undefined) {
        this.#throughput.cut(registryId);
        await this.#deps.onRegistryTrouble(registryId, reasonOf(error, task), end.delayMs).catch(this.#deps.onFault);
      }
    }
    return end;
  }

  /** It is another worker's now: not a word about it may be written. */
  #drop(running: RunningTask): void {
    this.#running.delete(running.task.id);
  }

  /** Several small tasks end together: their outcomes and the next claims share statements. */
  #gather(): void {
    const waiting = [...this.#running.values()].filter(({ hasEnded }) => !hasEnded).length;
    const ended = this.#running.size - waiting;
    if (waiting === 0 || ended >= this.#limits.recordsAtOnce) this.#runCycle();
    else this.#gathering ??= setTimeout(() => this.#runCycle(), gatherMs);
  }

  /** What has ended, and now and then how far the others are: most that run for moments only are written once. */
  async #record(): Promise<void> {
    const isProgressDue = this.#isProgressDue;
    const gotOn = [...this.#gotOn];
    this.#isProgressDue = false;
    this.#gotOn.clear();
    const taken = [...this.#running.values()].flatMap((running) => {
      if (!isProgressDue && !running.hasEnded) return [];
      const record = running.takeRecord();
      return record === undefined ? [] : [{ running, record }];
    });
    if (taken.length === 0) return;
    const { records, owner, onFault } = this.#deps;
    const write = () =>
      records.write(
        owner,
        taken.map(({ record }) => record),
      );
    const { written, ended } = await untilWritten(write, { onFault, mayWait: () => this.#mayClaim });
    for (const { running, record } of taken) {
      if (!written.has(record.id)) {
        running.cut('lease-lost');
        this.#drop(running);
        continue;
      }
      const { end } = running;
      if (record.outcome === null || end === undefined) continue;
      running.stored();
      this.#running.delete(record.id);
      this.#deps.onEnded(running, end);
    }
    const executions = taken.filter(({ record }) => record.outcome !== null).map(({ record }) => record.executionId);
    const changed = [...new Set([...executions, ...ended, ...gotOn])];
    if (changed.length > 0) this.#deps.onExecutionsChanged(changed, new Set(ended));
  }

  async #renew(): Promise<void> {
    const askedAtMs = performance.now();
    const ids = [...this.#running.keys()];
    try {
      const { kept, stopRequested } = await this.#deps.claims.renew(this.#deps.owner, ids);
      this.#renewedAtMs = askedAtMs;
      for (const { id, because } of stopRequested) this.stopTasks([id], because);
      for (const id of ids) {
        const running = this.#running.get(id);
        // One that has ended meanwhile is only waiting to be written.
        if (!kept.has(id) && running !== undefined && !running.hasEnded) running.cut('lease-lost');
      }
    } catch (error) {
      this.#deps.onFault(error);
      const isExpired = performance.now() - this.#renewedAtMs > this.#limits.leaseMs;
      if (isExpired) for (const running of this.#running.values()) running.cut('lease-lost');
    } finally {
      this.#renewal = undefined;
    }
  }
}
