import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Database } from '../../database/index.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { TrashStore } from '../trash/trash.store.ts';
import type { CatalogTag } from './retention.ts';
import { RetentionClaimsStore, RunLostError, RunStoppedError } from './retention-claims.store.ts';
import { createRetentionPlansStore } from './retention-plans.store.ts';
import { RetentionRunsStore } from './retention-runs.store.ts';

const repository = 'p/api';
const nobody = { id: null, name: null };

describeEachDatabase('the hold on a run of retention', (open) => {
  async function begun(database: Database) {
    const { kysely } = database;
    await kysely.insertInto('registries').values({ id: 'dev', name: 'Dev', environment: 'd', position: 0 }).execute();
    const { id: repositoryId } = await kysely
      .insertInto('repositories')
      .values({ registry_id: 'dev', name: repository, project: 'p' })
      .returning('id')
      .executeTakeFirstOrThrow();
    for (const name of ['a', 'b', 'c']) {
      const place = { repository_id: repositoryId, registry_id: 'dev', repository, project: 'p' };
      await kysely
        .insertInto('tags')
        .values({ ...place, name, digest: `sha256:${name}`, semver_key: name })
        .execute();
    }
    const plans = createRetentionPlansStore(kysely);
    const values = {
      environment: null,
      isEnabled: true,
      repositories: { include: ['**'], exclude: [] },
      rules: [{ kind: 'newest', count: 1 }] as const,
      schedule: null,
    };
    const planId = randomUUID();
    await plans.create(planId, 'p', values, { nextRunAt: null, by: null }, 9);
    const plan = await plans.find('p', planId);
    if (plan === undefined) throw new Error('There is no plan.');
    const id = randomUUID();
    const asked = { isScheduled: false, askedBy: null, askerId: null, acceptsMany: true, expectedCount: null };
    const runs = new RetentionRunsStore(kysely);
    expect(await runs.create({ id, plan, ...asked })).toBe('created');
    expect(await runs.create({ id: randomUUID(), plan, ...asked })).toBe('open');
    const claims = new RetentionClaimsStore(kysely);
    const run = await claims.claim('one');
    if (run === undefined) throw new Error('There is no run.');
    const planned = {
      state: 'deleting',
      heldBack: null,
      reason: null,
      leftOut: [],
      keepCount: 0,
      freedBytes: null,
      asOf: null,
    } as const;
    await claims.savePlanned('one', run, { ...planned, doomed: ['a', 'b', 'c'].map(doomed) });
    const trash = new TrashStore(kysely);
    const move = (owner: string, held: typeof run, positions: readonly number[]) =>
      trash.insertChosen((transaction) => claims.take(transaction, owner, held, positions), 'retention', nobody);
    const inTrash = async () =>
      (await kysely.selectFrom('trash_items').select('tag').orderBy('tag').execute()).map(({ tag }) => tag);
    const lapse = () => sql`update retention_runs set lease_until = now() - interval '1 second'`.execute(kysely);
    return { kysely, plans, plan, values, claims, runs, run, move, inTrash, lapse };
  }

  test('who has lost it writes nothing, and what it had given to the trash is not given again', async () => {
    const { claims, run, move, inTrash, lapse } = await begun(await open());
    expect(await claims.claim('two')).toBeUndefined();
    await move('one', run, [1]);
    await lapse();
    const other = await claims.claim('two');
    if (other === undefined) throw new Error('Nobody took it over.');
    await expect(move('one', run, [2])).rejects.toThrow(RunLostError);
    await expect(claims.renew('one', run)).rejects.toThrow(RunLostError);
    await expect(claims.finish('one', run, 'done', null)).rejects.toThrow(RunLostError);
    expect(await inTrash()).toEqual(['a']);
    expect((await claims.listPending(other)).map(({ tag }) => tag)).toEqual(['b', 'c']);
    await move('two', other, [1, 2, 3]);
    expect(await inTrash()).toEqual(['a', 'b', 'c']);
  });

  test('a tag that is another by now, or that somebody deletes already, is spared and counted so', async () => {
    const { kysely, claims, run, runs, move, inTrash } = await begun(await open());
    await kysely.updateTable('tags').set({ digest: 'sha256:new' }).where('name', '=', 'a').execute();
    const foreign = {
      registry_id: 'dev',
      project: 'p',
      repository,
      tag: 'b',
      state: 'deleting',
      why: 'person',
    } as const;
    await kysely
      .insertInto('trash_items')
      .values({ ...foreign, id: randomUUID() })
      .execute();
    await move('one', run, [1, 2, 3]);
    expect(await inTrash()).toEqual(['b', 'c']);
    expect(await claims.settle('one', run)).toEqual({ openCount: 1, pendingCount: 0 });
    const done = { state: 'deleted', deleted_at: new Date(), expires_at: new Date() } as const;
    await kysely.updateTable('trash_items').set(done).where('why', '=', 'retention').execute();
    expect(await claims.settle('one', run)).toEqual({ openCount: 0, pendingCount: 0 });
    await claims.finish('one', run, 'done', null);
    expect(await runs.find(run.id)).toMatchObject({ state: 'done', trashedCount: 1, sparedCount: 2, failedCount: 0 });
    const query = { limit: 9, afterPosition: 0, q: undefined, outcome: undefined };
    expect((await runs.listTags(run.id, query)).map(({ tag, outcomeReason }) => [tag, outcomeReason?.code])).toEqual([
      ['a', 'retention-moved'],
      ['b', 'retention-in-hand'],
      ['c', undefined],
    ]);
  });

  test('nothing is taken once the plan is another, or the project archived', async () => {
    const { kysely, plans, plan, values, run, move, inTrash } = await begun(await open());
    await kysely.updateTable('projects').set({ archived_at: new Date() }).execute();
    await expect(move('one', run, [1])).rejects.toThrow(RunStoppedError);
    await kysely.updateTable('projects').set({ archived_at: null }).execute();
    await plans.update(plan, { ...values, isEnabled: false }, { nextRunAt: null, by: null });
    await expect(move('one', run, [1])).rejects.toThrow(RunStoppedError);
    expect(await inTrash()).toEqual([]);
  });
});

function doomed(name: string) {
  const times = { pushedAtMs: null, pushedMs: 0, rankMs: 0, pulledMs: null, watchedMs: 0, sizeBytes: null };
  const tag: CatalogTag = {
    registryId: 'dev',
    environment: 'd',
    repository,
    name,
    digest: `sha256:${name}`,
    pushedBy: null,
    ...times,
  };
  return { tag, verdict: 'delete' as const, reasons: [], itemId: randomUUID() };
}
