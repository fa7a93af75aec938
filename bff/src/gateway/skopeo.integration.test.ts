import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryClient, type RegistryClient } from '../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { pushSampleImage, pushSampleIndex } from '../testing/sample-artifacts.ts';
import { type FrontDoorServer, startFrontDoor } from './testing/front-door-server.ts';
import { skopeo } from './testing/run-skopeo.ts';

let development: RealRegistry;
let production: RealRegistry;
let source: RealRegistry;
let door: FrontDoorServer;
let clients: Record<'development' | 'production' | 'source', RegistryClient>;

beforeAll(async () => {
  [development, production, source] = await Promise.all([
    startRealRegistry(),
    startRealRegistry(),
    startRealRegistry(),
  ]);
  const client = ({ url }: RealRegistry, name: string) =>
    createRegistryClient({ name, endpoints: [{ url }], userAgent: 'test' });
  clients = {
    development: client(development, 'development'),
    production: client(production, 'production'),
    source: client(source, 'source'),
  };
  door = await startFrontDoor({
    registries: { development: { urls: [development.url] }, production: { urls: [production.url] } },
    people: {
      dora: { payments: { development: 'developer', production: 'guest' } },
      tess: { payments: 'guest' },
      olga: { payments: 'developer', shop: 'guest' },
      otto: { other: 'maintainer' },
    },
    publicProjects: ['open'],
  });
  await pushSampleImage(clients.source, 'app', { tag: 'v1', layerSizes: [100_000, 3_000_000] });
  await pushSampleIndex(clients.source, 'multi', ['amd64', 'arm64'], { tag: 'v1' });
  await pushSampleImage(clients.development, 'open/tool', { tag: 'v1' });
  await pushSampleImage(clients.development, 'payments/secret', { tag: 'v1' });
});

afterAll(async () => {
  await door?.close();
  await Promise.all(Object.values(clients ?? {}).map((client) => client.close()));
  await Promise.all([development?.stop(), production?.stop(), source?.stop()]);
});

const at = (name: string) => `docker://${door.host}/${name}`;
const as = (who: string) => `${who}:${door.password}`;
const noTls = '--src-tls-verify=false --dest-tls-verify=false';
const push = (who: string, from: string, to: string) =>
  skopeo(`copy --all --preserve-digests ${noTls} --dest-creds ${as(who)} docker://${source.host}/${from} ${at(to)}`);
const inspect = (who: string | null, name: string) =>
  skopeo(`inspect --raw --tls-verify=false ${who === null ? '--no-creds' : `--creds ${as(who)}`} ${at(name)}`);

describe('skopeo at the front door', () => {
  it('pushes and pulls an image', async () => {
    const pushed = await push('dora', 'app:v1', 'development/payments/api:v1');
    expect(pushed.said).not.toContain('level=fatal');
    expect(pushed.code).toBe(0);
    const there = await clients.development.getManifest('payments/api', 'v1');
    const own = await clients.source.getManifest('app', 'v1');
    expect(there.descriptor.digest).toBe(own.descriptor.digest);
    const to = `docker://${source.host}/pulled/api:v1`;
    const from = at('development/payments/api:v1');
    const pulled = await skopeo(`copy --preserve-digests ${noTls} --src-creds ${as('tess')} ${from} ${to}`);
    expect(pulled.code).toBe(0);
    expect((await clients.source.getManifest('pulled/api', 'v1')).descriptor.digest).toBe(own.descriptor.digest);
  });

  it('tells the catalog who pushed what, and the audit log', async () => {
    await push('dora', 'app:v1', 'development/payments/told:v2');
    expect(door.changes).toContainEqual(
      expect.objectContaining({ repository: 'payments/told', tag: 'v2', actor: 'dora' }),
    );
    expect(door.audit).toContainEqual(
      expect.objectContaining({
        action: 'push',
        outcome: 'done',
        target: 'development/payments/told:v2',
        project: 'payments',
        environment: 'development',
        actor: { kind: 'user', id: 'id-dora', name: 'dora' },
      }),
    );
  });

  it('pushes and pulls a multi-platform image with its children', async () => {
    const pushed = await push('dora', 'multi:v1', 'development/payments/multi:v1');
    expect(pushed.code).toBe(0);
    const raw = await inspect('tess', 'development/payments/multi:v1');
    const { manifests } = JSON.parse(raw.output) as { manifests: { digest: string }[] };
    expect(manifests).toHaveLength(2);
    for (const { digest } of manifests) {
      expect((await clients.development.getManifest('payments/multi', digest)).descriptor.digest).toBe(digest);
    }
  });

  it('is refused what a role does not hold, in words that say what would be needed', async () => {
    const refused = await push('dora', 'app:v1', 'production/payments/api:v1');
    expect(refused.code).not.toBe(0);
    expect(refused.said).toContain('To push or copy artifacts in production of payments you need the role');
    expect(await clients.production.headManifest('payments/api', 'v1')).toBeUndefined();
    const tester = await push('tess', 'app:v1', 'development/payments/api:v9');
    expect(tester.said).toMatch(/denied: .*you need the role/);
    expect(door.audit).toContainEqual(
      expect.objectContaining({
        action: 'push',
        outcome: 'refused',
        actor: { kind: 'user', id: 'id-tess', name: 'tess' },
      }),
    );
  });

  it('learns nothing of places it may not see', async () => {
    const hidden = await inspect('otto', 'development/payments/secret:v1');
    const missing = await inspect('otto', 'development/nothing/secret:v1');
    expect(hidden.code).not.toBe(0);
    const shapeOf = (said: string) => said.replaceAll(/time="[^"]*"/g, '').replaceAll(/payments|nothing/g, 'X');
    expect(shapeOf(hidden.said)).toBe(shapeOf(missing.said));
    expect(hidden.said).toContain('name unknown');
  });

  it('pulls what is public without signing in, and nothing else', async () => {
    expect((await inspect(null, 'development/open/tool:v1')).code).toBe(0);
    const shut = await inspect(null, 'development/payments/secret:v1');
    expect(shut.code).not.toBe(0);
    expect(shut.said).toMatch(/unauthorized/i);
  });

  it('mounts across projects that it may pull from, and uploads from others', async () => {
    const [mount, plain] = await Promise.all(
      (['shop/base', 'other/base'] as const).map(async (repository) => {
        const { blobs } = await pushSampleImage(clients.development, repository, { tag: 'v1' });
        const [blob] = blobs;
        const from = encodeURIComponent(`development/${repository}`);
        const path = `/v2/development/payments/target/blobs/uploads/?mount=${blob?.digest}&from=${from}`;
        const basic = Buffer.from(as('olga')).toString('base64');
        return fetch(`${door.url}${path}`, { method: 'POST', headers: { authorization: `Basic ${basic}` } });
      }),
    );
    expect(mount?.status).toBe(201);
    expect(mount?.headers.get('location')).toMatch(/^\/v2\/development\/payments\/target\/blobs\/sha256:/);
    expect(plain?.status).toBe(202);
  });
});
