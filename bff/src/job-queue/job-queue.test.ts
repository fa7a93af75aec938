import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import type { Database } from '../database/index.ts';
import { describeEachDatabase } from '../testing/test-database.ts';
import { createJobQueue, type JobQueue, type JobQueueOptions } from './index.ts';

describeEachDatabase('the job queue', (open) => {
  const queues: JobQueue[] = [];
  const faults: unknown[] = [];
  const startQueue = async (database: Database, options: Partial<JobQueueOptions> = {}): Promise<JobQueue> => {
    const onFault = (error: unknown) => void faults.push(error);
    const queue = createJobQueue({ database, names: ['greet', 'other'], onFault, ...options });
    queues.push(queue);
    await queue.start();
    return queue;
  };
  afterEach(async () => {
    await Promise.all(queues.splice(0).map((queue) => queue.stop(1000)));
    faults.length = 0;
  });
  const settled = { timeout: 30_000, interval: 20 };

  test('runs what was enqueued, several at once, without waiting for a poll', async () => {
    const queue = await startQueue(await open(), { pollMs: 600_000 });
    const seen: number[] = [];
    let running = 0;
    let most = 0;
    await queue.work<{ n: number }>(
      'greet',
      async ({ payload }) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
        seen.push(payload.n);
      },
      { concurrency: 3 },
    );
    for (let n = 0; n < 20; n += 1) await queue.enqueue('greet', { n });
    await vi.waitFor(() => expect(seen).toHaveLength(20), settled);
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(3);
  });

  test('a job enqueued in a transaction comes with it, and not without it', async () => {
    const database = await open();
    const queue = await startQueue(database);
    const seen: string[] = [];
    await queue.work<{ name: string }>('greet', async ({ payload }) => void seen.push(payload.name), {
      concurrency: 1,
    });
    const rolledBack = database.kysely.transaction().execute(async (transaction) => {
      await queue.enqueue('greet', { name: 'never' }, { transaction });
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await database.kysely.transaction().execute(async (transaction) => {
      await sql`select 1`.execute(transaction);
      await queue.enqueue('greet', { name: 'committed' }, { transaction });
    });
    await vi.waitFor(() => expect(seen).toEqual(['committed']), settled);
  });

  test('waiting jobs of one key are one job', async () => {
    const queue = await startQueue(await open());
    for (let n = 0; n < 5; n += 1) await queue.enqueue('greet', { n }, { singletonKey: 'same' });
    await queue.enqueue('greet', { n: 100 }, { singletonKey: 'else' });
    const seen: number[] = [];
    await queue.work<{ n: number }>('greet', async ({ payload }) => void seen.push(payload.n), { concurrency: 1 });
    await vi.waitFor(() => expect(seen).toHaveLength(2), settled);
    expect(seen.toSorted((a, b) => a - b)).toEqual([0, 100]);
  });

  test('a job whose handler failed is tried again, and one put off waits', async () => {
    const queue = await startQueue(await open(), { pollMs: 200 });
    const attempts: number[] = [];
    await queue.work(
      'greet',
      async ({ attempt }) => {
        attempts.push(attempt);
        if (attempt === 1) throw new Error('first try fails');
      },
      { concurrency: 1 },
    );
    const later: number[] = [];
    await queue.work('other', async () => void later.push(Date.now()), { concurrency: 1 });
    const due = Date.now() + 1500;
    await queue.enqueue('other', {}, { startAfter: new Date(due) });
    await queue.enqueue('greet', {});
    await vi.waitFor(() => expect(attempts).toEqual([1, 2]), settled);
    await vi.waitFor(() => expect(later).toHaveLength(1), settled);
    expect(later[0]).toBeGreaterThanOrEqual(due - 100);
    expect(faults).toHaveLength(1);
  });

  test('what a stopped queue had in hand is taken up by the next one', async () => {
    const database = await open();
    const first = await startQueue(database, { pollMs: 100 });
    let isTaken = false;
    await first.work(
      'greet',
      async ({ signal }) => {
        isTaken = true;
        await new Promise((_resolve, reject) => {
          setTimeout(reject, 60_000, signal.reason).unref();
        });
      },
      { concurrency: 1 },
    );
    await first.enqueue('greet', {});
    await vi.waitFor(() => expect(isTaken).toBe(true), settled);
    queues.splice(0);
    await first.stop(50);
    const second = await startQueue(database, { pollMs: 100 });
    const attempts: number[] = [];
    await second.work('greet', async ({ attempt }) => void attempts.push(attempt), { concurrency: 1 });
    await vi.waitFor(() => expect(attempts).toEqual([2]), settled);
  });
});
