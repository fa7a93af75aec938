import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import type { ClaimedTask } from './replication.ts';
import { create, plenty, record, stores, succeeded } from './testing/task-stores.ts';

describeEachDatabase('registries in trouble', (open) => {
  test('a registry in trouble makes its tasks wait with the cause; when it is fine they are due', async () => {
    const all = stores(await open());
    await create(all, ['1', '2'], 'north');
    await create(all, ['1'], 'south');
    const reason = { code: 'connection-refused', sentence: 'Refused.', params: { registryId: 'north' } };
    expect((await all.store.postpone('north', reason, 60_000)).taskIds).toHaveLength(2);
    const claimed = await all.claims.claim('a', plenty);
    expect(claimed.map(({ destination }) => destination.registryId)).toEqual(['south']);
    expect(await all.store.release('north', ['connection-refused'])).toBe(2);
    expect(await all.claims.claim('a', plenty)).toHaveLength(2);
  });

  describe('with the breaker of a registry', () => {
    const full = { code: 'disk-full', sentence: 'North has no space left.', params: { registryId: 'north' } };
    const waits = { state: 'waiting', outcome: 'failed', delayMs: 0, reason: full } as const;
    const only = (tasks: readonly ClaimedTask[]): ClaimedTask => {
      if (tasks.length !== 1) throw new Error(`One had to be claimed, not ${tasks.length}.`);
      return tasks[0] ?? expect.fail();
    };

    test('open, none is claimed into it and new ones wait with the cause; others go on', async () => {
      const all = stores(await open());
      await all.breakers.open('north', full, 60_000);
      await create(all, ['1', '2'], 'north');
      await create(all, ['1'], 'south');
      expect((await all.claims.claim('a', plenty)).map(({ destination }) => destination.registryId)).toEqual(['south']);
      expect((await all.breakers.park()).taskIds).toHaveLength(2);
      const parked = all.database.kysely.selectFrom('tasks').select(['state', 'reason']);
      const waiting = await parked.where('destination_registry_id', '=', 'north').execute();
      expect(waiting).toEqual([1, 2].map(() => ({ state: 'waiting', reason: full })));
      await all.breakers.probeNow(['north']);
      await all.store.release('north', ['disk-full']);
      only(await all.claims.claim('a', plenty));
    });

    test('half-open, one at a time is claimed, over all workers, whatever its end', async () => {
      const all = stores(await open());
      await create(all, ['1', '2', '3'], 'north');
      await all.breakers.open('north', full, 0);
      const first = only(await all.claims.claim('a', plenty));
      expect(first.isProbe).toBe(true);
      expect(await all.claims.claim('b', plenty)).toEqual([]);
      await all.records.write('a', [record(first, waits)]);
      await all.breakers.open('north', full, 60_000);
      expect(await all.claims.claim('b', plenty)).toEqual([]);
      await all.breakers.probeNowFor([first.id]);
      expect(only(await all.claims.claim('b', plenty))).toMatchObject({ id: first.id, attempt: 2 });
    });

    test('what a person has run again waits with the cause and is due; no other is due before the registry is', async () => {
      const all = stores(await open());
      const { executionId, taskIds } = await create(all, ['1', '2'], 'north');
      const [one, two] = await all.claims.claim('a', plenty);
      if (!one || !two) throw new Error('Both had to be claimed.');
      await all.records.write('a', [record(one, waits), record(two, { ...waits, state: 'failed' })]);
      await all.breakers.open('north', full, 60_000);
      const isDue = sql<boolean>`next_attempt_at <= now()`.as('is_due');
      const tasks = () => all.database.kysely.selectFrom('tasks').select(['state', 'reason', isDue]).execute();
      // Its own time has come, and it would still not be tried.
      expect((await all.breakers.park()).taskIds).toEqual([one.id]);
      expect((await tasks()).find(({ state }) => state === 'waiting')?.is_due).toBe(false);
      expect((await all.breakers.park()).taskIds).toEqual([]);
      for (const taskId of taskIds) expect((await all.store.retry({ taskId }, null)).taskIds).toEqual([taskId]);
      expect(await tasks()).toEqual(taskIds.map(() => ({ state: 'waiting', reason: full, is_due: true })));
      await all.breakers.probeNowFor(taskIds);
      expect(only(await all.claims.claim('a', plenty)).executionId).toBe(executionId);
    });

    test('closed by what was written there, everything goes on', async () => {
      const all = stores(await open());
      await create(all, ['1', '2', '3'], 'north');
      await all.breakers.open('north', full, 0);
      const first = only(await all.claims.claim('a', plenty));
      await all.records.write('a', [record(first, succeeded)]);
      // It was there already: that says nothing about the disk.
      expect(await all.breakers.close('main', 'north', false)).toEqual([]);
      // Whoever reads there has not written there.
      expect(await all.breakers.close('north', 'south', true)).toEqual([]);
      const second = only(await all.claims.claim('a', plenty));
      await all.records.write('a', [record(second, succeeded)]);
      expect(await all.breakers.close('main', 'north', true)).toEqual(['north']);
      expect(only(await all.claims.claim('a', plenty)).isProbe).toBe(false);
    });

    test('of a source in trouble one at a time is claimed too, wherever to', async () => {
      const all = stores(await open());
      const refused = { code: 'connection-refused', sentence: 'Refused.', params: { registryId: 'main' } };
      await create(all, ['1', '2'], 'north');
      await create(all, ['1', '2'], 'south');
      await all.breakers.open('main', refused, 0);
      only(await all.claims.claim('a', plenty));
      expect(await all.claims.claim('b', plenty)).toEqual([]);
    });

    test('full, a registry is read all the same: copies out of it go on', async () => {
      const all = stores(await open());
      await create(all, ['1', '2'], 'north');
      const ofSource = { ...full, params: { registryId: 'main' } };
      await all.breakers.open('main', ofSource, 60_000);
      expect((await all.breakers.park()).taskIds).toEqual([]);
      expect((await all.store.postpone('main', ofSource, 60_000)).taskIds).toEqual([]);
      const claimed = await all.claims.claim('a', plenty);
      expect(claimed).toHaveLength(2);
      // And what they wrote elsewhere says nothing about its disk.
      expect(await all.breakers.close('main', 'north', true)).toEqual([]);
    });
  });
});
