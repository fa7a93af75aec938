import type { Task } from 'bff/contract/replication';
import { describe, expect, it } from 'vitest';
import { gatherUpdates, hasStateChange, keepNewerFigures, type TaskUpdate, updatePages } from './task-cache.ts';

const task = (id: string, fields: Partial<Task> = {}): Task => ({
  id,
  kind: 'copy',
  executionId: 'execution',
  state: 'running',
  attempt: 1,
  tries: 1,
  triesAllowed: 10,
  bytesTotal: 100,
  bytesDone: 0,
  bytesSkipped: 0,
  rateBytesPerSecond: null,
  etaSeconds: null,
  blobsTotal: null,
  blobsDone: 0,
  nextAttemptAt: null,
  reason: null,
  startedAt: null,
  finishedAt: null,
  at: '2026-01-01T00:00:00.000Z',
  source: { registryId: 'development', repository: 'payments/api', reference: '1' },
  destination: { registryId: 'staging', repository: 'payments/api', tag: '1' },
  digest: null,
  replacesDigest: null,
  movesTagOnly: false,
  requestedBy: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...fields,
});
const update = (id: string, second: number, fields: Partial<TaskUpdate> = {}): TaskUpdate => {
  const {
    kind: _kind,
    source: _source,
    destination: _destination,
    digest: _digest,
    replacesDigest: _replaces,
    movesTagOnly: _moves,
    requestedBy: _by,
    createdAt: _at,
    ...rest
  } = task(id);
  return { ...rest, blobs: [], at: `2026-01-01T00:00:0${second}.000Z`, ...fields };
};
const page = (...items: Task[]) => ({ items, nextCursor: null, total: null });
const pages = (...items: Task[]) => ({ pages: [page(...items)], pageParams: [null] });
const only = (one: TaskUpdate) => new Map([[one.id, one]]);

describe('lists of tasks', () => {
  it('take the figures of a message, in whatever page the task is', () => {
    const updated = updatePages(pages(task('a'), task('b')), only(update('b', 1, { bytesDone: 40 })));
    expect(updated.pages[0]?.items.map(({ bytesDone }) => bytesDone)).toEqual([0, 40]);
  });
  it('stay the same list when none of the tasks is in it', () => {
    const known = page(task('a'));
    expect(updatePages(known, only(update('b', 1)))).toBe(known);
  });
  it('are not set back by a reading that is older than the stream', () => {
    const known = pages(task('a', { bytesDone: 90, at: '2026-01-01T00:00:05.000Z' }));
    const read = keepNewerFigures(known, pages(task('a', { bytesDone: 10 }), task('new')));
    expect(read.pages[0]?.items.map(({ id, bytesDone }) => [id, bytesDone])).toEqual([
      ['a', 90],
      ['new', 0],
    ]);
  });
  it('are read again only when a state changed', () => {
    const known = page(task('a'));
    expect(hasStateChange(known, only(update('a', 1, { bytesDone: 5 })))).toBe(false);
    expect(hasStateChange(known, only(update('a', 1, { state: 'succeeded' })))).toBe(true);
  });
});

it('gathers messages of one task without losing a blob', () => {
  const blob = (digest: string) => ({
    digest,
    platform: null,
    kind: 'layer' as const,
    sizeBytes: 1,
    bytesDone: 1,
    state: 'copied' as const,
  });
  const both = gatherUpdates(
    update('a', 1, { blobs: [blob('x')] }),
    update('a', 2, { bytesDone: 7, blobs: [blob('y')] }),
  );
  expect(both.bytesDone).toBe(7);
  expect(both.blobs.map(({ digest }) => digest)).toEqual(['x', 'y']);
});
