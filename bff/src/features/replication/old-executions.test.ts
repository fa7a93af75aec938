import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { OldExecutions } from './old-executions.ts';
import { createOldExecutionsStore } from './old-executions.store.ts';
import { declinedCode } from './replication.ts';
import { create, plenty, stores, type TaskStores } from './testing/task-stores.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const keptDays = 90;

/** An execution that was made so many days ago and ended an hour later. */
async function ended(
  all: TaskStores,
  days: number,
  tags: readonly string[],
  { state = 'succeeded', code = null as string | null, policyId = null as string | null } = {},
): Promise<string> {
  const { executionId } = await create(all, tags);
  const made = sql`now() - ${days} * interval '1 day'`;
  const over = sql`${made} + interval '1 hour'`;
  const reason = code && JSON.stringify({ code, sentence: code, params: {} });
  await sql`
    update tasks set state = ${state}, digest = 'sha256:a', created_at = ${made}, started_at = ${made}, finished_at = ${over},
      policy_id = ${policyId}::uuid, reason = ${reason}::jsonb
    where execution_id = ${executionId}`.execute(all.database.kysely);
  await sql`
    update executions set state = ${state}, created_at = ${made}, finished_at = ${over}, policy_id = ${policyId}::uuid
    where id = ${executionId}`.execute(all.database.kysely);
  return executionId;
}

async function makePolicy({ database }: TaskStores): Promise<string> {
  const id = randomUUID();
  const places = { source_registry_id: 'main', registry_ids: ['north'], project: null, is_enabled: true };
  await database.kysely
    .insertInto('policies')
    .values({ id, name: id, content: '{}', ...places })
    .execute();
  return id;
}

async function forget({ database }: TaskStores): Promise<void> {
  const faults: unknown[] = [];
  const store = createOldExecutionsStore(database.kysely);
  await new OldExecutions({ store, keptDays, onFault: (error) => faults.push(error) }).look();
  expect(faults).toEqual([]);
}

async function left({ database }: TaskStores): Promise<string[]> {
  const rows = await database.kysely.selectFrom('executions').select('id').orderBy('created_at').execute();
  return rows.map(({ id }) => id);
}

const countTasks = async ({ database }: TaskStores): Promise<number> =>
  (await database.kysely.selectFrom('tasks').select('id').execute()).length;

