import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRegistryClient, mediaTypes } from '../registry-client/index.ts';
import { freePort } from '../testing/free-port.ts';
import { startRealRegistry } from '../testing/real-registry.ts';
import { pushSampleImage } from '../testing/sample-artifacts.ts';
import type { FrontDoorDeps } from './front-door-deps.ts';
import { type FrontDoorServer, startFrontDoor, type TestRegistry } from './testing/front-door-server.ts';
import { skopeo } from './testing/run-skopeo.ts';

// `console:let-me-in`, as htpasswd -B writes it.
const htpasswd = 'console:$2b$05$q/ksxFH2WsVSdoU533e3NeM8RRkba9pmo9ObAocBm6PyjBw4wxlUe\n';
const endings: Array<() => unknown> = [];
const digest = `sha256:${'a'.repeat(64)}`;

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function doorTo(dev: TestRegistry, deps: Partial<FrontDoorDeps> = {}): Promise<FrontDoorServer> {
  const door = await startFrontDoor({
    registries: { dev },
    deps,
    people: { mara: { payments: 'maintainer' } },
  });
  endings.push(() => door.close());
  return door;
}

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };

function ask(door: FrontDoorServer, path: string, init: Init = {}): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`mara:${door.password}`).toString('base64')}`;
  const headers = { accept: mediaTypes.ociManifest, authorization, cookie: 'session=secret', ...init.headers };
  return fetch(`${door.url}${path}`, { redirect: 'manual', ...init, headers });
}

/** A registry that is none. */
async function fake(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('A registry with a password', () => {
  it('is given the console’s own, never the caller’s', async () => {
    const registry = await startRealRegistry({ htpasswd });
    endings.push(() => registry.stop());
    const credential = { username: 'console', password: 'let-me-in' };
    const door = await doorTo({ urls: [registry.url], credential });
    // The very first request has a body: it cannot be sent twice.
    const bytes = randomBytes(200_000);
    const name = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const opened = await ask(door, '/v2/dev/payments/api/blobs/uploads/', { method: 'POST' });
    expect(opened.status).toBe(202);
    const location = opened.headers.get('location') ?? '';
    expect((await ask(door, `${location}&digest=${name}`, { method: 'PUT', body: bytes })).status).toBe(201);
    const got = await ask(door, `/v2/dev/payments/api/blobs/${name}`);
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);
    expect(got.headers.get('www-authenticate')).toBeNull();
  });

  it('that refuses the console’s account says so, and asks nobody to sign in there', async () => {
    const registry = await startRealRegistry({ htpasswd });
    endings.push(() => registry.stop());
    const door = await doorTo({ urls: [registry.url], credential: { username: 'console', password: 'wrong' } });
    const response = await ask(door, '/v2/dev/payments/api/manifests/v1');
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.text()).toContain('does not let the account that Longshore has there');
  });

  it('learns nothing of the caller', async () => {
    let seen = '';
    const url = await fake((request, response) => {
      seen = JSON.stringify(request.headers);
      response.setHeader('set-cookie', 'theirs=1');
      response.setHeader('content-type', 'application/json');
      response.end('{}');
    });
    const door = await doorTo({ urls: [url] });
    const headers = { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-host': 'evil.example' };
    const response = await ask(door, '/v2/dev/payments/api/manifests/v1', { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(seen).not.toMatch(/authorization|cookie|forwarded|evil|6\.6\.6\.6/i);
    expect(JSON.parse(seen)).toMatchObject({ host: new URL(url).host, 'user-agent': 'longshore/test' });
  });
});

describe('A registry with two addresses', () => {
  it('is served from the next while the first is down', async () => {
    const registry = await startRealRegistry();
    endings.push(() => registry.stop());
    const client = createRegistryClient({ name: 'dev', endpoints: [{ url: registry.url }], userAgent: 'test' });
    endings.push(() => client.close());
    await pushSampleImage(client, 'payments/api', { tag: 'v1' });
    const door = await doorTo({ urls: [`http://127.0.0.1:${await freePort()}`, registry.url] });
    expect((await ask(door, '/v2/dev/payments/api/manifests/v1')).status).toBe(200);
    const opened = await ask(door, '/v2/dev/payments/api/blobs/uploads/', { method: 'POST' });
    expect(opened.status).toBe(202);
    const location = opened.headers.get('location') ?? '';
    expect((await ask(door, location, { method: 'PATCH', body: randomBytes(1000) })).status).toBe(202);
  });

  it('is not there when neither is, and says so', async () => {
    const door = await doorTo({ urls: [`http://127.0.0.1:${await freePort()}`] });
    const response = await ask(door, '/v2/dev/payments/api/manifests/v1');
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('dev refused the connection.');
    const removed = await ask(door, '/v2/dev/payments/api/manifests/v1', { method: 'DELETE' });
    expect(removed.status).toBe(502);
    expect(await removed.text()).toContain('dev refused the connection.');
  });
});

