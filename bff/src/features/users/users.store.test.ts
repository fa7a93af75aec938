import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createUsersStore } from './users.store.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describeEachDatabase('The last enabled system administrator', (open) => {
  it.each([{ isDisabled: true }, { isSystemAdmin: false }])(
    'is left over by those who take it from each other at once (%o)',
    async (change) => {
      const { kysely } = await open();
      const store = createUsersStore(kysely);
      for (let round = 0; round < 20; round += 1) {
        const ids = Array.from({ length: 4 }, () => randomUUID());
        const fields = { displayName: 'x', email: null, isSystemAdmin: true, passwordHash: 'none' };
        await kysely.updateTable('users').set({ is_system_admin: false }).execute();
        for (const id of ids) await store.insert({ ...fields, id, username: `admin-${id}` });
        const updates = await Promise.all(ids.map((id) => store.update(id, 1, change)));
        const outcomes = updates.map(({ outcome }) => outcome);
        expect(outcomes.toSorted()).toEqual(['last-system-admin', 'updated', 'updated', 'updated']);
      }
    },
  );
});
