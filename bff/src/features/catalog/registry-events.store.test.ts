import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import type { RegistryEvent } from './notification-envelope.ts';
import { createRegistryEventsStore } from './registry-events.store.ts';

let serial = 0;
function push(repository: string, tag: string): RegistryEvent {
  serial += 1;
  return { eventId: `e${serial}`, action: 'push', repository, tag, digest: null, actor: null, occurredAt: null };
}

describeEachDatabase('stored events', (open) => {
  test('are taken once, and handed out by the repositories that have waited longest', async () => {
    const { kysely } = await open();
    await kysely.insertInto('registries').values({ id: 'hq', name: 'hq', environment: 'hq' }).execute();
    const store = createRegistryEventsStore(kysely);
    const first = [push('a/old', 'v1'), push('b/next', 'v1'), push('c/last', 'v1'), push('a/old', 'v2')];
    expect(await store.insert('hq', first)).toBe(4);
    expect(await store.insert('hq', first)).toBe(0);
    expect(await store.insert('nowhere', [push('a/old', 'v1')])).toBe(0);
    const open2 = await store.listOpen('hq', 2, []);
    expect(open2.map(({ repository, tag }) => `${repository}:${tag}`)).toEqual(['a/old:v1', 'b/next:v1', 'a/old:v2']);
    expect((await store.listOpen('hq', 1, ['a/old'])).map(({ repository }) => repository)).toEqual(['b/next']);
    await store.markHandled(open2.map(({ id }) => id));
    expect((await store.listOpen('hq', 8, [])).map(({ repository }) => repository)).toEqual(['c/last']);
    const row = await kysely.selectFrom('registries').select('notified_at').executeTakeFirstOrThrow();
    expect(row.notified_at).not.toBeNull();
  });
});
