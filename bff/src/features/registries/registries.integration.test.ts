import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ConfigSecret } from '../../config/config-secret.ts';
import {
  createNotificationSecret,
  createRegistry,
  deleteRegistry,
  getRegistry,
  listRegistries,
  probeRegistry,
  testRegistry,
  updateRegistry,
} from '../../contract/registries.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { createPostgresDatabase, databaseKinds } from '../../testing/test-database.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const canary = 'canary-5c1f0e';
// `robot` with the password `right-password`.
const htpasswd = 'robot:$2b$05$abcdefghijklmnopqrstuuBO.kmgTJhdt40M5ZyHgFmcpBdUb9aS.\n';

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const endsAtMs = performance.now() + 120_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > endsAtMs) throw new Error(`Waited in vain for ${what}.`);
    await sleep(100);
  }
}

function selfSigned(): { certificatePem: string; keyPem: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'longshore-certificate-'));
  const file = (name: string): string => path.join(folder, name);
  const names = ['-subj', '/CN=registry', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', file('key.pem')];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, '-out', file('certificate.pem'), ...names], {
    stdio: 'ignore',
  });
  const pair = {
    certificatePem: readFileSync(file('certificate.pem'), 'utf8'),
    keyPem: readFileSync(file('key.pem'), 'utf8'),
  };
  rmSync(folder, { recursive: true });
  return pair;
}

describe.each(databaseKinds)('registries (%s)', (kind) => {
  let bff: TestBff;
  let client: TestApiClient;
  let open: RealRegistry;
  let closed: RealRegistry;
  beforeAll(async () => {
    open = await startRealRegistry({ isDeletionEnabled: false });
    closed = await startRealRegistry({ htpasswd });
    bff = await startBff({ database: kind, allowedRegistryHosts: ['127.0.0.1', 'localhost'] });
    client = await bff.signIn();
  });
  afterAll(async () => {
    await bff.close();
    await Promise.all([open.stop(), closed.stop()]);
  });
  const health = (registryId: string, wanted: string) =>
    until(`${registryId} to be ${wanted}`, async () => {
      const found = await client.call(getRegistry, { params: { registryId } });
      return found.health === wanted ? found : undefined;
    });

  test('one that is added is probed, watched and can be removed', async () => {
    const stream = await client.openEvents();
    const draft = { id: 'open', name: 'Open', environment: 'testing', endpointUrls: [`${open.url}/`] };
    const created = await client.call(createRegistry, { body: draft });
    expect(created).toMatchObject({
      id: 'open',
      managedBy: 'console',
      version: 1,
      hasPassword: false,
      pullHost: open.host,
    });
    await stream.waitFor('registry', ({ registryId }) => registryId === 'open');
    stream.close();
    await expect(client.call(createRegistry, { body: draft })).rejects.toThrow('name-taken');
    const probed = await client.call(probeRegistry, { params: { registryId: 'open' } });
    expect(probed.health).toBe('up');
    const state = new Map(probed.capabilities.map((capability) => [capability.name, capability]));
    expect(state.get('catalog')?.state).toBe('yes');
    for (const name of ['notifications', 'deleteByTag'] as const) {
      const capability = state.get(name);
      if (capability?.state !== 'yes') expect(capability?.reason?.sentence.length).toBeGreaterThan(20);
    }
    await open.kill();
    const down = await health('open', 'down');
    expect(down.endpoints[0]?.reason).toMatchObject({
      code: 'connection-refused',
      sentence: 'Open refused the connection.',
    });
    open = await open.restart();
    await health('open', 'up');
    await client.call(deleteRegistry, { params: { registryId: 'open' } });
    await expect(client.call(getRegistry, { params: { registryId: 'open' } })).rejects.toThrow('registry-not-found');
  });

  test('with one endpoint down it is degraded, and the other one serves', async () => {
    const body = { id: 'pair', name: 'Pair', environment: 'testing', endpointUrls: ['http://127.0.0.1:1', open.url] };
    await client.call(createRegistry, { body });
    const pair = await health('pair', 'degraded');
    expect(pair.endpoints.map(({ state }) => state)).toEqual(['down', 'up']);
    await client.call(deleteRegistry, { params: { registryId: 'pair' } });
  });

  test('a change is made from the version that was seen; the password stays, and stays secret', async () => {
    const description = { name: 'Closed', environment: 'production' };
    const endpointUrls = [closed.url];
    const account = { username: 'robot', password: canary };
    const body = { id: 'closed', ...description, endpointUrls, ...account };
    const created = await client.call(createRegistry, { body });
    expect(created.hasPassword).toBe(true);
    const refused = await client.call(testRegistry, { body: { registryId: 'closed', endpointUrls } });
    expect(refused.reachable).toBe(false);
    expect(refused.endpoints[0]?.reason?.sentence).toBe('Closed refused the user name or password.');
    const right = { registryId: 'closed', endpointUrls, username: 'robot', password: 'right-password' };
    expect(await client.call(testRegistry, { body: right })).toMatchObject({ reachable: true, repositoryCount: 0 });

    const params = { registryId: 'closed' };
    const change = { ...description, endpointUrls, version: created.version };
    const renamed = await client.call(updateRegistry, { params, body: { ...change, name: 'Renamed' } });
    expect(renamed).toMatchObject({ name: 'Renamed', version: 2, hasPassword: true, username: 'robot' });
    await expect(client.call(updateRegistry, { params, body: change })).rejects.toThrow('version-conflict');
    const elsewhere = { ...change, version: 2, endpointUrls: [open.url] };
    await expect(client.call(updateRegistry, { params, body: elsewhere })).rejects.toThrow('Enter the password again');
    const without = await client.call(updateRegistry, { params, body: { ...change, version: 2, password: null } });
    expect(without.hasPassword).toBe(false);
    expect(JSON.stringify(await client.call(listRegistries, {}))).not.toContain(canary);
    expect(bff.logs()).not.toContain(canary);
    const dump = await bff.running.foundation.database.kysely.selectFrom('registries').selectAll().execute();
    expect(JSON.stringify(dump)).not.toContain(canary);
  });

  test('addresses, certificates and pages that are no registry are refused in sentences', async () => {
    const inward = { id: 'inward', name: 'Inward', environment: 'testing', endpointUrls: ['http://10.0.0.1:5000'] };
    await expect(client.call(createRegistry, { body: inward })).rejects.toThrow('network.allowedRegistryHosts');
    await expect(client.call(testRegistry, { body: { endpointUrls: ['http://10.0.0.1:22'] } })).rejects.toThrow(
      'registry-url-refused',
    );
    const body = { endpointUrls: [open.url], caPem: 'no certificate' };
    await expect(client.call(testRegistry, { body })).rejects.toThrow('PEM');
    const page = createServer((_request, response) => response.end('<html>Welcome</html>'));
    await new Promise<void>((resolve) => {
      page.listen(0, '127.0.0.1', resolve);
    });
    const { port } = page.address() as AddressInfo;
    const result = await client.call(testRegistry, { body: { endpointUrls: [`http://127.0.0.1:${port}`] } });
    expect(result).toMatchObject({ reachable: false, repositoryCount: null, capabilities: [] });
    expect(result.endpoints[0]?.reason?.code).toBe('not-a-registry');
    page.close();
  });

  test('a self-signed certificate is refused until its authority is added', async () => {
    const tls = selfSigned();
    const secure = await startRealRegistry({ tls });
    const refused = await client.call(testRegistry, { body: { endpointUrls: [secure.url] } });
    expect(refused.endpoints[0]?.reason?.sentence).toContain('add its certificate authority');
    const trusted = { endpointUrls: [secure.url], caPem: tls.certificatePem };
    expect((await client.call(testRegistry, { body: trusted })).reachable).toBe(true);
    await secure.stop();
  });

  test('a certificate for another host is refused, also where its authority is trusted', async () => {
    // It names 127.0.0.1 only.
    const tls = selfSigned();
    const secure = await startRealRegistry({ tls });
    const elsewhere = secure.url.replace('127.0.0.1', 'localhost');
    const connection = { endpointUrls: [elsewhere], caPem: tls.certificatePem };
    const tested = await client.call(testRegistry, { body: connection });
    expect(tested).toMatchObject({ reachable: false, repositoryCount: null, capabilities: [] });
    expect(tested.endpoints[0]?.reason).toMatchObject({
      code: 'certificate-untrusted',
      sentence: expect.stringMatching(/has a certificate for another name than localhost\.$/) as string,
    });
    const body = { id: 'misnamed', name: 'Misnamed', environment: 'testing', ...connection };
    await client.call(createRegistry, { body });
    const down = await health('misnamed', 'down');
    expect(down.endpoints[0]?.reason?.sentence).toBe('Misnamed has a certificate for another name than localhost.');
    await client.call(deleteRegistry, { params: { registryId: 'misnamed' } });
    await secure.stop();
  });

  test('a notification secret is shown once, and only its hash is kept', async () => {
    const body = { id: 'noisy', name: 'Noisy', environment: 'testing', endpointUrls: [open.url] };
    await client.call(createRegistry, { body });
    const made = await client.call(createNotificationSecret, { params: { registryId: 'noisy' } });
    expect(made.url).toMatch(/\/api\/v1\/registries\/noisy\/notifications$/);
    const secret = /Bearer (\S+)/.exec(made.configurationYaml)?.[1] ?? '';
    expect(secret.length).toBeGreaterThan(40);
    const dump = await bff.running.foundation.database.kysely.selectFrom('registries').selectAll().execute();
    expect(JSON.stringify(dump)).not.toContain(secret);
    await client.call(deleteRegistry, { params: { registryId: 'noisy' } });
  });
});

