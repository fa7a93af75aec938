import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Database } from '../../database/index.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { TagBusyError, TagLeases, type TagLeasesOptions, type TagMove } from './tag-leases.ts';
import { createTagLeasesStore } from './tag-leases.store.ts';

const tag = { registryId: 'main', repository: 'p/api', tag: 'v1' };
const patient = { patienceMs: 60_000 };

describeEachDatabase('the hold on a tag', (open) => {
  /** Each call is another instance of the console. */
  const leasesOn = async (database: Database, options: TagLeasesOptions = patient): Promise<TagLeases> => {
    const registry = { id: 'main', name: 'Main', environment: 'testing', position: 0 };
    await database.kysely
      .insertInto('registries')
      .values(registry)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const onFault = (error: unknown): never => {
      throw error;
    };
    return new TagLeases({ store: createTagLeasesStore(database.kysely), newId: randomUUID, onFault }, options);
  };
  const held = (database: Database) => database.kysely.selectFrom('tag_leases').selectAll().execute();
  const moveOf = <T>(work: () => Promise<T>, more: Partial<TagMove<T>> = {}): TagMove<T> => ({
    decide: async () => {},
    move: work,
    hasEnded: () => true,
    ...more,
  });

  test('decisions and moves of one tag come one after the other, whichever instance; other tags do not wait', async () => {
    const database = await open();
    const one = await leasesOn(database);
    const other = await leasesOn(database);
    let digest: number | undefined;
    let made = 0;
    const push = (instance: TagLeases, own: number) =>
      instance.hold(tag, {
        decide: async () => {
          if (digest !== undefined && digest !== own) throw new Error('held');
          // As long as a registry takes: without the hold all of them see a tag that is not there.
          await sleep(20);
        },
        move: async () => {
          await sleep(20);
          digest = own;
          made += 1;
        },
        hasEnded: () => true,
      });
    const end = Promise.withResolvers<void>();
    const blocked = one.hold(
      { ...tag, tag: 'slow' },
      moveOf(() => end.promise),
    );
    const ends = await Promise.allSettled(
      Array.from({ length: 8 }, (_, own) => push(own % 2 === 0 ? one : other, own)),
    );
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(made).toBe(1);
    end.resolve();
    await blocked;
    expect(await held(database)).toEqual([]);
  });

  test('is given up by who died, and kept by who is at work for long', async () => {
    const database = await open();
    const store = createTagLeasesStore(database.kysely);
    const leases = await leasesOn(database, { leaseMs: 4000, patienceMs: 60_000 });
    expect(await store.take(tag, randomUUID(), 1000)).toBe(true);
    expect(await store.take(tag, randomUUID(), 1000)).toBe(false);
    const ends = new Set<number>();
    await leases.hold(
      tag,
      moveOf(async () => {
        while (ends.size < 4) {
          for (const { held_until } of await held(database)) ends.add(held_until.getTime());
          await sleep(50);
        }
      }),
    );
    expect(await held(database)).toEqual([]);
  });

  test('stays until it runs out where a request may still arrive, and goes at once where nothing was sent', async () => {
    const database = await open();
    const leases = await leasesOn(database, { leaseMs: 120_000, patienceMs: 100 });
    const refused = leases.hold(
      tag,
      moveOf(async () => {}, { decide: () => Promise.reject(new Error('refused')), hasEnded: () => false }),
    );
    await expect(refused).rejects.toThrow('refused');
    expect(await held(database)).toEqual([]);
    const lost = moveOf(() => Promise.reject(new Error('lost')), { hasEnded: () => false });
    await expect(leases.hold(tag, lost)).rejects.toThrow('lost');
    expect(await held(database)).toHaveLength(1);
    await expect(
      leases.hold(
        tag,
        moveOf(async () => {}),
      ),
    ).rejects.toThrow(TagBusyError);
  });

  test('who stood still for longer than the hold moves nothing; who leaves waits no longer', async () => {
    const database = await open();
    const leases = await leasesOn(database);
    let isMoved = false;
    const frozen = leases.hold(
      tag,
      moveOf(
        async () => {
          isMoved = true;
        },
        {
          decide: async () => {
            const taken = { holder: randomUUID(), held_until: new Date(Date.now() + 3_600_000) };
            await database.kysely.updateTable('tag_leases').set(taken).execute();
          },
        },
      ),
    );
    await expect(frozen).rejects.toThrow(TagBusyError);
    expect(isMoved).toBe(false);
    const gone = new AbortController();
    const waiting = leases.hold(
      tag,
      moveOf(async () => {}, { signal: gone.signal }),
      3_600_000,
    );
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow();
  });
});
