import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryClient, mediaTypes, type RegistryClient, Secret } from '../registry-client/index.ts';
import { freePort } from '../testing/free-port.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { pushSampleImage, type Sample } from '../testing/sample-artifacts.ts';
import { ownMarkHeader } from './own-mark.ts';
import { type FrontDoorServer, startFrontDoor } from './testing/front-door-server.ts';
import { skopeo } from './testing/run-skopeo.ts';

const files = path.resolve(import.meta.dirname, '../../../deploy/nginx');
const proxyKey = randomBytes(32).toString('base64');
// `console:let-me-in`, as htpasswd -B writes it.
const htpasswd = 'console:$2b$05$q/ksxFH2WsVSdoU533e3NeM8RRkba9pmo9ObAocBm6PyjBw4wxlUe\n';

let directory: string;
let registry: RealRegistry;
let door: FrontDoorServer;
let nginx: ChildProcess;
let client: RegistryClient;
let image: Sample;
let host: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'longshore-nginx-'));
  registry = await startRealRegistry({ htpasswd });
  const credential = { username: 'console', password: 'let-me-in' };
  door = await startFrontDoor({
    registries: { dev: { urls: [registry.url], credential } },
    people: { dora: { payments: 'developer' }, gus: { payments: 'guest' } },
    trustedProxies: ['loopback'],
    deps: { proxyKey },
  });
  const port = await freePort();
  host = `127.0.0.1:${port}`;
  nginx = await startNginx(port);
  client = createRegistryClient({
    name: 'through',
    endpoints: [{ url: registry.url }],
    userAgent: 'test',
    credential: { username: 'console', password: new Secret('let-me-in') },
  });
  image = await pushSampleImage(client, 'payments/api', { tag: 'v1', layerSizes: [2_000_000] });
});

afterAll(async () => {
  if (nginx !== undefined && nginx.exitCode === null) {
    const exited = once(nginx, 'exit');
    nginx.kill('SIGQUIT');
    await exited;
  }
  await client?.close();
  await door?.close();
  await registry?.stop();
  await rm(directory, { recursive: true, force: true });
});

/** The files as they are, with this test's addresses in the places that an installation changes. */
async function startNginx(port: number): Promise<ChildProcess> {
  for (const name of ['longshore-console.inc', 'longshore-registry.inc']) {
    await copyFile(path.join(files, name), path.join(directory, name));
  }
  await writeFile(path.join(directory, 'longshore-key.inc'), `proxy_set_header X-Longshore-Key "${proxyKey}";\n`);
  const shipped = await readFile(path.join(files, 'longshore.conf'), 'utf8');
  const own = shipped
    .replace('server 127.0.0.1:8080;', `server ${door.host};`)
    .replace('listen 80;', `listen 127.0.0.1:${port};`);
  await writeFile(path.join(directory, 'longshore.conf'), own);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  await writeFile(
    path.join(directory, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${directory}/pid; error_log ${directory}/error.log;
events {}
http { log_format way '$request_method $uri $proxy_host $status'; access_log ${directory}/access.log way; ${temporary.join(' ')} include longshore.conf; }
`,
  );
  const child = spawn('nginx', ['-p', directory, '-c', path.join(directory, 'nginx.conf')], { stdio: 'inherit' });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (
      await fetch(`http://127.0.0.1:${port}/v2/`).then(
        () => true,
        () => false,
      )
    )
      return child;
    await sleep(50);
  }
  throw new Error(`nginx did not start: ${await readFile(path.join(directory, 'error.log'), 'utf8').catch(String)}`);
}

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };

function ask(who: string | null, where: string, init: Init = {}): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${who}:${door.password}`).toString('base64')}`;
  const own = who === null ? {} : { authorization };
  const url = where.startsWith('http') ? where : `http://${host}${where}`;
  return fetch(url, {
    redirect: 'manual',
    ...init,
    headers: { accept: mediaTypes.ociManifest, ...own, ...init.headers },
  });
}

async function waysOf(part: string): Promise<string[]> {
  await sleep(100);
  return (await readFile(path.join(directory, 'access.log'), 'utf8')).split('\n').filter((line) => line.includes(part));
}

