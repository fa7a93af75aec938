import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createImmutableRule } from '../contract/immutable-rules.ts';
import { createProject } from '../contract/projects.ts';
import { createRegistryClient, mediaTypes, type RegistryClient } from '../registry-client/index.ts';
import { type ChaosProxy, startChaosProxy } from '../testing/chaos-proxy.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { pushSampleImage } from '../testing/sample-artifacts.ts';
import { startBff, type TestBff } from '../testing/start-bff.ts';
import { createPostgresDatabase } from '../testing/test-database.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const rounds = 5;
const pushesAtOnce = 6;
let registry: RealRegistry;
let slow: ChaosProxy;
let client: RegistryClient;
let instances: TestBff[] = [];

beforeAll(async () => {
  registry = await startRealRegistry();
  // Far away, so that a look at the tag and the push that follows are well apart.
  slow = await startChaosProxy({ port: Number(new URL(registry.url).port) });
  slow.behave(() => ({ delayMs: 100 }));
  client = createRegistryClient({ name: 'dev', endpoints: [{ url: registry.url }], userAgent: 'test' });
});

afterAll(async () => {
  await client?.close();
  await slow?.stop();
  await registry?.stop();
});

afterEach(async () => {
  for (const instance of instances) await instance.close();
});

async function instancesOf(kind: string): Promise<TestBff[]> {
  const shared = {
    registries: [{ id: 'dev', environment: 'development', endpointUrls: [slow.url] }],
    allowedRegistryHosts: ['127.0.0.1'],
    sessionSecret: Buffer.from('0123456789abcdef0123456789abcdef').toString('base64'),
    encryptionKey: Buffer.from('0123456789abcdef0123456789abcdef').toString('base64'),
    adminPassword: 'a-password-for-two-consoles',
  };
  if (kind === 'embedded') return [await startBff(shared)];
  const database = { kind: 'postgres', url: await createPostgresDatabase() } as const;
  return [await startBff({ ...shared, database }), await startBff({ ...shared, database })];
}

describe.each(['embedded', 'postgres'])('An immutable tag (%s)', (kind) => {
  it('is made once, however many push it at the same moment, and stays when its digest is removed then', async () => {
    // Of its own: the scan of the other console's time has made a project of what it found.
    const project = `payments-${kind}`;
    const repository = `${project}/api`;
    instances = await instancesOf(kind);
    const [first] = instances;
    const admin = await first?.signIn();
    await admin?.call(createProject, { body: { name: project } });
    const body = { environment: null, repositoryPattern: '**', tagPattern: 'v*' };
    await admin?.call(createImmutableRule, { params: { project }, body });
    const { blobs } = await pushSampleImage(client, repository, { tag: 'base' });
    const [config] = blobs;
    const authorization = `Basic ${Buffer.from(`admin:${first?.adminPassword}`).toString('base64')}`;
    const addressOf = (reference: string, own: number) =>
      `${instances[own % instances.length]?.url}/v2/dev/${repository}/manifests/${reference}`;
    const manifestOf = (own: number) => {
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config: { mediaType: mediaTypes.ociConfig, digest: config?.digest, size: config?.size },
        layers: [],
        annotations: { own: String(own) },
      });
      return { manifest, digest: `sha256:${createHash('sha256').update(manifest).digest('hex')}` };
    };
    const push = async (tag: string, own: number) => {
      const { manifest, digest } = manifestOf(own);
      const answer = await fetch(addressOf(tag, own), {
        method: 'PUT',
        body: manifest,
        headers: { 'content-type': mediaTypes.ociManifest, authorization },
      });
      return { status: answer.status, said: await answer.text(), digest };
    };
    for (let round = 0; round < rounds; round += 1) {
      const tag = `v${round}`;
      const answers = await Promise.all(Array.from({ length: pushesAtOnce }, (_, own) => push(tag, own)));
      const made = answers.filter(({ status }) => status === 201);
      expect(made).toHaveLength(1);
      const refused = answers.filter(({ status }) => status === 403);
      expect(refused).toHaveLength(pushesAtOnce - 1);
      for (const { said } of refused) expect(said).toContain('is immutable and cannot be pushed again');
      expect(await client.headManifest(repository, tag)).toMatchObject({ digest: made[0]?.digest });
    }
    // Nor does it go with its digest, when somebody removes that at the moment in which it is made.
    for (let round = 0; round < rounds; round += 1) {
      const own = 100 + round;
      const { digest } = manifestOf(own);
      expect((await push(`free${round}`, own)).status).toBe(201);
      const [made, removed] = await Promise.all([
        push(`v-kept${round}`, own),
        fetch(addressOf(digest, own + 1), { method: 'DELETE', headers: { authorization } }),
      ]);
      const said = await removed.text();
      expect(made.status, made.said).toBe(201);
      if (removed.status !== 202) expect(said).toContain('has this digest and cannot be deleted');
      expect(await client.headManifest(repository, `v-kept${round}`), said).toMatchObject({ digest });
    }
  });
});
