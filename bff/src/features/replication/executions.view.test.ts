import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createExecutionsView, type ExecutionsQuery } from './executions.view.ts';
import { create, stores } from './testing/task-stores.ts';

const everything: ExecutionsQuery = {
  scope: { isEverything: true },
  q: undefined,
  state: undefined,
  policyId: undefined,
  isNewestFirst: false,
  limit: 100,
  live: [],
  after: null,
};

describeEachDatabase('lists of executions', (open) => {
  test('tell those of which something moves from those that only wait, and for what', async () => {
    const database = await open();
    const { kysely } = database;
    for (const id of ['main', 'north'])
      await kysely.insertInto('registries').values({ id, name: id, environment: id }).execute();
    const all = stores(database);
    const executions = {
      moving: await create(all, ['moving-1', 'moving-2']),
      waiting: await create(all, ['waiting-1', 'waiting-2', 'waiting-3', 'waiting-4']),
      paused: await create(all, ['paused-1']),
      ended: await create(all, ['ended-1']),
    };
    const become = (references: string, state: string, code: string | null = null, registryId = 'north') =>
      sql`update tasks set state = ${state},
        reason = ${code && JSON.stringify({ code, sentence: 'X.', params: { registryId } })}::jsonb
        where source_reference like ${references}`.execute(kysely);
    await become('moving-1', 'waiting', 'connection-refused');
    await become('waiting-%', 'waiting', 'connection-refused');
    await become('waiting-3', 'waiting', 'connection-refused', 'main');
    await become('waiting-4', 'succeeded');
    await become('paused-1', 'waiting', 'policy-paused');
    await become('ended-1', 'succeeded');
    await sql`update executions set state = 'succeeded' where id = ${executions.ended.executionId}`.execute(kysely);

    const view = createExecutionsView(kysely);
    const scopes: ExecutionsQuery['scope'][] = [
      { isEverything: true },
      { isEverything: false, projects: ['p'], places: [] },
    ];
    for (const scope of scopes) {
      const idsOf = async (state: ExecutionsQuery['state']) =>
        (await view.list({ ...everything, scope, state })).map(({ id }) => id);
      expect(await idsOf('moving')).toEqual([executions.moving.executionId]);
      const { moving, waiting, paused } = executions;
      expect(await idsOf('waiting')).toEqual([moving, waiting, paused].map(({ executionId }) => executionId));
      expect(await idsOf('running')).toHaveLength(3);
      const activities = (await view.list({ ...everything, scope })).map(({ activity }) => activity);
      expect(activities).toMatchObject([
        { kind: 'queued', taskCount: 1, reason: null },
        { kind: 'waiting', taskCount: 2, reason: { code: 'connection-refused', params: { registryId: 'north' } } },
        { kind: 'paused', taskCount: 1 },
        null,
      ]);
    }
    const [, waiting] = await view.list(everything);
    expect(waiting?.tasks).toMatchObject({ waiting: 3, succeeded: 1, queued: 0 });
  });

  test('tell of a copy that has ended how many tries it needed, and why the last one before failed', async () => {
    const database = await open();
    const { kysely } = database;
    for (const id of ['main', 'north'])
      await kysely.insertInto('registries').values({ id, name: id, environment: id }).execute();
    const all = stores(database);
    const { executionId } = await create(all, ['once', 'thrice']);
    await create(all, ['smooth']);
    const [first, last] = ['connection-refused', 'timeout'].map((code) => ({ code, sentence: 'X.', params: {} }));
    await sql`update tasks set state = 'succeeded', attempt = case source_reference when 'thrice' then 3 else 1 end`.execute(
      kysely,
    );
    await sql`insert into task_attempts (task_id, number, outcome, reason)
      select t.id, a.number, a.outcome, a.reason::jsonb from tasks t cross join (values
        (1, 'failed', ${JSON.stringify(first)}), (2, 'failed', ${JSON.stringify(last)}), (3, 'succeeded', null)) a (number, outcome, reason)
      where t.source_reference = 'thrice'`.execute(kysely);
    const view = createExecutionsView(kysely);
    const retriedOf = async () => (await view.list(everything)).map(({ retried }) => retried);
    expect(await retriedOf()).toEqual([null, null]);
    await sql`update executions set state = 'succeeded'`.execute(kysely);
    expect(await retriedOf()).toEqual([{ tries: 3, reason: last }, null]);
    expect((await view.find(executionId, { isEverything: true }, []))?.retried?.tries).toBe(3);
  });
});
