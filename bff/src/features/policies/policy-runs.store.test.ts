import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { databaseNow } from '../../database/database-now.ts';
import type { Database } from '../../database/index.ts';
import { createPlanExecutionsStore } from '../replication/plan-executions.store.ts';
import { createReplicationStore } from '../replication/replication.store.ts';
import { heldBackCode } from '../replication/replication.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createPoliciesStore } from './policies.store.ts';
import { createPoliciesView } from './policies.view.ts';
import { createPolicyRunsStore } from './policy-runs.store.ts';
import { planningOver } from './testing/planning-console.ts';
import { contentOf } from './testing/policy-content.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const day = (at: string) => new Date(`2026-01-${at}T00:00:00Z`);
const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;

describeEachDatabase('plans', (open, kind) => {
  let database: Database;
  let repositoryId: number;
  let policyId: string;

  beforeEach(async () => {
    database = await open();
    const { kysely } = database;
    for (const id of ['hq', 'city']) {
      await kysely.insertInto('registries').values({ id, name: id, environment: id }).execute();
    }
    const made = await kysely
      .insertInto('repositories')
      .values({ registry_id: 'hq', name: 'a/b', project: 'a' })
      .returning('id')
      .executeTakeFirstOrThrow();
    repositoryId = made.id;
    policyId = randomUUID();
  });

  /** What the catalog does when a tag is seen: the tag and its line in the log, in one transaction. */
  async function write(name: string, digest: string, connection = database.kysely, at = day('01')): Promise<void> {
    await sql`
      insert into tags (repository_id, registry_id, repository, project, name, digest, semver_key, pushed_at)
      values (${repositoryId}, 'hq', 'a/b', 'a', ${name}, ${digest}, ${name}, ${at})
      on conflict (repository_id, name) do update set digest = excluded.digest, pushed_at = excluded.pushed_at`.execute(
      connection,
    );
    await connection
      .insertInto('tag_history')
      .values({ registry_id: 'hq', repository: 'a/b', name, digest, how: 'push', actor: null })
      .execute();
  }

  /** What the catalog knows of the destination. */
  async function there(name: string, digest: string, at = day('01')): Promise<void> {
    const made = await database.kysely
      .insertInto('repositories')
      .values({ registry_id: 'city', name: 'a/b', project: 'a' })
      .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doUpdateSet({ project: 'a' }))
      .returning('id')
      .executeTakeFirstOrThrow();
    await sql`
      insert into tags (repository_id, registry_id, repository, project, name, digest, semver_key, pushed_at)
      values (${made.id}, 'city', 'a/b', 'a', ${name}, ${digest}, ${name}, ${at})`.execute(database.kysely);
  }

  const planning = () => planningOver(database.kysely);

  /** Everything that is due, and nothing left that may not be read yet. */
  async function planUntilDone(consoles = [planning()]): Promise<void> {
    const runs = createPolicyRunsStore(database.kysely);
    await vi.waitFor(
      async () => {
        for (const { runner } of consoles) runner.wake();
        const due = await runs.listDue();
        expect([...due.changed, ...due.full, ...due.scheduled, due.isLogAhead]).toEqual([false]);
      },
      { timeout: 60_000, interval: 20 },
    );
    for (const { runner, faults } of consoles) {
      await runner.stop();
      expect(faults).toEqual([]);
    }
  }

  const create = (more: Parameters<typeof contentOf>[2] = {}) =>
    createPoliciesStore(database.kysely).create({
      id: policyId,
      name: 'all',
      project: null,
      isEnabled: true,
      content: contentOf('hq', ['city'], more),
      nextRunAt: null,
      by: null,
    });
  const tasks = async () =>
    (
      await database.kysely
        .selectFrom('tasks')
        .innerJoin('executions', 'executions.id', 'tasks.execution_id')
        .select(['destination_tag', 'digest', 'tasks.state', 'trigger'])
        .orderBy('tasks.created_at')
        .execute()
    ).map((row) => `${row.destination_tag} ${row.digest?.slice(7, 8)} ${row.state} ${row.trigger}`);

  test('begin with everything, and then follow the log', async () => {
    await write('1', digestOf('a'));
    await create();
    await planUntilDone();
    expect(await tasks()).toEqual(['1 a queued reconcile']);
    await write('2', digestOf('b'));
    await planUntilDone();
    expect(await tasks()).toEqual(['1 a queued reconcile', '2 b queued push']);
  });

  test('take a log line up that was written when no console ran', async () => {
    await create();
    await planUntilDone();
    await write('1', digestOf('a'));
    // Whoever wrote it was killed here; another console starts.
    await planUntilDone();
    expect(await tasks()).toEqual(['1 a queued push']);
  });

  test('of several consoles at once make every task once', async () => {
    await create();
    await planUntilDone();
    for (let tag = 1; tag <= 20; tag += 1) {
      await write(String(tag), digestOf('a'));
      if (tag % 5 === 0) await planUntilDone([planning(), planning(), planning()]);
    }
    expect(await tasks()).toHaveLength(20);
  });

  test('put a newer content in the place of an older one that waits', async () => {
    await create();
    await planUntilDone();
    await write('1', digestOf('a'));
    await planUntilDone();
    await write('1', digestOf('b'), database.kysely, day('02'));
    await planUntilDone();
    expect(await tasks()).toEqual(['1 a stopped push', '1 b queued push']);
    const ended = await database.kysely.selectFrom('executions').select('state').orderBy('created_at').execute();
    expect(ended.map(({ state }) => state)).toEqual(['stopped', 'running']);
  });

  test('put what the source has again in the place of what it has taken back', async () => {
    await write('1', digestOf('a'));
    await there('1', digestOf('a'));
    await create();
    await planUntilDone();
    expect(await tasks()).toEqual([]);
    await write('1', digestOf('b'), database.kysely, day('02'));
    await planUntilDone();
    await write('1', digestOf('a'), database.kysely, day('03'));
    await planUntilDone();
    expect(await tasks()).toEqual(['1 b stopped push', '1 a queued push']);
  });

  test('put what was pushed again in the place of its deletion that waits', async () => {
    await write('1', digestOf('a'));
    await there('1', digestOf('a'));
    await create({ options: { propagateDeletions: true } });
    await planUntilDone();
    await database.kysely.deleteFrom('tags').where('registry_id', '=', 'hq').execute();
    const gone = { registry_id: 'hq', repository: 'a/b', name: '1', digest: null, how: 'delete', actor: null } as const;
    await database.kysely.insertInto('tag_history').values(gone).execute();
    await planUntilDone();
    const kinds = async () =>
      (await database.kysely.selectFrom('tasks').select(['kind', 'state']).orderBy('created_at').execute()).map(
        ({ kind, state }) => `${kind} ${state}`,
      );
    expect(await kinds()).toEqual(['delete queued']);
    // As one of many it would wait for a word, which nobody need say then.
    const reason = JSON.stringify({ code: heldBackCode, sentence: 'They are many.', params: {} });
    await database.kysely.updateTable('tasks').set({ state: 'waiting', reason }).execute();
    await database.kysely.updateTable('executions').set({ held_back: reason }).execute();
    await write('1', digestOf('a'), database.kysely, day('03'));
    await planUntilDone();
    expect(await kinds()).toEqual(['delete stopped', 'copy queued']);
    const held = database.kysely.selectFrom('executions').select('id').where('held_back', 'is not', null);
    expect(await held.execute()).toEqual([]);
  });

  test('put a task of the platforms that are wanted now in the place of one of others', async () => {
    const store = createPoliciesStore(database.kysely);
    const values = (platforms: string[] | null) => ({
      name: 'all',
      content: contentOf('hq', ['city'], { filters: { platforms } }),
      nextRunAt: null,
      by: null,
    });
    await write('1', digestOf('a'));
    await create({ filters: { platforms: ['linux/amd64'] } });
    await planUntilDone();
    await store.update(policyId, 1, values(['linux/amd64']));
    await planUntilDone();
    expect(await tasks()).toEqual(['1 a queued reconcile']);
    await store.update(policyId, 2, values(null));
    await planUntilDone();
    expect(await tasks()).toEqual(['1 a stopped reconcile', '1 a queued reconcile']);
    const made = await database.kysely.selectFrom('executions').select('platforms').orderBy('created_at').execute();
    expect(made.map(({ platforms }) => platforms)).toEqual([['linux/amd64'], null]);
  });

  test('wait while a policy is paused, and go on from there', async () => {
    const store = createPoliciesStore(database.kysely);
    await create();
    await planUntilDone();
    await store.setPaused(policyId, 'ada', true);
    await write('1', digestOf('a'));
    await planUntilDone();
    expect(await tasks()).toEqual([]);
    await store.setPaused(policyId, 'ada', false);
    await planUntilDone();
    expect(await tasks()).toEqual(['1 a queued push']);
    await store.setPaused(policyId, 'ada', true);
    await createPlanExecutionsStore(database.kysely).followPauses();
    expect(await tasks()).toEqual(['1 a waiting push']);
    await store.setPaused(policyId, 'ada', false);
    const { released } = await createPlanExecutionsStore(database.kysely).followPauses();
    expect(released).toBe(1);
  });

  test('stay paused although somebody has its tasks run again', async () => {
    const { kysely } = database;
    const copies = createReplicationStore(kysely);
    await write('1', digestOf('a'));
    await create();
    await planUntilDone();
    const { id } = await kysely.selectFrom('tasks').select('id').executeTakeFirstOrThrow();
    await createPoliciesStore(kysely).setPaused(policyId, 'ada', true);
    await createPlanExecutionsStore(kysely).followPauses();
    expect((await copies.retry({ taskId: id }, null)).taskIds).toEqual([]);
    await kysely.updateTable('tasks').set({ state: 'failed', reason: null, next_attempt_at: null }).execute();
    expect((await copies.retry({ taskId: id }, null)).taskIds).toEqual([id]);
    const task = await kysely.selectFrom('tasks').select(['state', 'reason']).executeTakeFirstOrThrow();
    expect([task.state, task.reason?.code]).toEqual(['waiting', 'policy-paused']);
  });

  test('are due at their time, once, however late', async () => {
    await write('1', digestOf('a'));
    await create({ onPush: false, schedule: { cron: '0 3 * * *', timeZone: 'UTC' } });
    await planUntilDone();
    expect(await tasks()).toEqual([]);
    await database.kysely
      .updateTable('policies')
      .set({ next_run_at: day('02') })
      .execute();
    await planUntilDone();
    expect(await tasks()).toEqual(['1 a queued schedule']);
    // By the database's clock, not by the console's, which may be behind and would find the same time once more.
    const row = await database.kysely.selectFrom('policies').select('next_run_at').executeTakeFirstOrThrow();
    expect(row.next_run_at?.getTime()).toBeGreaterThan((await databaseNow(database.kysely)).getTime());
    expect(row.next_run_at?.toISOString()).toMatch(/T03:00:00.000Z$/);
  });

  test('that find nothing to do at their time are no execution; when they looked, and what they found, is kept', async () => {
    const { kysely } = database;
    await write('1', digestOf('a'));
    await there('1', digestOf('a'));
    await write('2', digestOf('b'));
    await there('2', digestOf('a'));
    await create({
      onPush: false,
      schedule: { cron: '*/2 * * * *', timeZone: 'UTC' },
      options: { whenDifferent: 'report' },
    });
    const comeDue = () =>
      kysely
        .updateTable('policies')
        .set({ next_run_at: day('02') })
        .execute();
    const view = createPoliciesView(kysely);
    const look = async () => (await view.find(policyId, { isEverything: true }))?.lastLook;
    expect(await look()).toBeNull();
    await comeDue();
    await planUntilDone();
    const first = await look();
    expect(first?.found).toMatchObject({ copy: 0, replace: 0, delete: 0, upToDate: 1, differs: 1 });
    await comeDue();
    await planUntilDone();
    expect((await look())?.at.getTime()).toBeGreaterThan(first?.at.getTime() ?? Infinity);
    const made = () => kysely.selectFrom('executions').select('trigger').execute();
    expect(await made()).toEqual([]);
    expect(await kysely.selectFrom('execution_ends').selectAll().execute()).toEqual([]);
    // Whoever runs it by hand sees that it ran.
    const store = createPoliciesStore(kysely);
    const policy = await store.find(policyId);
    if (policy === undefined) throw new Error('The policy is gone.');
    expect(await planning().runner.run(policy, { by: 'ada', userId: null })).toBeTypeOf('string');
    expect(await made()).toEqual([{ trigger: 'manual' }]);
    // What was found was found for the content that it had.
    await store.update(policyId, 1, { name: 'all', content: contentOf('hq', ['city']), nextRunAt: null, by: null });
    expect(await look()).toBeNull();
  });

  test('are due although a run before still waits for a destination that is paused or away', async () => {
    const { kysely } = database;
    const runs = createPolicyRunsStore(kysely);
    await write('1', digestOf('a'));
    await create({ onPush: false, schedule: { cron: '0 3 * * *', timeZone: 'UTC' } });
    const comeDue = () =>
      kysely
        .updateTable('policies')
        .set({ next_run_at: day('02') })
        .execute();
    await comeDue();
    await planUntilDone();
    await comeDue();
    expect([(await runs.listDue()).scheduled, await runs.isRunning(policyId)]).toEqual([[], true]);
    await kysely.updateTable('tasks').set({ state: 'waiting' }).execute();
    expect([(await runs.listDue()).scheduled, await runs.isRunning(policyId)]).toEqual([[policyId], false]);
    await planUntilDone();
    // What waits is not planned twice.
    expect(await tasks()).toEqual(['1 a waiting schedule']);
  });

  test('carry on when a content was first pushed, over the copy', async () => {
    await create();
    await write('1', digestOf('a'), database.kysely, day('03'));
    await planUntilDone();
    const { kysely } = database;
    await kysely.updateTable('tasks').set({ started_at: new Date() }).execute();
    await there('1', digestOf('a'), day('09'));
    const { rows } = await sql<{ origin_at: Date }>`select origin_at from tags order by registry_id`.execute(kysely);
    expect(rows.map(({ origin_at }) => origin_at)).toEqual([day('03'), day('03')]);
  });

  describe.runIf(kind === 'postgres')('with transactions side by side', () => {
    test('lose nothing of one that began first and ends last', async () => {
      await create();
      await planUntilDone();
      // The tags are there; only the line of one of them comes late.
      await write('slow', digestOf('a'));
      await database.kysely.deleteFrom('tag_history').execute();
      const started = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      const slow = database.kysely.transaction().execute(async (transaction) => {
        const line = { registry_id: 'hq', repository: 'a/b', name: 'slow', digest: digestOf('a') };
        await transaction
          .insertInto('tag_history')
          .values({ ...line, how: 'push', actor: null })
          .execute();
        started.resolve();
        await end.promise;
      });
      await started.promise;
      await write('fast', digestOf('b'));
      const { runner, faults } = planning();
      runner.wake();
      await runner.stop();
      end.resolve();
      await slow;
      await planUntilDone();
      expect(faults).toEqual([]);
      expect((await tasks()).toSorted()).toEqual(['fast b queued push', 'slow a queued push']);
    });
  });

  test('of ten thousand tags at two destinations are one second’s work, more or less', async () => {
    const { kysely } = database;
    await sql`
      insert into tags (repository_id, registry_id, repository, project, name, digest, semver_key, pushed_at)
      select ${repositoryId}, 'hq', 'a/b', 'a', 'v' || n, 'sha256:' || lpad(n::text, 64, '0'), n::text, now()
      from generate_series(1, 10000) n`.execute(kysely);
    await kysely.insertInto('registries').values({ id: 'north', name: 'north', environment: 'north' }).execute();
    await createPoliciesStore(kysely).create({
      id: policyId,
      name: 'all',
      project: null,
      isEnabled: true,
      content: contentOf('hq', ['city', 'north'], { filters: { tags: { include: ['v*'], exclude: ['*x'] } } }),
      nextRunAt: null,
      by: null,
    });
    const startedMs = performance.now();
    await planUntilDone();
    process.stdout.write(`10,000 tags planned in ${Math.round(performance.now() - startedMs)} ms on ${kind}\n`);
    const { count } = await kysely
      .selectFrom('tasks')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(20_000);
  });
});