test('registries of the configuration are shown, not changed, and kept when the file forgets them', async () => {
  const url = await createPostgresDatabase();
  const encryptionKey = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64');
  const described = { environment: 'production', endpointUrls: ['http://127.0.0.1:1'] };
  const kept = { id: 'kept', ...described, username: 'robot', password: new ConfigSecret(canary) };
  const database = { kind: 'postgres', url } as const;
  const first = await startBff({ database, encryptionKey, registries: [kept, { id: 'gone', ...described }] });
  const client = await first.signIn();
  const before = await client.call(getRegistry, { params: { registryId: 'kept' } });
  expect(before).toMatchObject({ managedBy: 'configuration', hasPassword: true });
  const body = { version: before.version, name: 'Mine', environment: 'x', endpointUrls: described.endpointUrls };
  const params = { registryId: 'kept' };
  await expect(client.call(updateRegistry, { params, body })).rejects.toThrow('registry-managed-by-configuration');
  await expect(client.call(deleteRegistry, { params })).rejects.toThrow('registry-managed-by-configuration');
  const { adminPassword } = first;
  await first.close();

  const second = await startBff({ database, encryptionKey, adminPassword, registries: [kept] });
  const again = await second.signIn();
  const after = await again.call(getRegistry, { params: { registryId: 'kept' } });
  expect([after.version, after.updatedAt]).toEqual([before.version, before.updatedAt]);
  expect(await again.call(getRegistry, { params: { registryId: 'gone' } })).toMatchObject({ managedBy: 'console' });
  await again.call(deleteRegistry, { params: { registryId: 'gone' } });
  await second.close();
});
