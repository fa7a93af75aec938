import { afterEach, expect, test, vi } from 'vitest';
import { createPolicy } from '../../contract/policies.ts';
import { beginMaintenance } from '../../contract/registries.ts';
import { previewDeletion } from '../../contract/trash.ts';
import { mediaTypes } from '../../registry-client/index.ts';
import { signInAs } from '../../testing/people.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { semverKey } from '../catalog/semver-key.ts';
import { contentOf } from './testing/policy-content.ts';

vi.setConfig({ testTimeout: 120_000 });

let bff: TestBff | undefined;
afterEach(() => bff?.close());

/** As a scan found them; nobody answers there. */
async function addTags(kysely: TestBff['running']['foundation']['database']['kysely'], place: string, tags: string[]) {
  const [registryId = '', repository = ''] = place.split(' ');
  const { id } = await kysely
    .insertInto('repositories')
    .values({ registry_id: registryId, name: repository, project: 'payments' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const row = {
    repository_id: id,
    registry_id: registryId,
    repository,
    project: 'payments',
    digest: `sha256:${'a'.repeat(64)}`,
  };
  await kysely
    .insertInto('tags')
    .values(tags.map((name) => ({ ...row, name, semver_key: semverKey(name) })))
    .execute();
}

/** Registries that nobody has to reach: what is known of them is in the catalog. */
function startOver(database: (typeof databaseKinds)[number], ids: readonly string[]) {
  const registries = ids.map((id) => ({ id, environment: id, endpointUrls: ['http://127.0.0.1:9'] }));
  return startBff({ database, registries });
}

test.each(databaseKinds)(
  'a deletion says beforehand that a policy undoes it, and what it waits for (%s)',
  async (database) => {
    bff = await startOver(database, ['development', 'testing']);
    const api = await bff.signIn();
    const { kysely } = bff.running.foundation.database;
    await kysely
      .insertInto('projects')
      .values({ name: 'payments' })
      .onConflict((same) => same.doNothing())
      .execute();
    await addTags(kysely, 'development team/api', ['1.0', '1.1', '2.0-rc1']);
    await addTags(kysely, 'testing payments/api', ['1.0', '1.1', '2.0-rc1', 'own']);
    const maintainer = await signInAs(bff, 'mara', { payments: { '': 'maintainer' } });
    const preview = async (registryId: string, repository: string, client = api) => {
      const selection = { kind: 'repository' as const, registryId, repository };
      const { cautions } = await client.call(previewDeletion, { params: { project: 'payments' }, body: { selection } });
      return cautions.map(({ code, params }) => ({ code, ...params }));
    };
    expect(await preview('testing', 'payments/api')).toEqual([]);
    const content = contentOf('development', ['testing'], {
      onPush: false,
      mapping: { kind: 'replace-prefix', from: 'team/', to: 'payments/' },
      filters: { tags: { include: ['*'], exclude: ['*-rc*'] } },
    });
    await api.call(createPolicy, { body: { name: 'dev to testing', project: null, isEnabled: true, content } });
    await api.call(createPolicy, { body: { name: 'at rest', project: null, isEnabled: false, content } });
    // By the mapping two of the four come back. A policy of the whole console is not named to a project’s people.
    const caution = { registry: 'testing', count: '2' };
    const named = { code: 'trash-copied-back', policy: 'dev to testing', ...caution };
    expect(await preview('testing', 'payments/api')).toEqual([named]);
    expect(await preview('testing', 'payments/api', maintainer)).toEqual([
      { code: 'trash-copied-back-unseen', ...caution },
    ]);
    // Nothing comes back at the source.
    await addTags(kysely, 'development payments/api', ['1.0']);
    expect(await preview('development', 'payments/api')).toEqual([]);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await api.call(beginMaintenance, { params: { registryId: 'testing' }, body: { until } });
    expect(await preview('testing', 'payments/api')).toEqual([
      { code: 'trash-waits-for-maintenance', registry: 'testing', until },
      named,
    ]);
  },
);

test.each(databaseKinds)('a deletion says beforehand that policies carry it further (%s)', async (database) => {
  bff = await startOver(database, ['development', 'testing', 'production']);
  const api = await bff.signIn();
  const { kysely } = bff.running.foundation.database;
  for (const name of ['payments', 'team']) {
    await kysely
      .insertInto('projects')
      .values({ name })
      .onConflict((same) => same.doNothing())
      .execute();
  }
  await addTags(kysely, 'development payments/api', ['1.0', '1.1', 'own']);
  const digest = `sha256:${'a'.repeat(64)}`;
  await kysely
    .insertInto('manifests')
    .values({ digest, media_type: mediaTypes.ociManifest, kind: 'artifact', content: Buffer.from('{}'), size_bytes: 2 })
    .execute();
  const { id } = await kysely
    .selectFrom('repositories')
    .select('id')
    .where('registry_id', '=', 'development')
    .executeTakeFirstOrThrow();
  await kysely.insertInto('repository_manifests').values({ repository_id: id, digest }).execute();
  await addTags(kysely, 'testing payments/api', ['1.0', '1.1']);
  await addTags(kysely, 'production payments/api', ['1.0']);
  await addTags(kysely, 'production team/payments-api', ['1.0']);
  const ask = async (references: string[], client = api) => {
    const selection = {
      kind: 'references' as const,
      registryId: 'development',
      repository: 'payments/api',
      references,
    };
    const { cautions } = await client.call(previewDeletion, { params: { project: 'payments' }, body: { selection } });
    return cautions.map(({ code, params, sentence }) => ({ code, ...params, sentence }));
  };
  const make = (name: string, source: string, to: string[], more: Parameters<typeof contentOf>[2] = {}) =>
    api.call(createPolicy, {
      body: {
        name,
        project: null,
        isEnabled: true,
        content: contentOf(source, to, { options: { propagateDeletions: true }, ...more }),
      },
    });
  await api.call(createPolicy, {
    body: { name: 'keeps', project: null, isEnabled: true, content: contentOf('development', ['testing']) },
  });
  expect(await ask(['1.0'])).toEqual([]);
  await make('fan', 'development', ['testing', 'production']);
  const one = { code: 'deletion-carried-on', policy: 'fan' };
  expect(await ask(['1.0'])).toMatchObject([
    {
      ...one,
      tag: '1.0',
      registries: 'testing, production',
      sentence: 'The policy “fan” will also delete 1.0 at testing and production.',
    },
  ]);
  expect(await ask(['1.0', '1.1', 'own'])).toMatchObject([{ ...one, count: '2', registries: 'testing, production' }]);
  expect(await ask(['own'])).toEqual([]);
  // All tags of a digest go with it.
  expect(await ask([digest])).toMatchObject([{ ...one, count: '2' }]);
  // Whoever sees one of the two is told of both, and of nothing that happens elsewhere by name.
  const some = await signInAs(bff, 'sara', { payments: { '': 'maintainer', production: 'none' } });
  expect(await ask(['1.0'], some)).toMatchObject([
    {
      code: 'deletion-carried-further',
      policy: 'fan',
      registries: 'testing',
      sentence: 'The policy “fan” will also delete 1.0 at testing and other registries.',
    },
  ]);
  const own = await signInAs(bff, 'omar', { payments: { '': 'none', development: 'maintainer' } });
  expect(await ask(['1.0'], own)).toEqual([
    {
      code: 'deletion-carried-on-unseen',
      tag: '1.0',
      sentence: 'A policy that you may not see will also delete 1.0 at other registries.',
    },
  ]);
  // It goes on from there, under another name.
  await make('on', 'testing', ['production'], { mapping: { kind: 'template', template: 'team/{project}-{name}' } });
  expect(await ask(['1.0'])).toMatchObject([
    one,
    { code: 'deletion-carried-on', policy: 'on', registries: 'production' },
  ]);
});
