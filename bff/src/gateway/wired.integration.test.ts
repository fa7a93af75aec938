import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeMembers } from '../contract/members.ts';
import { createProject } from '../contract/projects.ts';
import { createUser } from '../contract/users.ts';
import { createRegistryClient, mediaTypes, type RegistryClient } from '../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { pushSampleImage } from '../testing/sample-artifacts.ts';
import { startBff, type TestBff } from '../testing/start-bff.ts';

let registry: RealRegistry;
let bff: TestBff;
let client: RegistryClient;
const passwords = new Map<string, string>();

beforeAll(async () => {
  registry = await startRealRegistry();
  client = createRegistryClient({ name: 'dev', endpoints: [{ url: registry.url }], userAgent: 'test' });
  bff = await startBff({
    registries: [{ id: 'dev', environment: 'development', endpointUrls: [registry.url] }],
    allowedRegistryHosts: ['127.0.0.1'],
  });
  const admin = await bff.signIn();
  await admin.call(createProject, { body: { name: 'payments' } });
  const gus = await admin.call(createUser, { body: { username: 'gus', displayName: 'Gus' } });
  const changes = [{ kind: 'user' as const, id: gus.id, environment: null, role: 'guest' as const }];
  await admin.call(changeMembers, { params: { project: 'payments' }, body: { changes } });
  passwords.set('gus', gus.password).set('admin', bff.adminPassword);
});

afterAll(async () => {
  await client?.close();
  await bff?.close();
  await registry?.stop();
});

function ask(
  who: string,
  path: string,
  init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${who}:${passwords.get(who) ?? ''}`).toString('base64')}`;
  return fetch(`${bff.url}${path}`, {
    ...init,
    headers: { accept: mediaTypes.ociManifest, authorization, ...init.headers },
  });
}

describe('The wired front door', () => {
  it('shows who pushed, within a second, and lists what one may pull', async () => {
    const { blobs } = await pushSampleImage(client, 'payments/api');
    const manifest = {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: { mediaType: mediaTypes.ociConfig, digest: blobs[0]?.digest, size: blobs[0]?.size },
      layers: [],
    };
    const pushed = await ask('admin', '/v2/dev/payments/api/manifests/v7', {
      method: 'PUT',
      body: JSON.stringify(manifest),
      headers: { 'content-type': mediaTypes.ociManifest },
    });
    expect(pushed.status).toBe(201);
    const { kysely } = bff.running.foundation.database;
    const find = () =>
      kysely.selectFrom('tags').select(['pushed_by', 'digest']).where('name', '=', 'v7').executeTakeFirst();
    await expect.poll(find, { timeout: 10_000 }).toMatchObject({ pushed_by: 'admin' });
    const line = await kysely.selectFrom('audit_log').selectAll().where('action', '=', 'push').executeTakeFirst();
    expect(line).toMatchObject({ outcome: 'done', actor_name: 'admin', target: 'dev/payments/api:v7' });

    const listed = await ask('gus', '/v2/_catalog');
    expect(await listed.json()).toEqual({ repositories: ['dev/payments/api'] });

    const digest = (await find())?.digest ?? '';
    const gone = await ask('admin', `/v2/dev/payments/api/manifests/${digest}`, { method: 'DELETE' });
    expect(gone.status).toBe(202);
    await expect.poll(find, { timeout: 10_000 }).toBeUndefined();
  });

  it('pages the catalogue and shows nothing of others', async () => {
    for (const repository of ['payments/a', 'payments/b', 'shop/hidden']) {
      await pushSampleImage(client, repository, { tag: 'v1', layerSizes: [10] });
    }
    const { kysely } = bff.running.foundation.database;
    for (const name of ['payments/a', 'payments/b', 'shop/hidden', 'longshore-trash/payments/x']) {
      await kysely
        .insertInto('repositories')
        .values({ registry_id: 'dev', name, project: name.split('/')[0] ?? '', tag_count: 1 })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    const first = await ask('gus', '/v2/_catalog?n=1');
    expect(await first.json()).toEqual({ repositories: ['dev/payments/a'] });
    const next = /<([^>]*)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await ask('gus', next);
    expect(await second.json()).toEqual({ repositories: ['dev/payments/b'] });
    expect(second.headers.get('link')).toBeNull();
    const all = await ask('admin', '/v2/_catalog');
    expect(await all.json()).toEqual({ repositories: ['dev/payments/a', 'dev/payments/b', 'dev/shop/hidden'] });
  });

  it('explains a refusal by the product’s own table', async () => {
    const refused = await ask('gus', '/v2/dev/payments/api/blobs/uploads/', { method: 'POST' });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('To push or copy artifacts in development of payments you need the role');
    expect((await ask('gus', '/v2/dev/shop/hidden/tags/list')).status).toBe(404);
    expect((await ask('gus', '/v2/nowhere/payments/api/tags/list')).status).toBe(404);
  });
});
