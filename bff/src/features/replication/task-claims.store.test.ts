import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createOperationsView } from './operations.view.ts';
import { endExecutions, type TaskRecord } from './task-records.store.ts';
import { createTasksView } from './tasks.view.ts';
import { create, plenty, record, stores, succeeded, type TaskStores } from './testing/task-stores.ts';

const expireLeases = ({ database }: TaskStores) =>
  sql`update tasks set lease_until = now() - interval '1 second' where state = 'running'`.execute(database.kysely);

describeEachDatabase('claims of tasks', (open) => {
  test('two workers never hold one task', async () => {
    const all = stores(await open());
    await create(all, ['1', '2', '3', '4', '5', '6']);
    const claims = await Promise.all(
      ['a', 'b', 'c'].map((owner) => all.claims.claim(owner, { count: 3, tasksPerRegistry: 100 })),
    );
    const ids = claims.flat().map(({ id }) => id);
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });

  test('a policy has no more tasks at once into a destination than it allows, and holds up nobody else', async () => {
    const all = stores(await open());
    const policyId = randomUUID();
    await all.database.kysely
      .insertInto('policies')
      .values({
        id: policyId,
        name: 'narrow',
        project: null,
        is_enabled: true,
        content: JSON.stringify({ options: { concurrency: 2 } }),
        source_registry_id: 'main',
        registry_ids: ['main', 'north', 'south'],
      })
      .execute();
    await create(all, ['1', '2', '3', '4'], 'north');
    await create(all, ['1', '2', '3'], 'south');
    await all.database.kysely.updateTable('tasks').set({ policy_id: policyId }).execute();
    await create(all, ['other'], 'north');
    const narrow = { count: 100, tasksPerRegistry: 5 };
    const first = await all.claims.claim('a', narrow);
    const placed = first.map(({ policyId: of, destination }) => `${of === null} ${destination.registryId}`);
    expect(placed.toSorted()).toEqual(['false north', 'false north', 'false south', 'false south', 'true north']);
    expect(await all.claims.claim('b', narrow)).toEqual([]);
    const [own] = first.filter(({ policyId: of }) => of !== null);
    await all.records.write('a', [record(own ?? expect.fail('Nothing was claimed.'), succeeded)]);
    expect(await all.claims.claim('b', narrow)).toHaveLength(1);
  });

  test('the slots of a destination count over all workers, and another destination is not held up', async () => {
    const all = stores(await open());
    await create(all, ['1', '2', '3', '4', '5'], 'north');
    await create(all, ['1', '2'], 'south');
    const limits = { count: 100, tasksPerRegistry: 2 };
    const first = await all.claims.claim('a', limits);
    expect(first.map(({ destination }) => destination.registryId).toSorted()).toEqual([
      'north',
      'north',
      'south',
      'south',
    ]);
    expect(await all.claims.claim('b', limits)).toEqual([]);
    const [done] = first.filter(({ destination }) => destination.registryId === 'north');
    if (done) await all.records.write('a', [record(done, succeeded)]);
    expect(await all.claims.claim('b', limits)).toHaveLength(1);
  });

  test('where a worker has few slots left, destinations take turns, whoever asked first', async () => {
    const all = stores(await open());
    await create(all, ['1', '2', '3', '4', '5', '6'], 'north');
    await all.claims.claim('a', { count: 2, tasksPerRegistry: 100 });
    await create(all, ['1', '2', '3', '4', '5', '6'], 'east');
    await create(all, ['1', '2', '3', '4', '5', '6'], 'south');
    const placesOf = async (count: number) =>
      (await all.claims.claim('a', { count, tasksPerRegistry: 100 })).map(({ destination }) => destination.registryId);
    expect((await placesOf(4)).toSorted()).toEqual(['east', 'east', 'south', 'south']);
    expect((await placesOf(3)).toSorted()).toEqual(['east', 'north', 'south']);
  });

  test('a lease that has run out is another worker’s, and the old one can write no more', async () => {
    const all = stores(await open());
    await create(all, ['1']);
    const [old] = await all.claims.claim('frozen', plenty);
    expect(await all.claims.claim('other', plenty)).toEqual([]);
    await expireLeases(all);
    const [taken] = await all.claims.claim('other', plenty);
    expect(taken).toMatchObject({ attempt: 2, fence: 2, isTakenOver: true });
    if (!old || !taken) throw new Error('Both had to be claimed.');
    expect(await all.claims.askFence('frozen', old.id, old.fence)).toBe('lost');
    expect(await all.claims.askFence('other', taken.id, taken.fence)).toBe('held');
    expect((await all.claims.renew('frozen', [old.id])).kept.size).toBe(0);
    expect((await all.records.write('frozen', [record(old, succeeded)])).written.size).toBe(0);
    expect((await all.records.write('other', [record(taken, succeeded)])).written.size).toBe(1);
    const attempts = await all.database.kysely
      .selectFrom('task_attempts')
      .select(['number', 'outcome'])
      .orderBy('number')
      .execute();
    expect(attempts).toEqual([
      { number: 1, outcome: 'lost' },
      { number: 2, outcome: 'succeeded' },
    ]);
  });

  test('of a policy that propagates deletions it is said that the source has lost the tag', async () => {
    const all = stores(await open());
    const { kysely } = all.database;
    await create(all, ['1', '2']);
    const policyId = randomUUID();
    const content = (propagateDeletions: boolean) => JSON.stringify({ options: { propagateDeletions } });
    const place = { source_registry_id: 'main', registry_ids: ['north'], project: null, is_enabled: true };
    await kysely
      .insertInto('policies')
      .values({ id: policyId, name: 'follows', content: content(true), ...place })
      .execute();
    await kysely.updateTable('tasks').set({ policy_id: policyId }).execute();
    const claimed = await all.claims.claim('a', plenty);
    const ask = () => Promise.all(claimed.map(({ id, fence }) => all.claims.askFence('a', id, fence)));
    expect(await ask()).toEqual(['deleted-at-source', 'deleted-at-source']);
    const [{ source } = expect.fail('Nothing was claimed.')] = claimed;
    await sql`insert into registries (id, name, environment) values ('main', 'main', 'main') on conflict do nothing`.execute(
      kysely,
    );
    await sql`with made as (
      insert into repositories (registry_id, name, project) values ('main', ${source.repository}, 'p') returning id
    ) insert into tags (repository_id, registry_id, repository, project, name, digest, semver_key)
      select id, 'main', ${source.repository}, 'p', ${source.reference}, 'sha256:1', '1' from made`.execute(kysely);
    expect((await ask()).toSorted()).toEqual(['deleted-at-source', 'held']);
    await kysely
      .updateTable('policies')
      .set({ content: content(false) })
      .execute();
    expect(await ask()).toEqual(['held', 'held']);
  });

  test('an expired lease alone is enough to lose the fence', async () => {
    const all = stores(await open());
    await create(all, ['1']);
    const [task] = await all.claims.claim('a', plenty);
    await expireLeases(all);
    expect(task && (await all.claims.askFence('a', task.id, task.fence))).toBe('lost');
  });

  test('of two copies to one tag the older runs first, and a late older one is superseded', async () => {
    const all = stores(await open());
    const older = await create(all, ['1']);
    const newer = await create(all, ['1']);
    const [first, ...none] = await all.claims.claim('a', plenty);
    expect(first?.executionId).toBe(older.executionId);
    expect(none).toEqual([]);
    if (!first) throw new Error('The older one had to be claimed.');
    const reason = { code: 'timeout', sentence: 'Did not answer.', params: {} };
    await all.records.write('a', [record(first, { state: 'waiting', outcome: 'failed', delayMs: 0, reason })]);
    const claimed = await all.claims.claim('a', plenty);
    const second = claimed.find(({ executionId }) => executionId === newer.executionId);
    if (!second) throw new Error('The newer one had to be claimed.');
    await all.records.write('a', [
      record(second, succeeded),
      ...claimed
        .filter((task) => task !== second)
        .map((task) => record(task, { state: 'waiting', outcome: 'failed', delayMs: 0, reason })),
    ]);
    const [late] = await all.claims.claim('a', plenty);
    expect(late).toMatchObject({ executionId: older.executionId, isSuperseded: true });
  });

  test('what failed is still among what fails while it is tried again, until that gets on', async () => {
    const all = stores(await open());
    await create(all, ['1']);
    const failures = async () => (await createOperationsView(all.database.kysely).read()).failures;
    const reason = { code: 'timeout', sentence: 'Did not answer.', params: {} };
    const [first] = await all.claims.claim('a', plenty);
    if (!first) throw new Error('It had to be claimed.');
    expect(await failures()).toEqual([]);
    await all.records.write('a', [record(first, { state: 'waiting', outcome: 'failed', delayMs: 0, reason })]);
    const shown = { reason, taskCount: 1, waitingCount: 1 };
    expect(await failures()).toMatchObject([shown]);
    const [second] = await all.claims.claim('a', plenty);
    if (!second) throw new Error('It had to be claimed again.');
    expect(await failures()).toMatchObject([shown]);
    await all.records.write('a', [record(second, { bytesDone: 1 })]);
    expect(await failures()).toEqual([]);
  });

  test('an execution ends with its last task, as failed if one failed', async () => {
    const all = stores(await open());
    const { executionId } = await create(all, ['1', '2']);
    const [one, two] = await all.claims.claim('a', plenty);
    if (!one || !two) throw new Error('Both had to be claimed.');
    const reason = { code: 'unauthorized', sentence: 'Refused the password.', params: {} };
    const first = await all.records.write('a', [record(one, { state: 'failed', outcome: 'failed', reason })]);
    expect(first.ended).toEqual([]);
    expect((await all.records.write('a', [record(two, succeeded)])).ended).toEqual([executionId]);
    const execution = await all.database.kysely.selectFrom('executions').selectAll().executeTakeFirstOrThrow();
    expect(execution).toMatchObject({ state: 'failed' });
    expect(execution.finished_at).toBeInstanceOf(Date);
  });

  test('an execution ends although two instances write its last two tasks at once', async () => {
    const all = stores(await open());
    const { executionId } = await create(all, ['1', '2']);
    const [one] = await all.claims.claim('a', { count: 1, tasksPerRegistry: 100 });
    const [two] = await all.claims.claim('b', { count: 1, tasksPerRegistry: 100 });
    if (!one || !two) throw new Error('Both had to be claimed.');
    let writing: Promise<unknown> = Promise.resolve();
    await all.database.kysely.transaction().execute(async (transaction) => {
      await transaction.updateTable('tasks').set({ state: 'succeeded' }).where('id', '=', one.id).execute();
      expect(await endExecutions(transaction, [executionId])).toEqual([]);
      writing = all.records.write('b', [record(two, succeeded)]);
      // Long enough for the other to be done, if it does not wait for this transaction.
      await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, 1000))]);
    });
    await writing;
    const execution = await all.database.kysely.selectFrom('executions').selectAll().executeTakeFirstOrThrow();
    expect(execution).toMatchObject({ state: 'succeeded' });
  });

  test('a task that is stopped because its policy has a newer one for the tag is superseded', async () => {
    const all = stores(await open());
    await create(all, ['1']);
    const [older = expect.fail('Nothing was claimed.')] = await all.claims.claim('a', plenty);
    await create(all, ['1']);
    await all.database.kysely.updateTable('tasks').set({ policy_id: randomUUID() }).execute();
    await all.database.kysely.updateTable('tasks').set({ stop_requested: true }).where('id', '=', older.id).execute();
    expect(await all.claims.askFence('a', older.id, older.fence)).toBe('superseded');
    const { stopRequested } = await all.claims.renew('a', [older.id]);
    expect(stopRequested).toEqual([{ id: older.id, because: 'superseded' }]);
    await expireLeases(all);
    await all.claims.endAbandoned();
    const ended = all.database.kysely.selectFrom('tasks').select(['state', 'reason']).where('id', '=', older.id);
    expect(await ended.executeTakeFirst()).toMatchObject({ state: 'stopped', reason: { code: 'superseded' } });
  });

  test('stopping ends what does not run, and asks for what does', async () => {
    const all = stores(await open());
    const { executionId, taskIds } = await create(all, ['1', '2']);
    const [running] = await all.claims.claim('a', { count: 1, tasksPerRegistry: 100 });
    const stopped = await all.store.stop({ executionId });
    expect(stopped.taskIds.toSorted()).toEqual(taskIds.toSorted());
    expect(stopped.running).toEqual([running?.id]);
    expect((await all.claims.renew('a', [running?.id ?? ''])).stopRequested).toEqual([
      { id: running?.id, because: 'stopped' },
    ]);
    expect(running && (await all.claims.askFence('a', running.id, running.fence))).toBe('stopped');
    await expireLeases(all);
    expect(await all.claims.claim('b', plenty)).toEqual([]);
    expect(await all.claims.endAbandoned()).toEqual([{ id: running?.id, executionId }]);
    expect(await all.records.endExecutions([executionId])).toEqual([executionId]);
  });

  test('a stop that comes while the worker gives the task back ends it all the same', async () => {
    const all = stores(await open());
    const { executionId } = await create(all, ['1', '2']);
    const [one, two] = await all.claims.claim('a', plenty);
    if (!one || !two) throw new Error('Both had to be claimed.');
    await all.store.stop({ executionId });
    const reason = { code: 'x', sentence: 'X.', params: {} };
    const waiting = { state: 'waiting', outcome: 'failed', reason, delayMs: 1 } as const;
    await all.records.write('a', [record(one, waiting), record(two, { state: 'queued', outcome: 'lost' })]);
    expect(await all.claims.claim('b', plenty)).toEqual([]);
    expect(await all.claims.endAbandoned()).toHaveLength(2);
    expect(await all.records.endExecutions([executionId])).toEqual([executionId]);
    const ended = await all.database.kysely.selectFrom('tasks').select(['state', 'reason']).execute();
    expect(ended.map((task) => `${task.state} ${task.reason?.code}`)).toEqual(['stopped stopped', 'stopped stopped']);
  });

  test('what a person has run again is queued with new attempts; what succeeded is left', async () => {
    const all = stores(await open());
    const { executionId } = await create(all, ['1', '2']);
    const [one, two] = await all.claims.claim('a', plenty);
    if (!one || !two) throw new Error('Both had to be claimed.');
    const reason = { code: 'x', sentence: 'X.', params: {} };
    await all.records.write('a', [record(one, succeeded), record(two, { state: 'failed', outcome: 'failed', reason })]);
    expect((await all.store.retry({ executionId }, null)).taskIds).toEqual([two.id]);
    expect((await all.store.retry({ taskId: one.id }, null)).taskIds).toEqual([]);
    const [again] = await all.claims.claim('a', plenty);
    expect(again).toMatchObject({ id: two.id, attempt: 2, attemptsAllowed: 11 });
  });

  test('tries that a registry as a whole made fail do not count, and a person’s word begins a new count', async () => {
    const all = stores(await open());
    const { taskIds } = await create(all, ['1']);
    const [taskId = ''] = taskIds;
    const shown = async () => {
      const task = await createTasksView(all.database.kysely).find(taskId);
      return [task?.attempt, task?.tries, task?.triesAllowed];
    };
    const tryOnce = async (change: Partial<TaskRecord>) => {
      await sql`update tasks set next_attempt_at = now() where state = 'waiting'`.execute(all.database.kysely);
      const [claimed] = await all.claims.claim('a', plenty);
      if (claimed === undefined) throw new Error('It had to be claimed.');
      await all.records.write('a', [record(claimed, { state: 'waiting', outcome: 'failed', delayMs: 0, ...change })]);
    };
    await tryOnce({ attemptsForgiven: 1 });
    expect(await shown()).toEqual([1, 0, 10]);
    await tryOnce({});
    expect(await shown()).toEqual([2, 1, 10]);
    for (let count = 0; count < 9; count += 1) await tryOnce({ attemptsForgiven: 1 });
    expect(await shown()).toEqual([11, 1, 10]);
    await tryOnce({ state: 'failed' });
    expect(await shown()).toEqual([12, 2, 10]);
    await all.store.retry({ taskId }, null);
    expect(await shown()).toEqual([12, 0, 10]);
    await tryOnce({});
    expect(await shown()).toEqual([13, 1, 10]);
  });

  test('tasks past their deadline fail by themselves', async () => {
    const all = stores(await open());
    const { executionId, taskIds } = await create(all, ['1']);
    await sql`update tasks set deadline_at = now() - interval '1 second'`.execute(all.database.kysely);
    expect(await all.claims.endAbandoned()).toEqual([{ id: taskIds[0], executionId }]);
    expect(await all.store.findTaskState(taskIds[0] ?? '')).toBe('failed');
  });
});
