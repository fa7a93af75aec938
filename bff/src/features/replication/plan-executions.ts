import type { Touched } from './replication.ts';
import type { Decided, PlanExecutionsStore, PlannedExecution, PlannedTask } from './plan-executions.store.ts';
import type { ReplicationTransaction } from './replication.store.ts';

export type { Decided, PlannedExecution, PlannedTask } from './plan-executions.store.ts';

export interface PlanExecutionsDeps {
  readonly store: PlanExecutionsStore;
  /** Wakes a worker when the transaction commits. */
  readonly enqueueWake: (transaction: ReplicationTransaction) => Promise<void>;
  readonly stopSuperseded: (taskIds: readonly string[]) => Promise<void>;
  readonly stopExecution: (executionId: string) => Promise<void>;
  readonly onChanged: (touched: Touched) => Promise<void>;
  readonly wake: () => void;
}

/** What policies have copied goes the way of everything that is copied. */
export class PlanExecutions {
  readonly #deps: PlanExecutionsDeps;

  constructor(deps: PlanExecutionsDeps) {
    this.#deps = deps;
  }

  /**
   * Makes the execution and its tasks in one transaction with whatever `isWanted` does in it.
   * @returns how many tasks; undefined where it was not wanted, or everything is being done already
   */
  async create(
    execution: PlannedExecution,
    isWanted: (transaction: ReplicationTransaction) => Promise<boolean>,
  ): Promise<number | undefined> {
    const { store, enqueueWake, stopSuperseded, onChanged, wake } = this.#deps;
    const created = await store.create(execution, isWanted, enqueueWake);
    if (created === undefined) return undefined;
    if (created.runningTaskIds.length > 0) await stopSuperseded(created.runningTaskIds);
    await onChanged(created);
    wake();
    return created.taskCount;
  }

  /** Of tasks whose tags are what they should be, those that an older open task would change back. */
  findOvertaken(policyId: string, settled: readonly PlannedTask[]): Promise<PlannedTask[]> {
    return this.#deps.store.findOvertaken(policyId, settled);
  }

  /** False where nothing of it waits for a person's word. */
  async confirm(decided: Decided): Promise<boolean> {
    const touched = await this.#deps.store.confirm(decided);
    if (touched === undefined) return false;
    await this.#deps.onChanged(touched);
    this.#deps.wake();
    return true;
  }

  /** False where nothing of it waits for a person's word. */
  async decline(decided: Decided): Promise<boolean> {
    const touched = await this.#deps.store.decline(decided);
    if (touched === undefined) return false;
    await this.#deps.onChanged(touched);
    return true;
  }

  /** After something was paused or resumed, and now and then for what came meanwhile. */
  async followPauses(): Promise<void> {
    const { parked, released } = await this.#deps.store.followPauses();
    if (parked.taskIds.length > 0) await this.#deps.onChanged(parked);
    if (released > 0) this.#deps.wake();
  }

  async stopPolicy(policyId: string): Promise<void> {
    for (const executionId of await this.#deps.store.listOpen(policyId)) await this.#deps.stopExecution(executionId);
  }
}
