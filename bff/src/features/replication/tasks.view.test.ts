import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { heldBackCode } from './replication.ts';
import { createReplicationStore } from './replication.store.ts';
import { createTasksView, type TasksQuery } from './tasks.view.ts';

describeEachDatabase('lists of tasks', (open) => {
  test('by progress begin with what moves and end with what waits for a person’s word, page by page', async () => {
    const { kysely } = await open();
    const tasks = createTasksView(kysely);
    const references = ['held', 'waiting', 'running', 'queued', 'done'];
    await createReplicationStore(kysely).create(
      {
        id: randomUUID(),
        requestedBy: 'admin',
        requesterId: null,
        includeReferrers: true,
        whenDifferent: 'replace',
        tasks: references.map((reference) => ({
          id: randomUUID(),
          source: { registryId: 'main', repository: 'p/api', reference },
          destination: { registryId: 'north', repository: 'p/api', tag: reference },
        })),
      },
      () => Promise.resolve(),
    );
    const become = (reference: string, state: string, code: string | null = null) =>
      sql`update tasks set state = ${state}, reason = ${code && JSON.stringify({ code, sentence: 'X.', params: {} })}::jsonb
        where source_reference = ${reference}`.execute(kysely);
    await become('held', 'waiting', heldBackCode);
    await become('waiting', 'waiting', 'connection-refused');
    await become('running', 'running');
    await become('done', 'succeeded');

    const seen: string[] = [];
    let query: TasksQuery = {
      scope: { isEverything: true },
      q: undefined,
      executionId: undefined,
      state: 'active',
      repository: undefined,
      sort: 'progress',
      limit: 1,
      after: null,
    };
    for (;;) {
      const [item] = (await tasks.list(query)).items;
      if (item === undefined) break;
      seen.push(item.task.source.reference);
      query = { ...query, after: { rank: item.rank, microseconds: item.microseconds, id: item.task.id } };
    }
    expect(seen).toEqual(['running', 'queued', 'waiting', 'held']);
  });
});
