import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegistryCredentials } from '../access/credentials.ts';
import type { Subject } from '../access/subject.ts';
import { createRegistryClient, mediaTypes, type RegistryClient } from '../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { pushSampleImage } from '../testing/sample-artifacts.ts';
import { startBff, type TestBff } from '../testing/start-bff.ts';
import { wireCatalog } from '../wire-catalog.ts';
import type { FeatureParts } from '../wire-foundation.ts';
import { wireGateway } from '../wire-gateway.ts';
import { wireRegistries } from '../wire-registries.ts';

let registry: RealRegistry;
let bff: TestBff;
let server: Server;
let client: RegistryClient;
let url: string;
const parts: FeatureParts[] = [];

/** Signs everybody in as what their name says; what they may do is read off the path. */
const credentials: RegistryCredentials = {
  authenticate: async (name) => subjectOf(name),
  anonymous: async () => ({ kind: 'anonymous', isAllowed: false }),
  grantsAt: async (subject, _registryId, repository) => {
    if (subject.kind === 'anonymous') return [];
    if (subject.kind === 'user' && subject.isSystemAdmin) return ['pull', 'push', 'delete'];
    return repository.startsWith('payments/') ? ['pull'] : [];
  },
  verify: async () => undefined,
};

function subjectOf(name: string): Subject {
  const rows = new Map([['payments', [{ defaultRole: 'guest' as const, environmentRoles: new Map() }]]]);
  return { kind: 'user', id: name, name, isSystemAdmin: name === 'root', rows };
}

beforeAll(async () => {
  registry = await startRealRegistry();
  client = createRegistryClient({ name: 'dev', endpoints: [{ url: registry.url }], userAgent: 'test' });
  bff = await startBff({
    registries: [{ id: 'dev', environment: 'development', endpointUrls: [registry.url] }],
    allowedRegistryHosts: ['127.0.0.1'],
  });
  const { foundation } = bff.running;
  const userAgent = 'longshore/test';
  const { registries, ...rest } = wireRegistries(foundation, {
    userAgent,
    requestScan: async () => undefined,
    publicUrl: () => '',
  });
  const { catalog } = wireCatalog(foundation, registries, userAgent);
  const gateway = wireGateway(foundation, {
    credentials,
    registries,
    catalog,
    findImmutable: async () => undefined,
    userAgent,
  });
  parts.push(gateway, { stop: () => catalog.stop() }, { stop: rest.stop });
  const app = express();
  if (gateway.frontDoor !== undefined) app.use(gateway.frontDoor);
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  for (const { stop } of parts) await stop?.();
  await client?.close();
  await bff?.close();
  await registry?.stop();
});

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };

function ask(who: string, path: string, init: Init = {}): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${who}:x`).toString('base64')}`;
  return fetch(`${url}${path}`, {
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
    const pushed = await ask('root', '/v2/dev/payments/api/manifests/v7', {
      method: 'PUT',
      body: JSON.stringify(manifest),
      headers: { 'content-type': mediaTypes.ociManifest },
    });
    expect(pushed.status).toBe(201);
    const { kysely } = bff.running.foundation.database;
    const find = () =>
      kysely.selectFrom('tags').select(['pushed_by', 'digest']).where('name', '=', 'v7').executeTakeFirst();
    await expect.poll(find, { timeout: 10_000 }).toMatchObject({ pushed_by: 'root' });
    const line = await kysely.selectFrom('audit_log').selectAll().where('action', '=', 'push').executeTakeFirst();
    expect(line).toMatchObject({ outcome: 'done', actor_name: 'root', target: 'dev/payments/api:v7' });

    const listed = await ask('gus', '/v2/_catalog');
    expect(await listed.json()).toEqual({ repositories: ['dev/payments/api'] });

    const digest = (await find())?.digest ?? '';
    const gone = await ask('root', `/v2/dev/payments/api/manifests/${digest}`, { method: 'DELETE' });
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
    const all = await ask('root', '/v2/_catalog');
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
