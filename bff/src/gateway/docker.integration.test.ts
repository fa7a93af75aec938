import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { type DockerEngine, startDockerEngine } from './testing/docker-engine.ts';
import { type FrontDoorServer, startFrontDoor } from './testing/front-door-server.ts';
import { run } from './testing/run-skopeo.ts';

// Begun here, because whether the tests run at all depends on it.
const started = await startDockerEngine();
const engine = typeof started === 'string' ? undefined : started;
if (typeof started === 'string') process.stderr.write(`The tests with the docker engine are skipped: ${started}.\n`);

let registry: RealRegistry;
let door: FrontDoorServer;

beforeAll(async () => {
  registry = await startRealRegistry();
  door = await startFrontDoor({
    registries: { dev: { urls: [registry.url], environment: 'development' } },
    people: { dora: { payments: 'developer' }, gus: { payments: 'guest' } },
    publicProjects: ['open'],
    deps: {
      findImmutable: async ({ tag }) => (tag.startsWith('release-') ? { name: 'release-*' } : undefined),
    },
  });
});

afterAll(async () => {
  await door?.close();
  await registry?.stop();
  await engine?.stop();
});

describe.skipIf(engine === undefined)('The docker engine at the front door', () => {
  const docker: DockerEngine['docker'] = (args) => engine?.docker(args) ?? Promise.reject(new Error('no engine'));

  async function build(name: string): Promise<void> {
    const directory = engine?.directory ?? '';
    await writeFile(path.join(directory, 'content'), randomBytes(500_000));
    await run('tar', ['-C', directory, '-cf', path.join(directory, 'layer.tar'), 'content']);
    expect((await docker(`import ${directory}/layer.tar ${name}`)).code).toBe(0);
  }
  const signIn = (who: string) => docker(`login --username ${who} --password ${door.password} ${door.host}`);

  it('signs in, pushes, and pulls what it pushed', async () => {
    const name = `${door.host}/dev/payments/api:v1`;
    expect((await docker(`login --username dora --password wrong ${door.host}`)).code).not.toBe(0);
    expect((await signIn('dora')).said).toContain('Login Succeeded');
    await build(name);
    const pushed = await docker(`push ${name}`);
    expect(pushed.said).toMatch(/v1: digest: sha256:[0-9a-f]{64}/);
    expect((await docker(`rmi ${name}`)).code).toBe(0);
    const pulled = await docker(`pull ${name}`);
    expect(pulled.said).toContain('Downloaded newer image');
  });

  it('prints why a push is refused', async () => {
    await signIn('gus');
    const name = `${door.host}/dev/payments/api:v2`;
    await build(name);
    const refused = await docker(`push ${name}`);
    expect(refused.code).not.toBe(0);
    expect(refused.said).toContain('denied: To push or copy artifacts in development of payments you need the role');
  });

  it('prints that a tag is immutable and that a registry is in maintenance', async () => {
    await signIn('dora');
    const name = `${door.host}/dev/payments/api:release-1`;
    await build(name);
    expect((await docker(`push ${name}`)).code).toBe(0);
    await build(name);
    expect((await docker(`push ${name}`)).said).toContain('is immutable and cannot be pushed again');
    door.maintenance.set('dev', { until: new Date(Date.now() + 60_000), message: 'Back at noon.' });
    const other = `${door.host}/dev/payments/other:v1`;
    await build(other);
    const refused = await docker(`push ${other}`);
    door.maintenance.delete('dev');
    expect(refused.code).not.toBe(0);
    expect(refused.said).toContain('dev is in maintenance and takes no writes until');
  });

  it('pulls what is public without signing in', async () => {
    await docker(`logout ${door.host}`);
    const from = `docker://${registry.host}/payments/api:v1`;
    const to = `docker://${registry.host}/open/tool:v1`;
    await run('skopeo', ['copy', '--src-tls-verify=false', '--dest-tls-verify=false', from, to]);
    expect((await docker(`pull ${door.host}/dev/open/tool:v1`)).code).toBe(0);
    expect((await docker(`pull ${door.host}/dev/payments/api:v1`)).code).not.toBe(0);
  });
});
