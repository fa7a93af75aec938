import type { RegistryClient } from '../../registry-client/index.ts';
import type { TagMove, Target } from '../../replication-engine/index.ts';
import { type RegistriesService, type Registry, RegistryNotFoundError } from '../registries/registries.service.ts';
import { type CopyPreview, previewCopy } from './copy-preview.ts';
import type { CopyHintsView } from './copy-hints.view.ts';
import type { CopyPreviewView } from './copy-preview.view.ts';
import type { BreakersStore } from './breakers.store.ts';
import {
  type ClaimedTask,
  type CopyRequest,
  type PinnedCopy,
  plannedTasks,
  type Reason,
  type Task,
  type TaskBlob,
  type TaskDestination,
  type Touched,
  type WeighedPushes,
} from './replication.ts';
import { ExecutionNews } from './execution-news.ts';
import { MaintenanceParking, maintenanceReason } from './maintenance-parking.ts';
import { PlanExecutions } from './plan-executions.ts';
import type { PlanExecutionsStore } from './plan-executions.store.ts';
import { type Refresh, RefreshQueue } from './refresh-queue.ts';
import { type RefreshedTag, refreshesAfter, tagsOf } from './refreshes-after.ts';
import type { UnheardCopiesView } from './unheard-copies.view.ts';
import type { ReplicationStore, ReplicationTransaction, Which } from './replication.store.ts';
import { RegistryBreakers } from './registry-breakers.ts';
import type { RunningTask } from './running-task.ts';
import type { TaskClaimsStore } from './task-claims.store.ts';
import type { TaskRecordsStore } from './task-records.store.ts';
import { type MoveToTrash, type RunnerLimits, TaskRunner } from './task-runner.ts';
import type { TasksView } from './tasks.view.ts';
import type { ThroughputMeter } from './throughput.ts';

export type TaskNews = { readonly task: Task; readonly blobs: readonly TaskBlob[] };

/** Whom replication tells; never waits, never throws. */
export interface ReplicationNews {
  readonly task: (news: TaskNews) => void;
  readonly execution: (executionId: string) => void;
}

export type StopRequest =
  | { readonly executionId: string }
  | { readonly taskId: string; readonly because?: 'superseded' };
export type { ReplicationTransaction, Which } from './replication.store.ts';
export { type Activity, activityOf, sharedCause, sharedReason } from './task-activity.view.ts';
export type { Decided, PlanExecutions, PlannedExecution, PlannedTask } from './plan-executions.ts';

/** Who asks; null where nobody is known. */
export interface Requested {
  readonly by: string | null;
  readonly userId: string | null;
}

export interface ReplicationDeps {
  readonly store: ReplicationStore;
  readonly planStore: PlanExecutionsStore;
  readonly claims: TaskClaimsStore;
  readonly breakers: BreakersStore;
  readonly unheard: UnheardCopiesView;
  readonly records: TaskRecordsStore;
  readonly tasks: TasksView;
  readonly preview: CopyPreviewView;
  readonly copyHints: CopyHintsView;
  readonly registries: Pick<RegistriesService, 'listRegistries' | 'findRegistry' | 'clientFor' | 'onChanged'>;
  /** Has the catalog look at what a copy has changed. */
  readonly refreshTags: (registryId: string, repository: string, tags: readonly RefreshedTag[]) => Promise<void>;
  readonly refreshManifest: (registryId: string, repository: string, digest: string) => Promise<void>;
  /** Why a claimed task may not run, by the rights its requester has now. */
  readonly findRefusal: (task: ClaimedTask) => Promise<Reason | undefined>;
  /** The rule that keeps a destination's tag where it is, as people write it. */
  readonly findImmutable: (destination: TaskDestination) => Promise<string | undefined>;
  /** One at a time decides on a held tag and moves it. */
  readonly holdTag: (destination: TaskDestination, move: TagMove) => Promise<void>;
  /** Whose push counts, where the destination is a master of the tag too. */
  readonly weighPushes: (task: ClaimedTask, signal: AbortSignal) => Promise<WeighedPushes | undefined>;
  readonly moveToTrash: MoveToTrash;
  /** The destination as its policy lets it be written to. */
  readonly pace: (destination: RegistryClient, task: ClaimedTask) => Promise<Target>;
  /** Wakes a worker when the transaction commits. */
  readonly enqueueWake: (transaction: ReplicationTransaction | undefined) => Promise<void>;
  /** Tells every instance to cut what it runs of this. */
  readonly announceStop: (request: StopRequest) => Promise<void>;
  readonly news: ReplicationNews;
  readonly newId: () => string;
  /** Of this process; another one after every start. */
  readonly instanceId: string;
  /** Nobody else can be running tasks of this database: what an earlier process left is taken over at once. */
  readonly isOnlyProcess: boolean;
  readonly clock: { now(): Date };
  readonly random: () => number;
  readonly onFault: (error: unknown) => void;
  readonly limits?: Partial<RunnerLimits>;
}

