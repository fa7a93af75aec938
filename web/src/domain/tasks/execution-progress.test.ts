import type { Execution, Task } from 'bff/contract/replication';
import { describe, expect, it } from 'vitest';
import { withTaskUpdates } from './execution-progress.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const task = (id: string, change: Partial<Task> = {}): Task => ({
  id,
  executionId: 'copy',
  kind: 'copy',
  state: 'running',
  attempt: 1,
  tries: 1,
  triesAllowed: 10,
  bytesTotal: 100,
  bytesDone: 10,
  bytesSkipped: 0,
  rateBytesPerSecond: null,
  etaSeconds: null,
  blobsTotal: null,
  blobsDone: 0,
  nextAttemptAt: null,
  reason: null,
  startedAt: null,
  finishedAt: null,
  at: at(10),
  source: { registryId: 'main', repository: 'a/b', reference: id },
  destination: { registryId: 'north', repository: 'a/b', tag: id },
  digest: null,
  replacesDigest: null,
  movesTagOnly: false,
  requestedBy: null,
  createdAt: at(0),
  ...change,
});
const execution: Execution = {
  id: 'copy',
  trigger: 'copy',
  policy: null,
  promotion: null,
  planned: null,
  heldBack: null,
  activity: null,
  remark: null,
  requestedBy: null,
  state: 'running',
  tasks: { queued: 1, running: 1, waiting: 0, succeeded: 3, failed: 0, stopped: 0 },
  deletions: 0,
  tagMoves: 0,
  retried: null,
  bytesTotal: 1000,
  bytesDone: 310,
  bytesSkipped: 0,
  rateBytesPerSecond: null,
  etaSeconds: null,
  sample: [],
  sourceRegistryIds: [],
  destinationRegistryIds: [],
  createdAt: at(0),
  finishedAt: null,
};
const known = new Map(
  [task('a'), task('b', { state: 'queued', bytesTotal: null, bytesDone: 0 })].map((one) => [one.id, one]),
);
const update = (id: string, change: Partial<Task>) => ({ ...task(id), at: at(11), blobs: [], ...change });

describe('the sums of an execution', () => {
  it('grow with its tasks, between two readings', () => {
    const after = withTaskUpdates(execution, known, [
      update('a', { bytesDone: 60, bytesSkipped: 20 }),
      update('b', { state: 'running', bytesTotal: 50, bytesDone: 5 }),
    ]);
    expect(after).toMatchObject({ bytesTotal: 1050, bytesDone: 365, bytesSkipped: 20 });
    expect(after.tasks).toEqual({ ...execution.tasks, queued: 0, running: 2 });
  });

  it('say at once that one runs again which all waited before', () => {
    const reason = { code: 'connection-refused', sentence: 'North refused the connection.', params: {} };
    const waits: Execution = {
      ...execution,
      tasks: { ...execution.tasks, queued: 0, running: 0, waiting: 2 },
      activity: { kind: 'waiting', taskCount: 2, reason },
    };
    const waiting = new Map([['a', task('a', { state: 'waiting', reason })]]);
    expect(withTaskUpdates(waits, waiting, [update('a', { state: 'waiting' })]).activity).toEqual(waits.activity);
    expect(withTaskUpdates(waits, waiting, [update('a', {})]).activity).toMatchObject({
      kind: 'running',
      taskCount: 1,
    });
  });

  it('take nothing from tasks that are not known, of another execution, or from before', () => {
    const updates = [
      update('c', { bytesDone: 60 }),
      update('a', { executionId: 'other', bytesDone: 60 }),
      update('a', { bytesDone: 5, at: at(9) }),
    ];
    expect(withTaskUpdates(execution, known, updates)).toEqual(execution);
  });
});
