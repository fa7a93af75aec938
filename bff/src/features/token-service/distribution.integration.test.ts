import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  createRegistry,
  getRegistry,
  getTokenConfiguration,
  probeRegistry,
  testRegistry,
} from '../../contract/registries.ts';
import { createExecution, getExecution } from '../../contract/replication.ts';
import { createProjectRobot } from '../../contract/robots.ts';
import { rotateSigningKey } from '../../contract/settings.ts';
import { createRegistryClient, type RegistryClient } from '../../registry-client/index.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { freePort } from '../../testing/free-port.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { pushSampleImage } from '../../testing/sample-artifacts.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { addPerson, addProject, allowAnonymous, askToken } from './testing/people.ts';
import { until } from '../replication/testing/waiting.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const execute = promisify(execFile);
const password = 'pw-of-the-person-0';

describe('A Distribution registry with the lines of the page', () => {
  let bff: TestBff;
  let admin: TestApiClient;
  /** Where the images come from; open to everybody. */
  let source: RealRegistry;
  let atSource: RegistryClient;
  /** Trusts the console. */
  let testing: RealRegistry;
  let folder: string;
  const params = { registryId: 'testing' };

  /** With the lines that the page shows now; the certificate is put where it can be read. */
  const startTrusting = async (port: number, storageDirectory?: string): Promise<RealRegistry> => {
    const { version2Yaml, certificatePem } = await admin.call(getTokenConfiguration, { params });
    const file = path.join(folder, 'longshore.pem');
    await writeFile(file, certificatePem);
    const moreYaml = version2Yaml.replace('/etc/docker/registry/longshore.pem', file);
    expect(moreYaml).toContain(file);
    return startRealRegistry({ port, moreYaml, ...(storageDirectory === undefined ? {} : { storageDirectory }) });
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-skopeo-'));
    source = await startRealRegistry();
    atSource = createRegistryClient({ name: 'source', endpoints: [{ url: source.url }], userAgent: 'test' });
    const port = await freePort();
    bff = await startBff({
      server: { port: await freePort() },
      allowedRegistryHosts: ['127.0.0.1'],
      registries: [{ id: 'source', environment: 'development', endpointUrls: [source.url] }],
    });
    admin = await bff.signIn();
    await pushSampleImage(atSource, 'payments/api', { tag: '1' });
    await addPerson(bff, 'dora', password, { payments: { testing: 'developer' }, shop: { all: 'guest' } });
    await addPerson(bff, 'gus', password, { payments: { all: 'guest' } });
    await addPerson(bff, 'stranger', password);
    await addProject(bff, 'open', true);
    await allowAnonymous(bff, true);
    const body = { id: 'testing', name: 'Testing', environment: 'testing', trustsLongshore: true };
    await admin.call(createRegistry, { body: { ...body, endpointUrls: [`http://127.0.0.1:${port}`] } });
    testing = await startTrusting(port);
  });
  afterAll(async () => {
    await bff.close();
    await atSource.close();
    await Promise.all([source.stop(), testing.stop()]);
    await rm(folder, { recursive: true });
  });

  /** @returns what it said on stderr where it failed, null where it did not */
  const skopeo = async (...words: string[]): Promise<string | null> => {
    try {
      await execute('skopeo', ['--insecure-policy', ...words], { timeout: 120_000 });
      return null;
    } catch (error) {
      return String((error as { stderr?: unknown }).stderr);
    }
  };
  const loginFile = (name: string) => path.join(folder, `${name}.json`);
  const signIn = (name: string, secret = password, as = name) =>
    skopeo('login', '--tls-verify=false', '--authfile', loginFile(as), '-u', name, '-p', secret, testing.host);
  const push = (as: string, repository: string, from = `${source.host}/payments/api:1`) =>
    skopeo(
      'copy',
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
      '--authfile',
      loginFile(as),
      `docker://${from}`,
      `docker://${testing.host}/${repository}`,
    );
  const pull = (as: string | null, repository: string) => {
    const who = as === null ? ['--src-no-creds'] : ['--authfile', loginFile(as)];
    const target = `dir:${path.join(folder, 'pulled')}`;
    return skopeo('copy', '--src-tls-verify=false', ...who, `docker://${testing.host}/${repository}`, target);
  };

  /** Its tokens are those that dora is given. */
  const asDora = () =>
    createRegistryClient({
      name: 'testing',
      endpoints: [{ url: testing.url }],
      userAgent: 'test',
      mintToken: async (scopes) => {
        const { body } = await askToken(bff, `dora:${password}`, scopes, { service: 'testing' });
        return { token: String(body['token']), expiresAt: new Date(Date.now() + 60_000) };
      },
    });

  test('lets people sign in, push and pull as their roles say, and nobody else', async () => {
    expect(await signIn('dora')).toBeNull();
    expect(await signIn('gus')).toBeNull();
    expect(await signIn('stranger')).toBeNull();
    expect(await signIn('dora', 'wrong-password', 'nobody')).toContain('invalid username/password');

    expect(await push('dora', 'payments/api:1')).toBeNull();
    expect(await pull('dora', 'payments/api:1')).toBeNull();
    expect(await pull('gus', 'payments/api:1')).toBeNull();
    expect(await push('gus', 'payments/api:2')).toMatch(/denied|unauthorized/);
    expect(await pull('stranger', 'payments/api:1')).toMatch(/denied|unauthorized/);
    expect(await push('dora', 'shop/web:1')).toMatch(/denied|unauthorized/);
    expect(await pull(null, 'payments/api:1')).toMatch(/denied|unauthorized/);
  });

  test('lets a robot account push where it may, and the world pull what is public', async () => {
    const body = {
      name: 'ci',
      permissions: [
        {
          actions: ['artifact.pull' as const, 'artifact.push' as const],
          environments: ['testing'],
          repositories: ['web'],
        },
      ],
      expiresAt: null,
    };
    const robot = await admin.call(createProjectRobot, { params: { project: 'open' }, body });
    expect(await signIn(robot.loginName, robot.secret, 'robot')).toBeNull();
    expect(await push('robot', 'open/web:1')).toBeNull();
    expect(await push('robot', 'open/other:1')).toMatch(/denied|unauthorized/);
    expect(await pull(null, 'open/web:1')).toBeNull();
    expect(await pull('stranger', 'open/web:1')).toBeNull();
    await allowAnonymous(bff, false);
    expect(await pull(null, 'open/web:1')).toMatch(/denied|unauthorized/);
    await allowAnonymous(bff, true);
  });

  test('mounts across repositories only from what the caller may pull', async () => {
    const api = asDora();
    const { descriptor, bytes } = await api.getManifest('payments/api', '1');
    expect(descriptor.digest).toMatch(/^sha256:/);
    const { layers } = JSON.parse(bytes.toString()) as { layers: Array<{ digest: string }> };
    const [layer] = layers;
    expect(await api.mountBlob('payments/copy', layer?.digest ?? '', 'payments/api')).toBe(true);
    expect(await api.mountBlob('payments/copy', layer?.digest ?? '', 'open/web')).toBe(true);
    await addProject(bff, 'open', false);
    // Distribution itself answers 401 to a source that is not in the token, whether it exists or not.
    const again = asDora();
    for (const from of ['open/web', 'nowhere/web']) {
      await expect(again.mountBlob('payments/third', layer?.digest ?? '', from)).rejects.toThrow('does not allow');
    }
    await addProject(bff, 'open', true);
    await Promise.all([api.close(), again.close()]);
  });

  test('is scanned, probed, tried and written to by the console with tokens of its own making', async () => {
    const probed = await admin.call(probeRegistry, { params });
    expect(probed).toMatchObject({ health: 'up', trustsLongshore: true, username: null, hasPassword: false });
    const states = new Map(probed.capabilities.map(({ name, state }) => [name, state]));
    expect(states.get('catalog')).toBe('yes');
    expect(states.get('push')).toBe('yes');
    expect(states.get('deleteByDigest')).toBe('yes');
    await until('the catalog to be read', async () => {
      const { catalog } = await admin.call(getRegistry, { params });
      return catalog.repositoryCount >= 1 ? catalog : undefined;
    });
    const endpointUrls = [testing.url];
    const tried = await admin.call(testRegistry, { body: { registryId: 'testing', endpointUrls } });
    expect(tried.reachable).toBe(true);
    expect(tried.repositoryCount).toBeGreaterThan(0);
    // As a new one it has another service than this registry takes tokens for.
    const asNew = { newId: 'other', endpointUrls, trustsLongshore: true };
    expect((await admin.call(testRegistry, { body: asNew })).reachable).toBe(false);
    const taken = { newId: 'testing', endpointUrls, trustsLongshore: true };
    await expect(admin.call(testRegistry, { body: taken })).rejects.toThrow('already a registry');

    const copy = await admin.call(createExecution, {
      body: {
        source: { registryId: 'source', repository: 'payments/api' },
        references: ['1'],
        destinations: [{ registryId: 'testing', repository: 'payments/copied' }],
        whenDifferent: 'replace',
      },
    });
    const ended = await until('the copy to end', async () => {
      const found = await admin.call(getExecution, { params: { executionId: copy.id } });
      return found.state === 'running' ? undefined : found;
    });
    expect(ended.state).toBe('succeeded');
    expect(await pull('gus', 'payments/copied:1')).toBeNull();
  });

  test('takes the tokens of a new key after it was given the new certificates, and old tokens still', async () => {
    const old = await askToken(bff, `gus:${password}`, ['repository:payments/api:pull'], { service: 'testing' });
    const { items } = await admin.call(rotateSigningKey, {});
    expect(items.map(({ state }) => state)).toEqual(['current', 'previous']);
    expect(await pull('gus', 'payments/api:1')).not.toBeNull();
    await testing.kill();
    testing = await startTrusting(testing.port, testing.storageDirectory);
    expect(await pull('gus', 'payments/api:1')).toBeNull();
    const answer = await fetch(`${testing.url}/v2/payments/api/tags/list`, {
      headers: { authorization: `Bearer ${String(old.body['token'])}` },
    });
    expect(answer.status).toBe(200);
  });
});
