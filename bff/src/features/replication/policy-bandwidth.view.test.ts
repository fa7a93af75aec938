import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createPolicyBandwidthView } from './policy-bandwidth.view.ts';
import { create, stores } from './testing/task-stores.ts';

describeEachDatabase('the bandwidth of a policy', (open) => {
  test('is shared by the consoles that send into the destination at the moment', async () => {
    const all = stores(await open());
    const policyId = randomUUID();
    const { kysely } = all.database;
    await create(all, ['1', '2', '3'], 'north');
    await create(all, ['1'], 'south');
    await kysely.updateTable('tasks').set({ policy_id: policyId }).execute();
    // Each view counts anew; one of its own keeps its count for seconds.
    const consoles = (registryId: string) => createPolicyBandwidthView(kysely).countConsoles(policyId, registryId);
    expect(await consoles('north')).toBe(1);
    await all.claims.claim('a', { count: 2, tasksPerRegistry: 100 });
    await all.claims.claim('b', { count: 1, tasksPerRegistry: 100 });
    await all.claims.claim('c', { count: 1, tasksPerRegistry: 100 });
    expect([await consoles('north'), await consoles('south')]).toEqual([3, 1]);
    await all.claims.endAllLeases();
    expect(await consoles('north')).toBe(1);
  });
});
