import { randomUUID } from 'node:crypto';
import type { Database } from '../../../database/index.ts';
import { createBreakersStore } from '../breakers.store.ts';
import type { ClaimedTask } from '../replication.ts';
import { createReplicationStore } from '../replication.store.ts';
import { createTaskClaimsStore } from '../task-claims.store.ts';
import { createTaskRecordsStore, type TaskRecord } from '../task-records.store.ts';

export type TaskStores = ReturnType<typeof stores>;

export const stores = (database: Database) => ({
  database,
  store: createReplicationStore(database.kysely),
  claims: createTaskClaimsStore(database.kysely),
  breakers: createBreakersStore(database.kysely),
  records: createTaskRecordsStore(database.kysely),
});

export const plenty = { count: 100, tasksPerRegistry: 100 };
export const succeeded = { state: 'succeeded', outcome: 'succeeded' } as const;

/** One execution that copies these tags. */
export async function create(
  { store }: TaskStores,
  tags: readonly string[],
  destination = 'north',
): Promise<{ executionId: string; taskIds: string[] }> {
  const executionId = randomUUID();
  const tasks = tags.map((tag) => ({
    id: randomUUID(),
    source: { registryId: 'main', repository: 'p/api', reference: tag },
    destination: { registryId: destination, repository: 'p/api', tag },
  }));
  const execution = {
    id: executionId,
    requestedBy: 'admin',
    requesterId: null,
    includeReferrers: true,
    whenDifferent: 'replace',
  } as const;
  await store.create({ ...execution, tasks }, () => Promise.resolve());
  return { executionId, taskIds: tasks.map(({ id }) => id) };
}

/** What a worker writes of a task. */
export const record = (task: ClaimedTask, change: Partial<TaskRecord> = {}): TaskRecord => ({
  id: task.id,
  executionId: task.executionId,
  fence: task.fence,
  attempt: task.attempt,
  state: 'running',
  digest: task.digest,
  reason: null,
  delayMs: null,
  attemptsForgiven: 0,
  outcome: null,
  isPlannedAnew: false,
  bytesTotal: null,
  bytesDone: 0,
  bytesSkipped: 0,
  blobsTotal: null,
  blobsDone: 0,
  blobs: [],
  log: [],
  ...change,
});
