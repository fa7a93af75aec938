import { beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../database/index.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createPlanFactsView } from './plan-facts.view.ts';
import { createPlanPlatformsView } from './plan-platforms.view.ts';
import { createPolicyPlanner } from './policy-planner.ts';
import { contentOf } from './testing/policy-content.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describeEachDatabase('what a registry has lost', (open) => {
  let database: Database;
  beforeEach(async () => {
    database = await open();
    for (const id of ['hq', 'city']) {
      await database.kysely.insertInto('registries').values({ id, name: id, environment: id }).execute();
    }
  });

  /** Lines of the log, the oldest first; no digest: the tag is gone. */
  async function log(registryId: string, repository: string, name: string, digests: readonly (string | null)[]) {
    for (const digest of digests) {
      const how = digest === null ? ('delete' as const) : ('push' as const);
      const line = { registry_id: registryId, repository, name, digest, how, actor: null };
      await database.kysely.insertInto('tag_history').values(line).execute();
    }
  }

  async function hold(registryId: string, repository: string, tags: Readonly<Record<string, string>>): Promise<void> {
    const { id } = await database.kysely
      .insertInto('repositories')
      .values({ registry_id: registryId, name: repository, project: 'a' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const where = { repository_id: id, registry_id: registryId, repository, project: 'a' };
    const rows = Object.entries(tags).map(([name, digest]) => ({ ...where, name, digest, semver_key: name }));
    await database.kysely.insertInto('tags').values(rows).execute();
  }

  const named = (...names: string[]) => names.map((name) => ({ repository: 'a/b', name }));
  const tombstones = async (names: readonly { repository: string; name: string }[]) => {
    const found = await createPlanFactsView(database.kysely).listTombstones('hq', names);
    return found.map(({ name, digests }) => [name, ...digests]);
  };

  test('is told of the tags that are asked for, with all that they were, the last first', async () => {
    await log('hq', 'a/b', 'gone', ['one', 'two', 'one', 'three', null]);
    await log('hq', 'a/b', 'twice', ['one', null, 'two', null]);
    await log('hq', 'a/b', 'not-asked', ['one', null]);
    await log('hq', 'a/b', 'back', ['one', null, 'two']);
    await log('hq', 'a/b', 'never', [null]);
    await log('city', 'a/b', 'elsewhere', ['one', null]);
    await log('hq', 'a/c', 'gone', ['four', null]);
    // The catalog has it already, and the log not yet.
    await log('hq', 'a/b', 'held', ['one', null]);
    await hold('hq', 'a/b', { held: 'two' });
    const asked = named('twice', 'gone', 'back', 'never', 'elsewhere', 'held', 'unknown');
    expect(await tombstones(asked)).toEqual([
      ['twice', 'two', 'one'],
      ['gone', 'three', 'one', 'two'],
    ]);
    const facts = createPlanFactsView(database.kysely);
    expect(await facts.listRepositoriesWithDeletions('hq')).toEqual(['a/b', 'a/c']);
    expect(await facts.listRepositoriesWithDeletions('nowhere')).toEqual([]);
  });

  test('is found by what an artifact was called', async () => {
    await log('hq', 'a/b', 'v1', ['one', null]);
    await log('hq', 'a/b', 'v2', ['two', 'one']);
    await log('hq', 'a/c', 'v3', ['one']);
    const found = await createPlanFactsView(database.kysely).listNamesOf('hq', [{ repository: 'a/b', digest: 'one' }]);
    expect(found.map(({ name }) => name).toSorted()).toEqual(['v1', 'v2']);
  });

  test('is asked for many tags in parts', async () => {
    const many = Array.from({ length: 1201 }, (_, place) => `v${place}`);
    for (const name of ['v0', 'v499', 'v500', 'v1200']) await log('hq', 'a/b', name, ['one', null]);
    expect((await tombstones(named(...many))).map(([name]) => name)).toEqual(['v0', 'v499', 'v500', 'v1200']);
  });

  /** What a policy plans, and of which tags it asked what became of them. */
  async function plan(changed: readonly { repository: string; name: string }[] | null) {
    const facts = createPlanFactsView(database.kysely);
    const listTombstones = vi.fn(facts.listTombstones);
    const planner = createPolicyPlanner({
      facts: { ...facts, listTombstones },
      platforms: createPlanPlatformsView(database.kysely),
      registries: () => database.kysely.selectFrom('registries').select(['id', 'name']).execute(),
      bytesMissing: () => Promise.resolve(0),
      findImmutable: () => Promise.resolve(undefined),
      listEdges: () => Promise.resolve([]),
      clock: { now: () => new Date() },
    });
    const content = contentOf('hq', ['city'], { options: { propagateDeletions: true } });
    const policy = { id: null, project: null, content, pausedDestinations: [] };
    const { rows } = await (changed === null ? planner.planAll(policy) : planner.planChanged(policy, changed));
    return {
      planned: rows.map(({ outcome, destination }) => `${outcome} ${destination.repository}:${destination.tag}`),
      asked: listTombstones.mock.calls.flatMap(([, names]) => names.map(({ name }) => name)),
    };
  }

  test('is read only of what a destination still has, though the whole is planned', async () => {
    await hold('hq', 'a/b', { v1: 'one' });
    await hold('city', 'a/b', { v1: 'one', v2: 'two', own: 'three' });
    await hold('city', 'a/emptied', { v4: 'four' });
    for (const name of ['v2', 'v3', 'v5', 'v6']) await log('hq', 'a/b', name, ['two', null]);
    await log('hq', 'a/emptied', 'v4', ['four', null]);
    const { planned, asked } = await plan(null);
    expect(planned).toEqual(['up-to-date a/b:v1', 'delete a/b:v2', 'delete a/emptied:v4']);
    expect(asked.toSorted()).toEqual(['own', 'v2', 'v4']);
  });

  test('is read only of what has changed', async () => {
    const image = `sha256:${'a'.repeat(64)}`;
    await hold('city', 'a/b', { v1: image, v2: image, v3: 'three' });
    for (const name of ['v1', 'v2']) await log('hq', 'a/b', name, [image, null]);
    await log('hq', 'a/b', 'v3', ['three', null]);
    const list = image.replace(':', '-');
    await log('hq', 'a/b', list, ['list', null]);
    expect(await plan(named('v1'))).toEqual({ planned: ['delete a/b:v1'], asked: ['v1'] });
    // What lists an image's referrers is about the image, whatever its name.
    const { planned, asked } = await plan(named(list));
    expect(planned).toEqual(['delete a/b:v1', 'delete a/b:v2']);
    expect(asked.toSorted()).toEqual([list, 'v1', 'v2']);
  });
});
