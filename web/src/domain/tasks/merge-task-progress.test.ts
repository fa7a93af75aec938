import type { TaskBlob, TaskProgress } from 'bff/contract/replication';
import { describe, expect, it } from 'vitest';
import { mergeBlobs, mergeTaskProgress, mergeTaskSnapshot } from './merge-task-progress.ts';

const progress = (fields: Partial<TaskProgress>): TaskProgress => ({
  id: '0b6f8a70-0000-4000-8000-000000000001',
  executionId: '0b6f8a70-0000-4000-8000-000000000002',
  state: 'running',
  attempt: 1,
  tries: 1,
  triesAllowed: 10,
  bytesTotal: 100,
  bytesDone: 10,
  bytesSkipped: 0,
  rateBytesPerSecond: 5,
  etaSeconds: 18,
  blobsTotal: 4,
  blobsDone: 1,
  nextAttemptAt: null,
  reason: null,
  startedAt: null,
  finishedAt: null,
  at: '2026-01-01T00:00:10.000Z',
  ...fields,
});
const blob = (digest: string, bytesDone: number): TaskBlob => ({
  digest,
  platform: null,
  kind: 'layer',
  sizeBytes: 100,
  bytesDone,
  state: 'running',
});

describe('a message about a task', () => {
  it('updates the figures and leaves the rest of the task', () => {
    const known = { ...progress({}), requestedBy: 'maria' };
    const merged = mergeTaskProgress(known, progress({ bytesDone: 60, at: '2026-01-01T00:00:11.000Z' }));
    expect(merged).toMatchObject({ bytesDone: 60, requestedBy: 'maria' });
  });
  it('changes nothing when it comes late', () => {
    const known = progress({ bytesDone: 60 });
    expect(mergeTaskProgress(known, progress({ bytesDone: 20, at: '2026-01-01T00:00:09.000Z' }))).toBe(known);
  });
  it('changes nothing when it is about another task', () => {
    const known = progress({});
    expect(mergeTaskProgress(known, progress({ id: 'other', at: '2026-01-02T00:00:00.000Z' }))).toBe(known);
  });
});

describe('a snapshot that was read while messages came in', () => {
  const live = progress({ bytesDone: 80, at: '2026-01-01T00:00:12.000Z' });
  it('does not set the figures of the same attempt back', () => {
    expect(mergeTaskSnapshot(live, progress({ bytesDone: 40 })).bytesDone).toBe(80);
  });
  it('decides about the state, whatever the clocks say', () => {
    expect(mergeTaskSnapshot(live, progress({ state: 'succeeded', bytesDone: 100 })).state).toBe('succeeded');
  });
  it('is taken as it is when it is newer or nothing is known', () => {
    const snapshot = progress({ bytesDone: 90, at: '2026-01-01T00:00:13.000Z' });
    expect(mergeTaskSnapshot(live, snapshot)).toBe(snapshot);
    expect(mergeTaskSnapshot(undefined, snapshot)).toBe(snapshot);
  });
});

describe('blobs', () => {
  it('are replaced in place, and new ones come behind', () => {
    const merged = mergeBlobs([blob('a', 1), blob('b', 2)], [blob('c', 3), blob('a', 9)]);
    expect(merged.map(({ digest, bytesDone }) => [digest, bytesDone])).toEqual([
      ['a', 9],
      ['b', 2],
      ['c', 3],
    ]);
  });
  it('stay the same list when nothing changed', () => {
    const known = [blob('a', 1)];
    expect(mergeBlobs(known, [])).toBe(known);
  });
});
