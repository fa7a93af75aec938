import type { OperationsRecord, OperationsView } from './operations.view.ts';
import type { TaskState } from './replication.ts';
import { type InstanceLoad, type InstanceTraffic, noteOf, SharedTraffic, type TrafficNote } from './shared-traffic.ts';
import type { ThroughputMeter } from './throughput.ts';
import { type MovedInStep, type RegistryStep, stepCount, stepSeconds, type TrafficStore } from './traffic.store.ts';

export interface OperationsNow extends OperationsRecord {
  readonly traffic: InstanceTraffic;
  /** Bytes of the last hour, route by route. */
  readonly movedLastHour: readonly Omit<MovedInStep, 'at'>[];
}

export interface TrafficHistory {
  /** Beginning of the first step. */
  readonly from: Date;
  readonly steps: readonly RegistryStep[];
}

export interface OperationsMonitorDeps {
  readonly view: OperationsView;
  readonly store: TrafficStore;
  /** What this process moves. */
  readonly meter: ThroughputMeter;
  /** How busy this process keeps the registries. */
  readonly loads: () => readonly InstanceLoad[];
  readonly instanceId: string;
  /** Tells the other instances; null where there are none. */
  readonly tellOthers: ((note: TrafficNote) => Promise<void>) | null;
  /** The pages that follow this instance. */
  readonly pages: {
    readonly areThere: () => boolean;
    readonly operations: (operations: OperationsNow) => void;
    readonly traffic: (traffic: InstanceTraffic) => void;
  };
  readonly clock: { now(): Date };
  readonly onFault: (error: unknown) => void;
}

/** As often as pages hear of tasks. */
const tickMs = 250;
/** What moves is told together with the progress of a task, and where none comes any more, after this time. */
const restMs = 200;
const silenceMs = 450;
const flushEveryMs = 5000;
const shortestReadMs = 250;
/** The database is asked for at most a fortieth of the time, as long as it answers within an eighth of a second. */
const restPerRead = 40;
/** Where it is slower than that, what fails is still not said later than this. */
const longestRestMs = 5000;
/** What is counted over the last hour changes by itself. */
const longestReadMs = 60_000;
/** One long blob changes no count; the line of the last two minutes goes on all the same. */
const lineMs = 5000;
const stepMs = stepSeconds * 1000;

/** What the operations page shows: the database's counts and everybody's traffic, told to the pages of this instance. */
export class OperationsMonitor {
  readonly #deps: OperationsMonitorDeps;
  readonly #shared = new SharedTraffic(() => performance.now());
  /** By step and route, what is not yet in the database. */
  #unwritten = new Map<string, MovedInStep>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #flushedAtMs = 0;
  readonly #runningIds = new Set<string>();
  #isChanged = false;
  #isUrgent = false;
  #isReading = false;
  #readAtMs = 0;
  #restMs = shortestReadMs;
  #told: OperationsNow | undefined;
  #lineAtMs = 0;
  #toldAtMs = 0;
  #wasMoving = false;
  #wasNoted = false;

  constructor(deps: OperationsMonitorDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#tick(), tickMs).unref();
  }