describe('nginx before the console', () => {
  it('moves the bytes of a blob itself, with the registry’s proof and not the caller’s', async () => {
    const blob = image.blobs.at(-1);
    const got = await ask('gus', `/v2/dev/payments/api/blobs/${blob?.digest}`);
    const bytes = Buffer.from(await got.arrayBuffer());
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(blob?.digest);
    expect(got.headers.get('x-content-type-options')).toBe('nosniff');
    expect([...got.headers.keys()].filter((name) => name.startsWith('x-longshore'))).toEqual([]);
    const part = await ask('gus', `/v2/dev/payments/api/blobs/${blob?.digest}`, { headers: { range: 'bytes=5-9' } });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 5]);
    expect(await waysOf(`GET /v2/dev/payments/api/blobs/${blob?.digest} ${registry.host}`)).not.toEqual([]);
  });

  it('passes on the mark by which the console knows its own front door', async () => {
    const mark = (await fetch(`${door.url}/v2/`)).headers.get(ownMarkHeader);
    expect(mark).toMatch(/^[0-9a-f]{32}$/);
    expect((await ask(null, '/v2/')).headers.get(ownMarkHeader)).toBe(mark);
  });

  it('gives refusals in the console’s own words', async () => {
    const digest = image.blobs.at(-1)?.digest;
    const stranger = await ask(null, `/v2/dev/payments/api/blobs/${digest}`);
    expect(stranger.status).toBe(401);
    expect(stranger.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="http:\/\/127\.0\.0\.1:\d+\/service\/token"/,
    );
    const hidden = await ask('gus', `/v2/dev/shop/api/blobs/${digest}`);
    expect([hidden.status, await hidden.text()]).toEqual([404, expect.stringContaining('NAME_UNKNOWN')]);
    const missing = await ask('gus', `/v2/dev/payments/api/blobs/sha256:${'0'.repeat(64)}`);
    expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining('BLOB_UNKNOWN')]);
  });

  it('takes pieces of a blob, and the upload goes on at the console', async () => {
    const bytes = randomBytes(300_000);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const opened = await ask('dora', '/v2/dev/payments/api/blobs/uploads/', { method: 'POST' });
    const patched = await ask('dora', opened.headers.get('location') ?? '', { method: 'PATCH', body: bytes });
    expect(patched.status).toBe(202);
    const put = await ask('dora', `${patched.headers.get('location')}&digest=${digest}`, { method: 'PUT' });
    expect(put.status).toBe(201);
    expect(await client.hasBlob('payments/api', digest)).toBe(true);
    expect(await waysOf(`${registry.host} 202`)).not.toEqual([]);
    const other = await ask('gus', opened.headers.get('location') ?? '', { method: 'PATCH', body: bytes });
    expect(other.status).toBe(403);
  });

  it('lets nobody ask for a decision, and believes no caller about the key', async () => {
    const headers = {
      'x-longshore-key': proxyKey,
      'x-original-uri': `/v2/dev/payments/api/blobs/${image.blobs[0]?.digest}`,
      'x-original-method': 'GET',
    };
    for (const where of ['/gateway/decision', '/_longshore_decision', '/gateway//decision', '/gateway/decision?x']) {
      const response = await ask('gus', where, { headers });
      expect(response.status).toBe(404);
      expect(response.headers.get('x-longshore-authorization')).toBeNull();
    }
    const wrong = { ...headers, 'x-longshore-key': 'wrong' };
    expect((await ask('gus', `${door.url}/gateway/decision`, { headers: wrong })).status).toBe(404);
    const right = await ask('gus', `${door.url}/gateway/decision`, { headers });
    expect([right.status, right.headers.get('x-longshore-upstream')]).toEqual([204, registry.url]);
  });

  it('serves skopeo, both ways', async () => {
    const creds = `--src-creds gus:${door.password} --dest-creds dora:${door.password}`;
    const { code, said } = await skopeo(
      `copy --preserve-digests --src-tls-verify=false --dest-tls-verify=false ${creds} docker://${host}/dev/payments/api:v1 docker://${host}/dev/payments/again:v1`,
    );
    expect(said).not.toContain('level=fatal');
    expect(code).toBe(0);
    expect(await client.headManifest('payments/again', 'v1')).toMatchObject({ digest: image.digest });
  });
});
