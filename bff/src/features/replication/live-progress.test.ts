import { describe, expect, it } from 'vitest';
import { LiveProgress, sumRates, type TaskProgressNote } from './live-progress.ts';
import type { Task } from './replication.ts';

const end = { registryId: 'main', repository: 'a/b' };
const note = (id: string, change: Partial<TaskProgressNote> = {}): TaskProgressNote => ({
  id,
  executionId: 'one',
  state: 'running',
  attempt: 1,
  bytesTotal: 100,
  bytesDone: 50,
  bytesSkipped: 0,
  blobsTotal: 4,
  blobsDone: 2,
  rateBytesPerSecond: 10,
  etaSeconds: 5,
  source: end,
  destination: end,
  ...change,
});
const task = (id: string, change: Partial<Task> = {}): Task => ({
  ...note(id),
  kind: 'copy',
  bytesDone: 20,
  source: { ...end, reference: '1' },
  destination: { ...end, tag: '1' },
  digest: null,
  replacesDigest: null,
  movesTagOnly: false,
  tries: 1,
  triesAllowed: 10,
  reason: null,
  nextAttemptAt: null,
  createdAt: new Date(0),
  startedAt: null,
  finishedAt: null,
  requestedBy: null,
  ...change,
});

function createLive() {
  let nowMs = 0;
  const live = new LiveProgress(() => nowMs);
  return {
    live,
    pass: (milliseconds: number) => {
      nowMs += milliseconds;
    },
  };
}

describe('what running tasks said last', () => {
  it('is newer than what the database has', () => {
    const { live } = createLive();
    live.hear(note('a'));
    live.hear(note('a', { bytesDone: 60 }));
    expect(live.current(task('a'))).toMatchObject({ bytesDone: 60, rateBytesPerSecond: 10 });
    expect(live.current(task('b')).bytesDone).toBe(20);
  });

  it('is not taken for another attempt, or for a task that has ended', () => {
    const { live } = createLive();
    live.hear(note('a'));
    expect(live.current(task('a', { attempt: 2 })).bytesDone).toBe(20);
    expect(live.current(task('a', { state: 'succeeded', bytesDone: 100 })).bytesDone).toBe(100);
    live.hear(note('a', { state: 'waiting' }));
    expect(live.current(task('a')).bytesDone).toBe(20);
    expect(live.list()).toEqual([]);
  });

  it('is forgotten when whoever ran it has gone silent', () => {
    const { live, pass } = createLive();
    live.hear(note('a'));
    pass(2900);
    expect(live.list('one')).toHaveLength(1);
    pass(200);
    expect(live.current(task('a')).bytesDone).toBe(20);
    expect(live.list('one')).toEqual([]);
  });

  it('adds up to the rate of an execution', () => {
    const { live } = createLive();
    live.hear(note('a'));
    live.hear(note('b', { rateBytesPerSecond: null }));
    live.hear(note('c', { executionId: 'other' }));
    expect(sumRates(live.list('one'))).toBe(10);
    expect(sumRates(live.list('none'))).toBeNull();
  });
});