  async shutDown(): Promise<void> {
    clearInterval(this.#timer);
    this.#collect();
    await this.#flush().catch(this.#deps.onFault);
  }

  /** A task or an execution changed, on any instance: the counts are others now. */
  noteChange(): void {
    this.#isChanged = true;
    this.#tellIfDue(performance.now());
  }

  /** A task said how far it is, or that it has ended, on any instance. */
  noteTask({ id, state }: { readonly id: string; readonly state: TaskState }): void {
    const wasRunning = this.#runningIds.has(id);
    const isRunning = state === 'running';
    if (isRunning) this.#runningIds.add(id);
    else this.#runningIds.delete(id);
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs >= restMs) this.#tellTraffic();
    // The page says that no copy fails, and hears from the task itself that one does.
    if ((state === 'waiting' || state === 'failed') && this.#told?.failures.length === 0) this.#isUrgent = true;
    if (!isRunning || !wasRunning) this.noteChange();
  }

  hear(note: TrafficNote): void {
    if (note.instanceId !== this.#deps.instanceId) this.#shared.hear(note);
  }

  async readOperations(): Promise<OperationsNow> {
    const [record, movedLastHour] = await Promise.all([this.#deps.view.read(), this.#movedLastHour()]);
    return { ...record, movedLastHour, traffic: this.#traffic() };
  }

  async readHistory(): Promise<TrafficHistory> {
    this.#collect();
    await this.#flush();
    const from = this.#hourAgo();
    return { from, steps: await this.#deps.store.listSteps(from) };
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#collect();
    this.#noteToOthers();
    if (nowMs - this.#toldAtMs >= silenceMs) this.#tellTraffic();
    if (nowMs - this.#flushedAtMs >= flushEveryMs) this.#flush().catch(this.#deps.onFault);
    this.#tellIfDue(nowMs);
  }

  #tellIfDue(nowMs: number): void {
    if (this.#isReading || !this.#deps.pages.areThere()) return;
    const restMs = this.#isUrgent ? 0 : this.#isChanged ? this.#restMs : longestReadMs;
    if (nowMs - this.#readAtMs >= restMs) void this.#tellOperations();
    else if (nowMs - this.#lineAtMs >= lineMs) this.#tellLine(nowMs);
  }

  async #tellOperations(): Promise<void> {
    this.#isReading = true;
    this.#isChanged = false;
    this.#isUrgent = false;
    const askedAtMs = performance.now();
    try {
      this.#told = await this.readOperations();
      this.#deps.pages.operations(this.#told);
    } catch (error) {
      this.#isChanged = true;
      this.#deps.onFault(error);
    } finally {
      this.#readAtMs = performance.now();
      this.#lineAtMs = this.#readAtMs;
      const restMs = (this.#readAtMs - askedAtMs) * restPerRead;
      this.#restMs = Math.min(longestRestMs, Math.max(shortestReadMs, restMs));
      this.#isReading = false;
    }
    if (this.#isUrgent) this.#tellIfDue(performance.now());
  }

  /** What moves and has moved, with the counts that were told last: no tasks are counted for it. */
  #tellLine(nowMs: number): void {
    this.#lineAtMs = nowMs;
    const told = this.#told;
    const isFlat = this.#traffic().history.every((byteCount) => byteCount === 0);
    if (told === undefined || isFlat) return;
    this.#isReading = true;
    this.#movedLastHour()
      .then((movedLastHour) => this.#deps.pages.operations({ ...told, movedLastHour, traffic: this.#traffic() }))
      .catch(this.#deps.onFault)
      .finally(() => {
        this.#isReading = false;
      });
  }

  /** As long as anything moves, and once more when nothing does. */
  #tellTraffic(): void {
    if (!this.#deps.pages.areThere()) return;
    const traffic = this.#traffic();
    const isMoving = traffic.bytesPerSecond > 0 || traffic.loads.some(isBusy);
    if (!isMoving && !this.#wasMoving) return;
    this.#wasMoving = isMoving;
    this.#toldAtMs = performance.now();
    this.#deps.pages.traffic(traffic);
  }

  #noteToOthers(): void {
    const { tellOthers, instanceId } = this.#deps;
    if (tellOthers === null) return;
    const own = this.#own();
    const isMoving = own.bytesPerSecond > 0 || own.loads.some(isBusy);
    if (isMoving || this.#wasNoted) tellOthers(noteOf(instanceId, own)).catch(this.#deps.onFault);
    this.#wasNoted = isMoving;
  }

  #own(): InstanceTraffic {
    return { ...this.#deps.meter.read(), loads: this.#deps.loads() };
  }

  #traffic(): InstanceTraffic {
    return this.#shared.sum(this.#own());
  }

  /** What has moved belongs to the step in which it did. */
  #collect(): void {
    const at = new Date(Math.floor(this.#deps.clock.now().getTime() / stepMs) * stepMs);
    for (const { sourceRegistryId, destinationRegistryId, byteCount } of this.#deps.meter.takeMoved()) {
      const key = `${at.getTime()} ${sourceRegistryId} ${destinationRegistryId}`;
      const known = this.#unwritten.get(key)?.byteCount ?? 0;
      this.#unwritten.set(key, { at, sourceRegistryId, destinationRegistryId, byteCount: known + byteCount });
    }
  }

  /** One at a time; what could not be written is tried again with the next. */
  #flush(): Promise<void> {
    this.#flushedAtMs = performance.now();
    const flushing = this.#flushing.catch(() => undefined).then(() => this.#write());
    this.#flushing = flushing;
    return flushing;
  }

  async #write(): Promise<void> {
    if (this.#unwritten.size === 0) return;
    const taken = this.#unwritten;
    this.#unwritten = new Map();
    try {
      await this.#deps.store.add([...taken.values()]);
    } catch (error) {
      for (const [key, moved] of taken) {
        const later = this.#unwritten.get(key)?.byteCount ?? 0;
        this.#unwritten.set(key, { ...moved, byteCount: moved.byteCount + later });
      }
      throw error;
    }
    await this.#deps.store.forgetBefore(this.#hourAgo());
  }

  #movedLastHour(): Promise<Omit<MovedInStep, 'at'>[]> {
    return this.#deps.store.sumRoutes(this.#hourAgo());
  }

  #hourAgo(): Date {
    const nowMs = this.#deps.clock.now().getTime();
    return new Date((Math.floor(nowMs / stepMs) - stepCount) * stepMs);
  }
}

function isBusy({ reading, writing, quietForMs }: InstanceLoad): boolean {
  return reading + writing + quietForMs > 0;
}