/** Copies that were asked for, from the request to the end of every task. */
export class ReplicationService {
  readonly #deps: ReplicationDeps;
  /** What policies have copied. */
  readonly plans: PlanExecutions;
  readonly #runner: TaskRunner;
  readonly #refreshes: RefreshQueue;
  readonly #parking: MaintenanceParking;
  readonly #breakers: RegistryBreakers;
  readonly #executionNews: ExecutionNews;
  #timers: NodeJS.Timeout[] = [];
  #stopFollowing = (): void => {};

  constructor(deps: ReplicationDeps) {
    this.#deps = deps;
    this.#executionNews = new ExecutionNews((id) => deps.news.execution(id));
    this.#refreshes = new RefreshQueue({
      refresh: (refreshes) => this.#refresh(refreshes),
      isBusy: () => this.#runner.running.size > manyTasks,
      onFault: deps.onFault,
    });
    this.#parking = new MaintenanceParking({
      store: deps.store,
      findRegistry: deps.registries.findRegistry,
      onParked: (touched) => this.#tellChanged(touched),
    });
    this.#breakers = new RegistryBreakers({
      breakers: deps.breakers,
      store: deps.store,
      onParked: (touched) => this.#tellChanged(touched),
      wake: () => this.#runner.wake(),
    });
    this.plans = new PlanExecutions({
      store: deps.planStore,
      enqueueWake: deps.enqueueWake,
      stopSuperseded: (taskIds) => this.#stopSuperseded(taskIds),
      stopExecution: (executionId) => this.stop({ executionId }),
      onChanged: (touched) => this.#tellChanged(touched),
      wake: () => this.#runner.wake(),
    });
    this.#runner = new TaskRunner({
      claims: deps.claims,
      records: deps.records,
      clientFor: deps.registries.clientFor,
      copyHints: (registryId, digests) => deps.copyHints.find(registryId, digests),
      findRefusal: deps.findRefusal,
      findImmutable: deps.findImmutable,
      holdTag: deps.holdTag,
      weighPushes: deps.weighPushes,
      moveToTrash: deps.moveToTrash,
      pace: deps.pace,
      owner: deps.instanceId,
      clock: deps.clock,
      random: deps.random,
      onProgress: (running) => {
        this.#tellTask(running);
        this.#breakers.noteProgress(running).catch(deps.onFault);
      },
      onEnded: (running) => this.#onEnded(running),
      onExecutionsChanged: (ids, ended) => this.#executionNews.changed(ids, ended),
      onRegistryTrouble: (registryId, reason, delayMs) => this.#breakers.open(registryId, reason, delayMs),
      onFault: deps.onFault,
      ...(deps.limits === undefined ? {} : { limits: deps.limits }),
    });
  }

  /** @throws RegistryNotFoundError */
  async previewCopy(request: CopyRequest): Promise<CopyPreview> {
    const registries = await this.#registriesOf(request);
    return previewCopy(this.#deps.preview, request, {
      nameOf: (id) => registries.get(id)?.name ?? id,
      maintenanceOf: (id) => {
        const registry = registries.get(id);
        return registry && maintenanceReason(registry);
      },
      findImmutable: this.#deps.findImmutable,
    });
  }

  /** Makes the execution and all its tasks, or nothing. @returns its id @throws RegistryNotFoundError */
  async createExecution(request: CopyRequest, requested: Requested): Promise<string> {
    await this.#registriesOf(request);
    const { newId, store, enqueueWake } = this.#deps;
    const id = newId();
    const { includeReferrers, whenDifferent } = request;
    const tasks = plannedTasks(request).map((task) => ({ id: newId(), ...task }));
    const execution = { id, requestedBy: requested.by, requesterId: requested.userId, includeReferrers, whenDifferent };
    await store.create({ ...execution, tasks }, enqueueWake);
    // A person waits for it: a registry in trouble is asked once more.
    await this.#deps.breakers.probeNow(tasks.map(({ destination }) => destination.registryId));
    await this.#park();
    this.#executionNews.changed([id]);
    this.#runner.wake();
    return id;
  }

  /**
   * Digests that were chosen elsewhere, in one execution. What `alsoDo` does is in its transaction: all of it is there, or
   * nothing. @returns its id @throws RegistryNotFoundError
   */
  async createPinned(
    copies: readonly PinnedCopy[],
    requested: Requested,
    alsoDo: (transaction: ReplicationTransaction, executionId: string) => Promise<void>,
  ): Promise<string> {
    const { newId, store, enqueueWake } = this.#deps;
    await this.#checkRegistries(
      copies.flatMap(({ source, destination }) => [source.registryId, destination.registryId]),
    );
    const id = newId();
    const tasks = copies.map((copy) => ({ id: newId(), ...copy }));
    const options = { includeReferrers: true, whenDifferent: 'replace' } as const;
    const execution = { id, requestedBy: requested.by, requesterId: requested.userId, ...options, tasks };
    await store.create(execution, async (transaction) => {
      await alsoDo(transaction, id);
      await enqueueWake(transaction);
    });
    await this.#park();
    this.#executionNews.changed([id]);
    this.#runner.wake();
    return id;
  }

  /** Resolves when the sockets of this process are being cut; other instances hear of it at once. */
  async stop(which: Which): Promise<void> {
    const touched = await this.#deps.store.stop(which);
    this.#runner.stopTasks(touched.running);
    // Of a part of an execution only what runs is anything to other instances.
    const requests: StopRequest[] = 'taskIds' in which ? touched.running.map((taskId) => ({ taskId })) : [which];
    for (const request of requests) await this.#deps.announceStop(request);
    await this.#tellChanged(touched);
  }

  /** Of tasks that are marked already. */
  async #stopSuperseded(taskIds: readonly string[]): Promise<void> {
    this.#runner.stopTasks(taskIds, 'superseded');
    for (const taskId of taskIds) await this.#deps.announceStop({ taskId, because: 'superseded' });
  }

  /** A stop that was asked for on any instance. */
  noteStop(request: StopRequest): void {
    const isMeant = ({ task }: RunningTask): boolean =>
      'taskId' in request ? task.id === request.taskId : task.executionId === request.executionId;
    const because = 'taskId' in request ? request.because : undefined;
    const meant = [...this.#runner.running.values()].filter(isMeant).map(({ task }) => task.id);
    this.#runner.stopTasks(meant, because);
  }

  /** @returns how many run again */
  async retry(which: Which, requesterId: string | null): Promise<number> {
    const touched = await this.#deps.store.retry(which, requesterId);
    if (touched.taskIds.length > 0) await this.#deps.enqueueWake(undefined);
    await this.#tellChanged(touched);
    await this.#deps.breakers.probeNowFor(touched.taskIds);
    await this.#park();
    this.#runner.wake();
    return touched.taskIds.length;
  }

  /** The task as it is this moment, where this process runs it. */
  current(task: Task): Task {
    return this.#runner.running.get(task.id)?.snapshot() ?? task;
  }

  currentBlobs(taskId: string): readonly TaskBlob[] | undefined {
    const blobs = this.#runner.running.get(taskId)?.progress.blobs ?? [];
    return blobs.length === 0 ? undefined : blobs;
  }

  /** What this process moves. */
  get throughput(): ThroughputMeter {
    return this.#runner.throughput;
  }

  wake(): void {
    this.#runner.wake();
  }

  async start(): Promise<void> {
    if (this.#deps.isOnlyProcess) await this.#deps.claims.endAllLeases();
    this.#stopFollowing = this.#deps.registries.onChanged((id) => {
      this.#onRegistryChanged(id).catch(this.#deps.onFault);
    });
    this.#runner.start();
    this.#timers = [
      setInterval(() => this.#runner.wake(), pollMs),
      setInterval(() => void this.#park().catch(this.#deps.onFault), pollMs),
      setInterval(() => void this.#tellUnheard(unheardAfterS).catch(this.#deps.onFault), unheardAfterS * 1000),
      setInterval(() => void this.#endAbandoned().catch(this.#deps.onFault), abandonedEveryMs),
    ];
    for (const timer of this.#timers) timer.unref();
    this.#tellUnheard(0).catch(this.#deps.onFault);
  }

  /** Cuts what runs and gives it back to whoever starts next. */
  async shutDown(): Promise<void> {
    this.#stopFollowing();
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#runner.shutDown();
    this.#executionNews.end();
    await this.#refreshes.end();
  }

  async #registriesOf(request: CopyRequest): Promise<Map<string, Registry>> {
    return this.#checkRegistries([
      request.source.registryId,
      ...request.destinations.map(({ registryId }) => registryId),
    ]);
  }

  /** @throws RegistryNotFoundError */
  async #checkRegistries(ids: readonly string[]): Promise<Map<string, Registry>> {
    const registries = new Map((await this.#deps.registries.listRegistries()).map((known) => [known.id, known]));
    for (const id of ids) if (!registries.has(id)) throw new RegistryNotFoundError(id);
    return registries;
  }

  #onEnded(running: RunningTask): void {
    this.#tellTask(running);
    const { end } = running;
    if (running.cutCause === 'maintenance') this.#parking.park().catch(this.#deps.onFault);
    if (end?.state === 'waiting') setTimeout(() => this.#runner.wake(), end.delayMs + 50).unref();
    if (end?.state !== 'succeeded') return;
    this.#breakers.noteSuccess(running).catch(this.#deps.onFault);
    for (const refresh of refreshesAfter(running)) this.#refreshes.add(refresh);
  }

  async #refresh(refreshes: readonly Refresh[]): Promise<void> {
    const [first] = refreshes;
    if (first === undefined) return;
    const { registryId, repository } = first;
    const tags = tagsOf(refreshes);
    if (tags.length > 0) await this.#deps.refreshTags(registryId, repository, tags);
    for (const { tag, digest } of refreshes) {
      if (tag === null && digest !== null) await this.#deps.refreshManifest(registryId, repository, digest);
    }
  }

  /** What the catalog missed because a console was killed after the end of a copy. */
  async #tellUnheard(restS: number): Promise<void> {
    for (const refresh of await this.#deps.unheard.list(restS)) this.#refreshes.add(refresh);
  }

  /** What was made for a registry in maintenance or in trouble waits with the cause. */
  async #park(): Promise<void> {
    await this.#parking.park();
    await this.#breakers.park();
  }

  async #onRegistryChanged(registryId: string): Promise<void> {
    const registry = await this.#deps.registries.findRegistry(registryId);
    if (registry !== undefined) await this.#followMaintenance(registry);
    if (registry?.health !== 'up' && registry?.health !== 'degraded') return;
    await this.#breakers.probe(registryId);
  }

  async #followMaintenance({ id, maintenance }: Registry): Promise<void> {
    if (maintenance !== null) {
      this.#runner.cutInto(id);
      await this.#parking.park();
    } else if ((await this.#parking.release(id)) > 0) {
      this.#runner.wake();
    }
  }

  async #endAbandoned(): Promise<void> {
    const ended = await this.#deps.claims.endAbandoned();
    if (ended.length === 0) return;
    const executionIds = [...new Set(ended.map(({ executionId }) => executionId))];
    await this.#deps.records.endExecutions(executionIds);
    await this.#tellChanged({ taskIds: ended.map(({ id }) => id), executionIds });
  }

  #tellTask(running: RunningTask): void {
    this.#deps.news.task({ task: running.snapshot(), blobs: running.progress.takeChanged('pages') });
  }

  /** For changes that no worker made. Where there are very many, pages read the list again instead. */
  async #tellChanged({ taskIds, executionIds }: Touched): Promise<void> {
    for (const id of taskIds.slice(0, tellTasksMax)) {
      const task = await this.#deps.tasks.find(id);
      if (task !== undefined) this.#deps.news.task({ task: this.current(task), blobs: [] });
    }
    this.#executionNews.changed(executionIds);
  }
}

const pollMs = 2000;
const unheardAfterS = 30;
const abandonedEveryMs = 5000;
const tellTasksMax = 50;
/** From here on the copies need the machine more than the catalog does. */
const manyTasks = 4;
