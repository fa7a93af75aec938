import type { Task } from 'bff/contract/replication';

const at = '2026-01-01T00:00:00.000Z';

/** A copy between two registries, half done. */
export function taskWith(change: Partial<Task> = {}): Task {
  return {
    id: '0190b3a0-0000-7000-8000-000000000001',
    executionId: '0190b3a0-0000-7000-8000-0000000000e1',
    kind: 'copy',
    state: 'running',
    attempt: 1,
    tries: 1,
    triesAllowed: 10,
    source: { registryId: 'development', repository: 'payments/api', reference: '1.0' },
    destination: { registryId: 'testing', repository: 'payments/api', tag: '1.0' },
    digest: null,
    replacesDigest: null,
    movesTagOnly: false,
    bytesTotal: 1000,
    bytesDone: 500,
    bytesSkipped: 0,
    rateBytesPerSecond: null,
    etaSeconds: null,
    blobsTotal: 3,
    blobsDone: 1,
    nextAttemptAt: null,
    reason: null,
    requestedBy: null,
    createdAt: at,
    startedAt: at,
    finishedAt: null,
    at,
    ...change,
  };
}
