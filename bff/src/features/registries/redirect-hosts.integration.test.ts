import { createReadStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createRegistry, getRegistry, testRegistry, updateRegistry } from '../../contract/registries.ts';
import { createRegistryClient } from '../../registry-client/index.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { pushSampleImage, type SampleBlob } from '../../testing/sample-artifacts.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bff: TestBff;
let client: TestApiClient;
/** A Distribution whose storage middleware sends readers of blobs to the store. */
let registry: RealRegistry;
let store: Server;
let storeHost: string;
let layer: SampleBlob;

beforeAll(async () => {
  // As S3 is to a registry: it has the bytes and knows nothing of manifests.
  store = createServer((request, response) => {
    createReadStream(path.join(registry.storageDirectory, path.normalize(request.url ?? '')))
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((resolve) => {
    store.listen(0, '127.0.0.1', resolve);
  });
  storeHost = `127.0.0.1:${(store.address() as AddressInfo).port}`;
  const moreYaml = `middleware:\n  storage:\n    - name: redirect\n      options: { baseurl: "http://${storeHost}/" }\n`;
  registry = await startRealRegistry({ moreYaml });
  const direct = createRegistryClient({ name: 'direct', endpoints: [{ url: registry.url }], userAgent: 'test' });
  const { blobs } = await pushSampleImage(direct, 'library/api', { tag: 'v1', layerSizes: [5000] });
  await direct.close();
  layer = blobs[1] ?? expect.fail('The image has no layer.');
  bff = await startBff({ allowedRegistryHosts: ['127.0.0.1'] });
  client = await bff.signIn();
});

afterAll(async () => {
  await bff?.close();
  await registry?.stop();
  store?.close();
});

const described = { name: 'Stored elsewhere', environment: 'testing' };

function pull(): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`admin:${bff.adminPassword}`).toString('base64')}`;
  const url = `${bff.url}/v2/elsewhere/library/api/blobs/${layer.digest}`;
  return fetch(url, { headers: { authorization }, redirect: 'manual' });
}

test('blobs come from a store once it is named for the registry, for callers and for the console itself', async () => {
  const body = { id: 'elsewhere', ...described, endpointUrls: [registry.url] };
  const created = await client.call(createRegistry, { body });
  expect(created.redirectHosts).toEqual([]);
  const refused = await pull();
  expect([refused.status, await refused.text()]).toEqual([502, expect.stringContaining('not allowed for it')]);

  const params = { registryId: 'elsewhere' };
  const change = { version: created.version, ...described, endpointUrls: [registry.url] };
  const named = { ...change, redirectHosts: [storeHost, storeHost] };
  const changed = await client.call(updateRegistry, { params, body: named });
  expect(changed.redirectHosts).toEqual([storeHost]);
  await expect.poll(async () => (await pull()).status, { timeout: 30_000 }).toBe(307);
  const location = (await pull()).headers.get('location') ?? '';
  expect(new URL(location).host).toBe(storeHost);
  expect((await (await fetch(location)).arrayBuffer()).byteLength).toBe(layer.size);
  const own = await bff.running.foundation.database.kysely.selectFrom('registries').selectAll().execute();
  expect(own[0]?.redirect_hosts).toEqual([storeHost]);

  const kept = await client.call(updateRegistry, { params, body: { ...change, version: changed.version } });
  expect(kept.redirectHosts).toEqual([storeHost]);
  const emptied = { ...change, version: kept.version, redirectHosts: [] };
  expect(await client.call(updateRegistry, { params, body: emptied })).toMatchObject({ redirectHosts: [] });
  await expect.poll(async () => (await pull()).status, { timeout: 30_000 }).toBe(502);
});

test('a store is a host or host:port, and not within this network unless that is allowed', async () => {
  const endpointUrls = [registry.url];
  const refused = ['https://s3.example.com', 's3.example.com/bucket', 's3.example.com:99999', 'a b', 'u@s3', ''];
  for (const host of refused) {
    const problem = await problemOf(client.call(testRegistry, { body: { endpointUrls, redirectHosts: [host] } }));
    expect(problem).toMatchObject({ code: 'request-invalid', fields: [{ path: 'redirectHosts.0' }] });
  }
  const inward = { id: 'inward', ...described, endpointUrls, redirectHosts: ['169.254.169.254', '10.1.2.3:9000'] };
  const problem = await problemOf(client.call(createRegistry, { body: inward }));
  expect(problem).toMatchObject({ code: 'request-invalid', fields: [{ path: 'redirectHosts' }] });
  expect(problem.detail).toContain('network.allowedRegistryHosts');
  await expect(client.call(getRegistry, { params: { registryId: 'inward' } })).rejects.toThrow('registry-not-found');
});

test('the configuration may name them too', async () => {
  const described = { environment: 'testing', endpointUrls: [registry.url], redirectHosts: [storeHost] };
  const other = await startBff({ registries: [{ id: 'configured', ...described }] });
  const admin = await other.signIn();
  const shown = await admin.call(getRegistry, { params: { registryId: 'configured' } });
  expect(shown).toMatchObject({ managedBy: 'configuration', redirectHosts: [storeHost] });
  await other.close();
});