describeEachDatabase('executions that ended long ago', (open, kind) => {
  test('go with their tasks, attempts, logs and blobs', async () => {
    const all = stores(await open());
    const { kysely } = all.database;
    await ended(all, 91, ['1', '2']);
    await ended(all, 400, ['3'], { state: 'failed' });
    const young = await ended(all, 89, ['4']);
    await sql`insert into task_attempts (task_id, number) select id, 1 from tasks`.execute(kysely);
    await sql`
      insert into task_log (task_id, attempt, level, code, sentence) select id, 1, 'info', 'x', 'x' from tasks`.execute(
      kysely,
    );
    await sql`
      insert into task_blobs (task_id, digest, kind, position, size_bytes) select id, 'x', 'layer', 0, 1 from tasks`.execute(
      kysely,
    );
    await forget(all);
    expect(await left(all)).toEqual([young]);
    for (const table of ['task_attempts', 'task_log', 'task_blobs'] as const) {
      expect(await kysely.selectFrom(table).select('task_id').execute()).toHaveLength(1);
    }
  });

  test('stay while any of their tasks is open, and for as long again when they were run once more', async () => {
    const all = stores(await open());
    const open1 = await ended(all, 300, ['1'], { state: 'failed' });
    await all.store.retry({ executionId: open1 }, null);
    const again = await ended(all, 200, ['2']);
    await sql`update executions set finished_at = now() where id = ${again}`.execute(all.database.kysely);
    await forget(all);
    expect(await left(all)).toEqual([open1, again]);
    expect(await countTasks(all)).toBe(2);
  });

  test('stay where a promotion, a policy or somebody’s no rests on them', async () => {
    const all = stores(await open());
    const { kysely } = all.database;
    const policyId = await makePolicy(all);
    const promoted = await ended(all, 500, ['1']);
    await kysely.insertInto('projects').values({ name: 'p' }).execute();
    await kysely
      .insertInto('promotions')
      .values({
        id: randomUUID(),
        project: 'p',
        repository: 'p/api',
        tag: '1',
        digest: 'sha256:a',
        source_registry_id: 'main',
        source_environment: 'main',
        environment: 'north',
        registry_ids: ['north'],
        state: 'begun',
        execution_id: promoted,
        expires_at: new Date(),
      })
      .execute();
    const declined = await ended(all, 400, ['2'], { state: 'stopped', code: declinedCode, policyId });
    await ended(all, 300, ['3'], { policyId });
    const last = await ended(all, 200, ['4'], { policyId });
    await ended(all, 150, ['5'], { state: 'stopped', code: declinedCode, policyId: randomUUID() });
    await forget(all);
    expect(await left(all)).toEqual([promoted, declined, last]);
    await kysely.deleteFrom('policies').execute();
    await forget(all);
    expect(await left(all)).toEqual([promoted]);
  });

  test('stay while an older task for the same tag could be run, which is told that a newer one was done', async () => {
    const all = stores(await open());
    const { kysely } = all.database;
    const waits = await ended(all, 300, ['1'], { state: 'failed' });
    await sql`update executions set finished_at = now() where id = ${waits}`.execute(kysely);
    await ended(all, 250, ['1']);
    const newest = await ended(all, 200, ['1']);
    await ended(all, 150, ['1'], { state: 'failed' });
    await forget(all);
    expect(await left(all)).toEqual([waits, newest]);
    await all.store.retry({ executionId: waits }, null);
    expect(await all.claims.claim('a', plenty)).toMatchObject([{ executionId: waits, isSuperseded: true }]);
    await sql`update tasks set state = 'stopped', finished_at = now()`.execute(kysely);
    await sql`update executions set state = 'stopped', finished_at = now() - interval '91 days'`.execute(kysely);
    await forget(all);
    expect(await left(all)).toEqual([]);
  });

  test('go piece by piece, and a console that was killed in between leaves the rest to the next', async () => {
    const all = stores(await open());
    await ended(
      all,
      100,
      Array.from({ length: 1100 }, (_, place) => `${place}`),
    );
    const store = createOldExecutionsStore(all.database.kysely);
    expect(await store.forgetNext(null, keptDays)).toEqual({ after: null });
    expect([(await left(all)).length, await countTasks(all)]).toEqual([1, 600]);
    await forget(all);
    expect([(await left(all)).length, await countTasks(all)]).toEqual([0, 0]);
  });

  test('leave in the history of tags that it was a copy, and whose', async () => {
    const all = stores(await open());
    const { kysely } = all.database;
    await kysely.insertInto('registries').values({ id: 'north', name: 'north', environment: 'north' }).execute();
    await ended(all, 100, ['1', '2']);
    // The registry's own news, which names nobody: of the copy, and of somebody's push months later.
    await sql`
      insert into tag_history (registry_id, repository, name, digest, how, at)
      select 'north', 'p/api', destination_tag, 'sha256:a', 'push', started_at + interval '5 seconds' from tasks
      union all select 'north', 'p/api', '2', 'sha256:a', 'push', now()`.execute(kysely);
    await forget(all);
    const rows = await sql`select name, how, actor from tag_history order by name, at`.execute(kysely);
    expect(rows.rows).toEqual([
      { name: '1', how: 'copy', actor: 'admin' },
      { name: '2', how: 'copy', actor: 'admin' },
      { name: '2', how: 'push', actor: null },
    ]);
  });

  test.runIf(kind === 'postgres')(
    'are forgotten by one console, and not while somebody has them run again',
    async () => {
      const all = stores(await open());
      const { kysely } = all.database;
      const old = await ended(all, 100, ['1', '2'], { state: 'failed' });
      const store = createOldExecutionsStore(kysely);
      await kysely.transaction().execute(async (transaction) => {
        await sql`update tasks set state = 'queued', finished_at = null where execution_id = ${old}`.execute(
          transaction,
        );
        expect(await store.forgetNext(null, keptDays)).toMatchObject({ after: { id: old } });
        await sql`update executions set state = 'running', finished_at = null where id = ${old}`.execute(transaction);
      });
      expect(await countTasks(all)).toBe(2);
      await sql`update executions set state = 'failed', finished_at = created_at where id = ${old}`.execute(kysely);
      await sql`update tasks set state = 'failed', finished_at = created_at`.execute(kysely);
      await kysely.transaction().execute(async (transaction) => {
        await sql`select pg_advisory_xact_lock(7101802)`.execute(transaction);
        expect(await store.forgetNext(null, keptDays)).toBeUndefined();
      });
      expect(await left(all)).toEqual([old]);
      await forget(all);
      expect(await left(all)).toEqual([]);
    },
  );
});
