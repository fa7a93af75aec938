import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  createRegistry,
  deleteRegistry,
  getRegistry,
  listRegistries,
  testRegistry,
  updateRegistry,
} from '../../contract/registries.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { type ChaosProxy, startChaosProxy } from '../../testing/chaos-proxy.ts';
import { freePort } from '../../testing/free-port.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let bff: TestBff;
let client: TestApiClient;
let registry: RealRegistry;
/** Another port, so that nothing about the address says where it leads. */
let proxy: ChaosProxy;

beforeAll(async () => {
  registry = await startRealRegistry();
  const port = await freePort();
  const configured = { id: 'looped', environment: 'testing', endpointUrls: [`http://localhost:${port}`] };
  bff = await startBff({ registries: [configured], server: { port }, allowedRegistryHosts: ['127.0.0.1'] });
  proxy = await startChaosProxy({ port });
  client = await bff.signIn();
});

afterAll(async () => {
  await proxy?.stop();
  await bff?.close();
  await registry?.stop();
});

const described = { name: 'Mine', environment: 'testing' };

test('the console is no registry of its own, through whatever address, with or without an account', async () => {
  for (const url of [bff.url, proxy.url]) {
    const account = { username: 'admin', password: bff.adminPassword };
    for (const given of [{}, account, { trustsLongshore: true }]) {
      const body = { endpointUrls: [registry.url, url], ...given };
      const refusals = [
        await problemOf(client.call(createRegistry, { body: { id: 'mine', ...described, ...body } })),
        await problemOf(client.call(testRegistry, { body: { newId: 'mine', ...body } })),
      ];
      for (const problem of refusals) {
        expect(problem).toMatchObject({
          status: 400,
          code: 'registry-is-console',
          detail: `${url} is this console’s own front door: give the address of a registry behind it.`,
          fields: [{ path: 'endpointUrls.1' }],
        });
      }
    }
  }
  const { items } = await client.call(listRegistries, {});
  expect(items.map(({ id }) => id)).toEqual(['looped']);
});

test('a registry cannot be moved to the console either; its other changes ask nobody', async () => {
  const body = { id: 'moved', ...described, endpointUrls: [registry.url] };
  const { version } = await client.call(createRegistry, { body });
  const params = { registryId: 'moved' };
  const change = { version, ...described, endpointUrls: [proxy.url] };
  const refused = await problemOf(client.call(updateRegistry, { params, body: change }));
  expect(refused).toMatchObject({ code: 'registry-is-console', fields: [{ path: 'endpointUrls.0' }] });
  const renamed = { ...change, name: 'Renamed', endpointUrls: [registry.url] };
  expect(await client.call(updateRegistry, { params, body: renamed })).toMatchObject({ name: 'Renamed' });
  await client.call(deleteRegistry, { params });
});

test('another installation is a registry like any other', async () => {
  const other = await startBff();
  const result = await client.call(testRegistry, {
    body: { endpointUrls: [other.url], username: 'admin', password: other.adminPassword },
  });
  expect(result.reachable).toBe(true);
  await other.close();
});

test('one that the configuration names is shown as down, and why', async () => {
  const find = async () => (await client.call(getRegistry, { params: { registryId: 'looped' } })).endpoints[0];
  await expect.poll(find, { timeout: 60_000 }).toMatchObject({ state: 'down', reason: { code: 'own-front-door' } });
});