describe('A registry that says nothing', () => {
  it('is asked once, is said not to answer, and keeps the next caller waiting no longer than need be', async () => {
    let asked = 0;
    const silent = await fake(() => void (asked += 1));
    const silence = { readMs: 300, downMs: 100, writeMs: 600_000 };
    const door = await doorTo({ urls: [silent] }, { silence });
    const path = '/v2/dev/payments/api/manifests/v1';
    const first = await ask(door, path);
    expect(first.status).toBe(502);
    expect(await first.text()).toContain('dev did not answer in time.');
    expect(asked).toBe(1);
    // By now it is known to be down.
    silence.readMs = 600_000;
    expect((await ask(door, path)).status).toBe(502);
  });
});

describe('A registry that misbehaves', () => {
  it('and breaks off half-way cuts the caller off', async () => {
    const url = await fake((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('half');
      setTimeout(() => response.destroy(), 100);
    });
    const door = await doorTo({ urls: [url] });
    const response = await ask(door, `/v2/dev/payments/api/blobs/${digest}`);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it('and breaks off before its first byte gets no 200', async () => {
    const url = await fake((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.flushHeaders();
      setTimeout(() => response.destroy(), 100);
    });
    const door = await doorTo({ urls: [url] });
    expect((await ask(door, `/v2/dev/payments/api/blobs/${digest}`)).status).toBe(502);
  });

  it('cannot send readers to addresses that are not its own', async () => {
    let asked = '';
    const elsewhere = await fake((request, response) => {
      asked = request.url ?? '';
      response.end('inner');
    });
    const url = await fake((request, response) => {
      const isAllowed = request.url?.includes('b'.repeat(64)) === true;
      response
        .writeHead(307, { location: isAllowed ? 'http://store.example:9000/blob?sig=1' : `${elsewhere}/x` })
        .end();
    });
    const door = await doorTo({ urls: [url], options: { allowedRedirectHosts: ['store.example:9000'] } });
    expect((await ask(door, `/v2/dev/payments/api/blobs/${digest}`)).status).toBe(502);
    expect(asked).toBe('');
    const allowed = await ask(door, `/v2/dev/payments/api/blobs/sha256:${'b'.repeat(64)}`);
    expect([allowed.status, allowed.headers.get('location')]).toEqual([307, 'http://store.example:9000/blob?sig=1']);
  });

  it('cannot name another host for an upload, and may use a path of its own', async () => {
    const paths: string[] = [];
    const url = await fake((request, response) => {
      paths.push(`${request.method} ${request.url}`);
      if (request.method === 'GET') response.setHeader('content-type', 'application/json').end('{}');
      else if (request.method === 'POST') {
        response.writeHead(202, { location: 'http://evil.example/sessions/42?state=x%2Fy' }).end();
      } else request.resume().once('end', () => response.writeHead(201).end());
    });
    const door = await doorTo({ urls: [url] });
    const opened = await ask(door, '/v2/dev/payments/api/blobs/uploads/', { method: 'POST' });
    const location = opened.headers.get('location') ?? '';
    expect(location).toMatch(/^\/v2\/dev\/payments\/api\/blobs\/uploads\/elsewhere\?state=x%2Fy&longshore=/);
    const put = await ask(door, `${location}&digest=${digest}`, { method: 'PUT', body: 'bytes' });
    expect(put.status).toBe(201);
    expect(paths.at(-1)).toBe(`PUT /sessions/42?state=x%2Fy&digest=${digest}`);
  });

  it('and rewrites links of every form to the front door', async () => {
    const url = await fake((request, response) => {
      const isAbsolute = request.url?.includes('n=2') === true;
      const origin = isAbsolute ? 'http://internal.example:5000' : '';
      response.setHeader('content-type', mediaTypes.ociIndex);
      response.setHeader('link', `<${origin}/v2/payments/api/referrers/${digest}?n=1&last=a%2Fb>; rel="next"`);
      response.end('{"manifests":[]}');
    });
    const door = await doorTo({ urls: [url] });
    for (const query of ['', '?n=2']) {
      const response = await ask(door, `/v2/dev/payments/api/referrers/${digest}${query}`);
      const expected = `</v2/dev/payments/api/referrers/${digest}?n=1&last=a%2Fb>; rel="next"`;
      expect(response.headers.get('link')).toBe(expected);
    }
  });

  it('loses its connection when the caller goes away', async () => {
    let isCut = false;
    const url = await fake((_request, response) => {
      response.writeHead(200, { 'content-length': 1_000_000_000 });
      const timer = setInterval(() => response.write(Buffer.alloc(1000)), 5);
      response.once('close', () => {
        clearInterval(timer);
        isCut = true;
      });
    });
    const door = await doorTo({ urls: [url] });
    const controller = new AbortController();
    const response = await ask(door, `/v2/dev/payments/api/blobs/${digest}`, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    await expect.poll(() => isCut, { timeout: 10_000 }).toBe(true);
  });
});

describe('A large blob', () => {
  it('arrives byte for byte, many at once, whatever pieces it comes in', async () => {
    const blobs = Array.from({ length: 6 }, (_, index) => randomBytes(3_000_000 + index * 777_777));
    const url = await fake((request, response) => {
      const bytes = blobs[Number(request.url?.at(-1))] ?? Buffer.alloc(0);
      response.writeHead(200, { 'content-length': bytes.length, 'content-type': 'application/octet-stream' });
      let sent = 0;
      const send = (): void => {
        const piece = bytes.subarray(sent, sent + 1 + Math.floor(Math.random() * 200_000));
        sent += piece.length;
        if (sent >= bytes.length) response.end(piece);
        else response.write(piece, () => setImmediate(send));
      };
      send();
    });
    const door = await doorTo({ urls: [url] });
    const work = Array.from({ length: 24 }, async (_, turn) => {
      const index = turn % blobs.length;
      const got = await ask(door, `/v2/dev/payments/api/blobs/sha256:${'0'.repeat(63)}${index}`);
      return Buffer.from(await got.arrayBuffer()).equals(blobs[index] ?? Buffer.alloc(0));
    });
    expect(await Promise.all(work)).toEqual(work.map(() => true));
  });

  it('that breaks off, or goes on after its end, is never taken for whole', async () => {
    const url = await fake((request, response) => {
      const isTooLong = request.url?.endsWith('1') === true;
      const { socket } = response;
      socket?.write('HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n');
      socket?.write(Buffer.alloc(isTooLong ? 3_000_100 : 2_000_000), () => setTimeout(() => socket.destroy(), 50));
    });
    const door = await doorTo({ urls: [url] });
    const short = await ask(door, `/v2/dev/payments/api/blobs/sha256:${'0'.repeat(64)}`);
    await expect(short.arrayBuffer()).rejects.toThrow();
    const long = await ask(door, `/v2/dev/payments/api/blobs/sha256:${'0'.repeat(63)}1`);
    const size = await long.arrayBuffer().then(
      ({ byteLength }) => byteLength,
      () => 'cut',
    );
    expect([3_000_000, 'cut']).toContain(size);
    expect((await ask(door, '/v2/')).status).toBe(200);
  });
});

describe('A registry that forbids deletion', () => {
  it('keeps its tag, and says so in the words of registries', async () => {
    const registry = await startRealRegistry({ isDeletionEnabled: false });
    endings.push(() => registry.stop());
    const client = createRegistryClient({ name: 'dev', endpoints: [{ url: registry.url }], userAgent: 'test' });
    endings.push(() => client.close());
    const image = await pushSampleImage(client, 'payments/api', { tag: 'v1' });
    const door = await doorTo({ urls: [registry.url] });
    for (const what of [`manifests/${image.digest}`, `blobs/${image.blobs[0]?.digest}`]) {
      const refused = await ask(door, `/v2/dev/payments/api/${what}`, { method: 'DELETE' });
      expect(refused.status, what).toBe(405);
      expect(await refused.text()).toContain('"UNSUPPORTED"');
    }
    expect(await client.headManifest('payments/api', 'v1')).toMatchObject({ digest: image.digest });
    expect(door.deletions).toEqual([]);
    expect(door.audit.filter(({ outcome }) => outcome === 'done')).toEqual([]);
  });
});

describe('A registry in maintenance', () => {
  it('refuses a push with words that skopeo prints', async () => {
    const registry = await startRealRegistry();
    endings.push(() => registry.stop());
    const client = createRegistryClient({ name: 'dev', endpoints: [{ url: registry.url }], userAgent: 'test' });
    endings.push(() => client.close());
    await pushSampleImage(client, 'payments/api', { tag: 'v1' });
    const door = await doorTo({ urls: [registry.url] });
    door.maintenance.set('dev', { until: new Date(Date.now() + 60_000), message: 'Back at noon.' });
    const { code, said } = await skopeo(
      `copy --preserve-digests --src-tls-verify=false --dest-tls-verify=false --dest-creds mara:${door.password} docker://${registry.host}/payments/api:v1 docker://${door.host}/dev/payments/new:v1`,
    );
    expect(code).not.toBe(0);
    expect(said).toContain('dev is in maintenance and takes no writes until');
    expect(said).toContain('Back at noon.');
  });
});

describe('A body that stalls', () => {
  it('ends its own request only', async () => {
    const registry = await startRealRegistry();
    endings.push(() => registry.stop());
    const door = await doorTo({ urls: [registry.url] });
    const pair = Buffer.from(`mara:${door.password}`).toString('base64');
    const socket = connect(Number(new URL(door.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `PUT /v2/dev/payments/api/manifests/v1 HTTP/1.1\r\nhost: x\r\nauthorization: Basic ${pair}\r\ncontent-length: 500\r\n\r\n{`,
    );
    expect((await ask(door, '/v2/')).status).toBe(200);
    socket.destroy();
    await expect.poll(() => door.metrics(), { timeout: 10_000 }).toContain('status="499"');
    expect((await ask(door, '/v2/')).status).toBe(200);
  });
});
