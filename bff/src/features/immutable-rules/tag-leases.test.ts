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

  test('a whole repository is held by one who is alone with its tags, whichever instance, and not with those of others', async () => {
    const database = await open();
    const one = await leasesOn(database);
    const other = await leasesOn(database);
    const whole = { ...tag, tag: null };
    let moving = 0;
    let isRemoving = false;
    const seen: boolean[] = [];
    const work = (instance: TagLeases, name: string) =>
      instance.hold(
        { ...tag, tag: name },
        moveOf(async () => {
          moving += 1;
          seen.push(isRemoving);
          await sleep(20);
          moving -= 1;
        }),
      );
    const removal = (instance: TagLeases) =>
      instance.hold(
        whole,
        moveOf(async () => {
          isRemoving = true;
          seen.push(moving > 0);
          await sleep(20);
          seen.push(moving > 0);
          isRemoving = false;
        }),
      );
    await Promise.all(
      Array.from({ length: 6 }, (_, round) => [
        work(one, `a${round}`),
        removal(other),
        work(other, `b${round}`),
        removal(one),
      ]).flat(),
    );
    expect(seen).toHaveLength(12 + 24);
    expect(seen).not.toContain(true);
    const end = Promise.withResolvers<void>();
    const elsewhere = one.hold(
      { ...whole, repository: 'p/web' },
      moveOf(() => end.promise),
    );
    await removal(other);
    end.resolve();
    await elsewhere;
    expect(await held(database)).toEqual([]);
  });

  test('who holds a tag keeps others from the whole until it ends; who decided before steps back and decides again', async () => {
    const database = await open();
    const leases = await leasesOn(database);
    const whole = { ...tag, tag: null };
    const store = createTagLeasesStore(database.kysely);
    expect(await store.take(tag, randomUUID(), 120_000)).toBe(true);
    const impatient = await leasesOn(database, { patienceMs: 200 });
    await expect(
      impatient.hold(
        whole,
        moveOf(async () => {}),
      ),
    ).rejects.toThrow('In p/api a tag is being pushed or removed by somebody else');
    await database.kysely.deleteFrom('tag_leases').execute();

    let decisions = 0;
    const end = new Date(Date.now() + 3_600_000);
    const row = { registry_id: 'main', repository: 'p/api', tag: '', holder: randomUUID(), held_until: end };
    const moving = leases.hold(
      tag,
      moveOf(async () => 'moved', {
        decide: async () => {
          decisions += 1;
          // As another instance does that took it at the same moment.
          if (decisions === 1) await database.kysely.insertInto('tag_leases').values(row).execute();
        },
      }),
    );
    const tagsHeld = async () => (await held(database)).map((lease) => lease.tag);
    await expect.poll(tagsHeld, { timeout: 60_000 }).toEqual(['']);
    await database.kysely.deleteFrom('tag_leases').execute();
    expect(await moving).toBe('moved');
    expect(decisions).toBe(2);
  });

  test('who held a whole repository and stood still for longer removes nothing', async () => {
    const database = await open();
    const leases = await leasesOn(database);
    let isRemoved = false;
    const frozen = leases.hold(
      { ...tag, tag: null },
      moveOf(
        async () => {
          isRemoved = true;
        },
        {
          decide: async () => {
            await database.kysely
              .updateTable('tag_leases')
              .set({ held_until: new Date(0) })
              .execute();
          },
        },
      ),
    );
    await expect(frozen).rejects.toThrow(TagBusyError);
    expect(isRemoved).toBe(false);
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
