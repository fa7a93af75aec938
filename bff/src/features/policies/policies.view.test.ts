import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { policyAnswer } from './policy-answers.ts';
import { createPoliciesStore } from './policies.store.ts';
import { createPoliciesView, type PoliciesQuery } from './policies.view.ts';
import { contentOf } from './testing/policy-content.ts';

const query: PoliciesQuery = {
  scope: { isEverything: true },
  q: undefined,
  project: undefined,
  registryId: undefined,
  isPaused: false,
  sort: 'name',
  limit: 100,
  after: null,
};

describeEachDatabase('lists of policies', (open) => {
  test('say of each what its open tasks do, into each destination, and find those that are paused', async () => {
    const { kysely } = await open();
    for (const id of ['hq', 'north', 'south'])
      await kysely.insertInto('registries').values({ id, name: id, environment: id }).execute();
    const store = createPoliciesStore(kysely);
    const ids: Record<string, string> = {};
    for (const name of ['calm', 'down', 'half', 'nowhere', 'paused']) {
      const id = randomUUID();
      ids[name] = id;
      const content = contentOf('hq', ['north', 'south']);
      await store.create({ id, name, project: null, isEnabled: true, nextRunAt: null, by: 'mara', content });
    }
    const openTasks = async (name: string, registryId: string, codes: readonly (string | null)[]) => {
      const executionId = randomUUID();
      await sql`insert into executions (id, trigger, include_referrers, when_different, policy_id, policy_name, policy_version)
        values (${executionId}, 'push', true, 'replace', ${ids[name]}, ${name}, 1)`.execute(kysely);
      for (const [index, code] of codes.entries()) {
        const reason = code && JSON.stringify({ code, sentence: 'X.', params: { registryId } });
        await sql`insert into tasks (id, execution_id, policy_id, source_registry_id, source_repository, source_reference,
            destination_registry_id, destination_repository, destination_tag, state, reason)
          values (${randomUUID()}, ${executionId}, ${ids[name]}, 'hq', 'a/b', ${String(index)}, ${registryId}, 'a/b',
            ${String(index)}, ${code === null ? 'queued' : 'waiting'}, ${reason}::jsonb)`.execute(kysely);
      }
    };
    await openTasks('down', 'north', ['connection-refused', 'connection-refused']);
    await openTasks('half', 'north', ['policy-paused']);
    await openTasks('half', 'south', [null]);
    await openTasks('paused', 'south', ['policy-paused', 'policy-paused', 'policy-paused']);
    await store.setPaused(ids['paused'] ?? '', 'mara', true);
    await store.setDestinationPaused(ids['half'] ?? '', 'north', 'mara', true);

    for (const id of ['north', 'south']) await store.setDestinationPaused(ids['nowhere'] ?? '', id, 'mara', true);

    const view = createPoliciesView(kysely);
    const { items } = await view.list(query);
    const waiting = { kind: 'waiting', taskCount: 2, reason: { code: 'connection-refused' } };
    expect(items.map(policyAnswer)).toMatchObject([
      { name: 'calm', state: 'idle', activity: null },
      {
        name: 'down',
        state: 'waiting',
        activity: waiting,
        lastReason: { code: 'connection-refused' },
        destinations: [
          { registryId: 'north', openTaskCount: 2, activity: waiting },
          { registryId: 'south', openTaskCount: 0, activity: null },
        ],
      },
      {
        name: 'half',
        state: 'running',
        activity: { kind: 'queued', taskCount: 1 },
        destinations: [{ activity: { kind: 'paused', taskCount: 1 } }, { activity: { kind: 'queued' } }],
      },
      { name: 'nowhere', state: 'paused', pausedAt: null, activity: null },
      { name: 'paused', state: 'paused', activity: { kind: 'paused', taskCount: 3 } },
    ]);
    const paused = await view.list({ ...query, isPaused: true });
    expect(paused.items.map(({ name }) => name)).toEqual(['half', 'nowhere', 'paused']);
    expect(paused.total).toBe(3);
  });
});
