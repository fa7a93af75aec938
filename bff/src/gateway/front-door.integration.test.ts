import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryClient, mediaTypes, type RegistryClient } from '../registry-client/index.ts';
import { type RealRegistry, startRealRegistry } from '../testing/real-registry.ts';
import { pushSampleImage, type Sample } from '../testing/sample-artifacts.ts';
import { type FrontDoorServer, startFrontDoor } from './testing/front-door-server.ts';

let first: RealRegistry;
let second: RealRegistry;
let door: FrontDoorServer;
let otherInstance: FrontDoorServer;
let client: RegistryClient;
let image: Sample;
const secret = 'shared-by-both-instances';

beforeAll(async () => {
  [first, second] = await Promise.all([startRealRegistry(), startRealRegistry()]);
  client = createRegistryClient({ name: 'dev', endpoints: [{ url: first.url }], userAgent: 'test' });
  const options = {
    registries: { dev: { urls: [first.url] }, prod: { urls: [second.url] } },
    people: {
      dora: { payments: 'developer', shop: 'developer' },
      dave: { payments: 'developer' },
      mara: { payments: 'maintainer' },
      gus: { payments: 'guest' },
      otto: { other: 'maintainer' },
    },
    publicProjects: ['open'],
    secret,
  } as const;
  [door, otherInstance] = await Promise.all([startFrontDoor(options), startFrontDoor(options)]);
  image = await pushSampleImage(client, 'payments/api', { tag: 'v1', layerSizes: [50_000] });
});

afterAll(async () => {
  await Promise.all([door?.close(), otherInstance?.close(), client?.close()]);
  await Promise.all([first?.stop(), second?.stop()]);
});

type Init = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };

function ask(who: string | null, path: string, init: Init = {}, at = door): Promise<Response> {
  const pair = Buffer.from(`${who}:${at.password}`).toString('base64');
  const own = who === null ? {} : { authorization: `Basic ${pair}` };
  return fetch(`${at.url}${path}`, {
    redirect: 'manual',
    ...init,
    headers: { accept: mediaTypes.ociManifest, ...own, ...init.headers },
  });
}

async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  return errors[0] ?? { code: '', message: '' };
}

describe('Who asks', () => {
  it('is told where to get a token', async () => {
    const response = await ask(null, '/v2/');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="${door.url}/service/token",service="longshore"`,
    );
    expect(response.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
    const place = await ask(null, '/v2/dev/payments/api/manifests/v1');
    expect(place.headers.get('www-authenticate')).toContain('scope="repository:dev/payments/api:pull"');
    expect((await ask('dora', '/v2/')).status).toBe(200);
  });

  it('is not who a wrong password, a forged token or another scheme says', async () => {
    const wrong = { authorization: `Basic ${Buffer.from('dora:wrong').toString('base64')}` };
    for (const headers of [wrong, { authorization: 'Bearer forged' }, { authorization: 'Digest x' }]) {
      const response = await ask(null, '/v2/dev/open/x/manifests/v1', { headers });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
    }
  });

  it('does with a token what it was made for and what its owner may do now', async () => {
    const token = await door.tokenFor('dora', ['repository:dev/payments/api:pull']);
    const headers = { authorization: `Bearer ${token}` };
    const manifest = '/v2/dev/payments/api/manifests/v1';
    expect((await ask(null, manifest, { headers })).status).toBe(200);
    const push = await ask(null, '/v2/dev/payments/api/blobs/uploads/', { method: 'POST', headers });
    expect(push.status).toBe(401);
    expect(push.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
    expect((await ask(null, '/v2/dev/payments/web/manifests/v1', { headers })).status).toBe(401);
    const gus = await door.tokenFor('gus', ['repository:dev/payments/api:pull']);
    const rows = door.rowsOf.get('gus');
    door.rowsOf.set('gus', new Map());
    door.forgetRights();
    expect((await ask(null, manifest, { headers: { authorization: `Bearer ${gus}` } })).status).toBe(404);
    if (rows !== undefined) door.rowsOf.set('gus', rows);
  });

  it('gets the same answer for what is hidden and for what does not exist', async () => {
    const answers = await Promise.all(
      [
        '/v2/dev/payments/api',
        '/v2/dev/nothing/api',
        '/v2/none/payments/api',
        '/v2/dev/longshore-trash/payments/api',
      ].map(async (place) => {
        const response = await ask('otto', `${place}/manifests/v1`);
        const { code, message } = await errorOf(response);
        return { status: response.status, code, message: message.replace(place.slice(4), 'PLACE') };
      }),
    );
    expect(answers[0]).toMatchObject({ status: 404, code: 'NAME_UNKNOWN' });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((await ask('root', '/v2/dev/longshore-trash/payments/api/tags/list')).status).toBe(404);
  });
});

describe('An address that could be read in two ways', () => {
  it.each([
    '/v2/dev/payments%2fapi/manifests/v1',
    '/v2/dev/payments/%2e%2e/payments/api/manifests/v1',
    '/v2/dev/payments/../payments/api/manifests/v1',
    '/v2/dev/payments/api/manifests/%252e',
    '/v2/dev/PAYMENTS/api/manifests/v1',
    '/v2/dev//payments/api/manifests/v1',
    '/v2/dev/payments/api\\x/manifests/v1',
    '/v2/dev/payments/api/manifests/v1%00',
    '/v2/_catalog/..',
  ])('%s is refused before anybody is asked who they are', async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 (?:400|404) /);
    expect(answer).not.toMatch(/www-authenticate/i);
  });

  it('of another spelling is not the front door', async () => {
    for (const path of ['/V2/', '/v2%2f', '//v2/']) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
      expect(answer).not.toMatch(/www-authenticate/i);
    }
  });

  it('and smuggled requests end with 400', async () => {
    const both = 'POST /v2/ HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await raw(both)).toMatch(/^HTTP\/1\.1 400 /);
    const twice = 'POST /v2/ HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcde';
    expect(await raw(twice)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('leaves a body that belongs to no body-carrying request here', async () => {
    const pair = Buffer.from(`dora:${door.password}`).toString('base64');
    const inner = 'GET /v2/_catalog HTTP/1.1\r\nhost: x\r\n\r\n';
    const answer = await raw(
      `GET /v2/dev/payments/api/manifests/v1 HTTP/1.1\r\nhost: x\r\nauthorization: Basic ${pair}\r\naccept: ${mediaTypes.ociManifest}\r\n` +
        `content-length: ${inner.length}\r\nconnection: close\r\n\r\n${inner}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  });
});

describe('What a caller says of itself', () => {
  it('in Host and X-Forwarded-* has no effect', async () => {
    const headers = [
      'host: evil.example',
      'x-forwarded-host: evil.example',
      'x-forwarded-proto: https',
      'forwarded: host=evil.example',
    ];
    const pair = Buffer.from(`dora:${door.password}`).toString('base64');
    const challenge = await raw(`GET /v2/ HTTP/1.1\r\n${headers.join('\r\n')}\r\nconnection: close\r\n\r\n`);
    const upload = await raw(
      `POST /v2/dev/payments/api/blobs/uploads/ HTTP/1.1\r\n${headers.join('\r\n')}\r\nauthorization: Basic ${pair}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
    );
    expect(upload).toMatch(/^HTTP\/1\.1 202 /);
    expect(challenge + upload).not.toContain('evil.example');
  });

  it('counts from a trusted proxy', async () => {
    const behind = await startFrontDoor({ registries: {}, trustedProxies: ['loopback'] });
    const headers = { 'x-forwarded-host': 'registry.example', 'x-forwarded-proto': 'https' };
    const response = await ask(null, '/v2/', { headers }, behind);
    expect(response.headers.get('www-authenticate')).toContain('realm="https://registry.example/service/token"');
    await behind.close();
  });
});

describe('Reading', () => {
  it('keeps ranges, conditions, digests and HEAD', async () => {
    const blob = image.blobs.at(-1);
    const path = `/v2/dev/payments/api/blobs/${blob?.digest}`;
    const part = await ask('gus', path, { headers: { range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${blob?.size}`);
    expect((await part.arrayBuffer()).byteLength).toBe(10);
    const head = await ask('gus', path, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(blob?.size));
    expect(head.headers.get('docker-content-digest')).toBe(blob?.digest);
    const manifest = '/v2/dev/payments/api/manifests/v1';
    const got = await ask('gus', manifest, { headers: { accept: mediaTypes.ociManifest } });
    expect(got.headers.get('docker-content-digest')).toBe(image.digest);
    const same = await ask('gus', manifest, {
      headers: { accept: mediaTypes.ociManifest, 'if-none-match': `"${image.digest}"` },
    });
    expect(same.status).toBe(304);
    expect(
      `sha256:${createHash('sha256')
        .update(Buffer.from(await got.arrayBuffer()))
        .digest('hex')}`,
    ).toBe(image.digest);
  });

  it('gives strangers’ bytes no power over the console’s own pages', async () => {
    const response = await ask('gus', `/v2/dev/payments/api/blobs/${image.blobs[0]?.digest}`);
    await response.arrayBuffer();
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('lists tags in pages, under the name that was asked for', async () => {
    for (const tag of ['b', 'a', 'c']) await pushSampleImage(client, 'payments/paged', { tag, layerSizes: [10] });
    const page = await ask('gus', '/v2/dev/payments/paged/tags/list?n=2');
    expect(await page.json()).toEqual({ name: 'dev/payments/paged', tags: ['a', 'b'] });
    const link = /<([^>]*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? '';
    const next = await ask('gus', link);
    expect(await next.json()).toEqual({ name: 'dev/payments/paged', tags: ['c'] });
    expect(next.headers.get('link')).toBeNull();
    expect((await ask('gus', '/v2/dev/payments/paged/tags/list?n=x')).status).toBe(400);
  });
});

describe('An upload', () => {
  const open = async (who: string, repository = 'dev/payments/api') => {
    const response = await ask(who, `/v2/${repository}/blobs/uploads/`, { method: 'POST' });
    expect(response.status).toBe(202);
    return response.headers.get('location') ?? '';
  };
  const bytes = randomBytes(100_000);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

  it('goes on at another instance of the console', async () => {
    const location = await open('dora');
    const patched = await ask('dora', location, { method: 'PATCH', body: bytes }, otherInstance);
    expect(patched.status).toBe(202);
    const next = patched.headers.get('location') ?? '';
    expect((await ask('dora', next, {}, door)).status).toBe(204);
    const put = await ask('dora', `${next}&digest=${digest}`, { method: 'PUT' }, otherInstance);
    expect(put.status).toBe(201);
    expect(put.headers.get('location')).toBe(`/v2/dev/payments/api/blobs/${digest}`);
    expect(await client.hasBlob('payments/api', digest)).toBe(true);
  });

  it('of somebody else, of another repository or without its seal does not exist', async () => {
    const location = await open('dora');
    const attempts: Array<[string, string]> = [
      ['dave', location],
      ['dora', location.replace('/payments/api/', '/shop/api/')],
      ['dora', location.replace('/v2/dev/', '/v2/prod/')],
      ['dora', location.replace(/&?longshore=[^&]*/, '')],
      ['dora', location.replace(/longshore=[^&]*/, (text) => `${text.slice(0, -4)}AAAA`)],
      ['dora', location.replace(/uploads\/[^?]*/, 'uploads/11111111-1111-1111-1111-111111111111')],
    ];
    for (const [who, where] of attempts) {
      const response = await ask(who, where, { method: 'PATCH', body: bytes });
      expect(response.status).toBe(404);
      expect((await errorOf(response)).code).toBe('BLOB_UPLOAD_UNKNOWN');
    }
    expect((await ask('dora', location, { method: 'DELETE' })).status).toBe(204);
  });

  it('that the client breaks off ends upstream as well', async () => {
    const location = await open('dora');
    const pair = Buffer.from(`dora:${door.password}`).toString('base64');
    const socket = connect(Number(new URL(door.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `PUT ${location}&digest=${digest} HTTP/1.1\r\nhost: x\r\nauthorization: Basic ${pair}\r\ncontent-length: 100000\r\n\r\n`,
    );
    socket.write(bytes.subarray(0, 1000));
    await new Promise((resolve) => setTimeout(resolve, 200));
    socket.destroy();
    // The door lives and serves others.
    expect((await ask('dora', '/v2/')).status).toBe(200);
    await expect.poll(async () => /499/.test(await door.metrics()), { timeout: 10_000 }).toBe(true);
  });
});

describe('Writing', () => {
  const document = (extra: object = {}) =>
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociManifest,
        config: { mediaType: mediaTypes.ociConfig, digest: image.blobs[0]?.digest, size: image.blobs[0]?.size },
        layers: [],
        ...extra,
      }),
    );
  const put = (who: string, reference: string, body: Buffer, at = door) =>
    ask(
      who,
      `/v2/dev/payments/api/manifests/${reference}`,
      {
        method: 'PUT',
        body,
        headers: { 'content-type': mediaTypes.ociManifest },
      },
      at,
    );

  it('is for those who may', async () => {
    expect((await put('dora', 'w1', document())).status).toBe(201);
    const refused = await put('gus', 'w2', document());
    expect(refused.status).toBe(403);
    expect((await errorOf(refused)).message).toContain('you need the role developer or higher');
    const deleted = await ask('dora', '/v2/dev/payments/api/manifests/w1', { method: 'DELETE' });
    expect(deleted.status).toBe(403);
    expect((await errorOf(deleted)).message).toContain('maintainer');
    const { headers } = await ask('mara', '/v2/dev/payments/api/manifests/w1');
    const gone = await ask('mara', `/v2/dev/payments/api/manifests/${headers.get('docker-content-digest')}`, {
      method: 'DELETE',
    });
    expect(gone.status).toBe(202);
    expect(door.deletions).toEqual([`dev/payments/api@${headers.get('docker-content-digest')}`]);
    const again = await ask('mara', `/v2/dev/payments/api/manifests/${headers.get('docker-content-digest')}`, {
      method: 'DELETE',
    });
    expect([again.status, (await errorOf(again)).code]).toEqual([404, 'MANIFEST_UNKNOWN']);
    const blob = await ask('mara', `/v2/dev/payments/api/blobs/${image.blobs[0]?.digest}`, { method: 'DELETE' });
    expect([blob.status, (await errorOf(blob)).code]).toEqual([405, 'UNSUPPORTED']);
    expect(await client.hasBlob('payments/api', image.blobs[0]?.digest ?? '')).toBe(true);
  });

  it('refuses manifests that are too large, no JSON, two things at once, or not what their digest says', async () => {
    const large = await put('dora', 'big', document({ annotations: { a: 'x'.repeat(4 * 1024 * 1024) } }));
    expect([large.status, (await errorOf(large)).code]).toEqual([413, 'SIZE_INVALID']);
    expect((await put('dora', 'bad', Buffer.from('{'))).status).toBe(400);
    expect((await put('dora', 'bad', Buffer.from('[]'))).status).toBe(400);
    const twofold = await put('dora', 'bad', document({ manifests: [] }));
    expect([twofold.status, (await errorOf(twofold)).code]).toEqual([400, 'MANIFEST_INVALID']);
    const other = await put('dora', `sha256:${'0'.repeat(64)}`, document());
    expect([other.status, (await errorOf(other)).code]).toEqual([400, 'DIGEST_INVALID']);
    expect(await client.headManifest('payments/api', 'bad')).toBeUndefined();
  });

  it('waits for the end of maintenance', async () => {
    door.maintenance.set('dev', { until: new Date(Date.now() + 60_000), message: 'Cleaning up.' });
    const refused = await put('dora', 'm1', document());
    expect(refused.status).toBe(405);
    expect((await errorOf(refused)).message).toMatch(
      /^dev is in maintenance and takes no writes until .*Cleaning up\.$/,
    );
    const deleted = await ask('mara', `/v2/dev/payments/api/manifests/${image.digest}`, { method: 'DELETE' });
    expect(deleted.status).toBe(405);
    expect((await ask('gus', '/v2/dev/payments/api/manifests/v1')).status).toBe(200);
    door.maintenance.delete('dev');
    expect((await put('dora', 'm1', document())).status).toBe(201);
  });

  it('keeps immutable tags', async () => {
    const strict = await startFrontDoor({
      registries: { dev: { urls: [first.url] } },
      people: { mara: { payments: 'maintainer' } },
      deps: {
        findImmutable: async ({ tag, project }) =>
          tag.startsWith('r') && project === 'payments' ? { name: 'r*' } : undefined,
      },
    });
    const one = document({ annotations: { n: '1' } });
    expect((await put('mara', 'r1', one, strict)).status).toBe(201);
    expect((await put('mara', 'r1', one, strict)).status).toBe(201);
    const moved = await put('mara', 'r1', document({ annotations: { n: '2' } }), strict);
    expect(moved.status).toBe(403);
    expect((await errorOf(moved)).message).toContain('The tag r1 of dev/payments/api is immutable');
    const digest = `sha256:${createHash('sha256').update(one).digest('hex')}`;
    const gone = await ask('mara', '/v2/dev/payments/api/manifests/r1', { method: 'DELETE' }, strict);
    expect(gone.status).toBe(403);
    expect(await client.headManifest('payments/api', 'r1')).toMatchObject({ digest });
    await strict.close();
  });

  it('records refusals once a minute for the same person, place and action', async () => {
    const before = door.audit.length;
    for (let time = 0; time < 3; time += 1) {
      await ask('gus', '/v2/dev/payments/quiet/blobs/uploads/', { method: 'POST' });
    }
    expect(door.audit.slice(before)).toHaveLength(1);
    expect(door.audit.at(-1)).toMatchObject({ outcome: 'refused', action: 'push', project: 'payments' });
  });
});

/** Bytes as they are, which no HTTP library would send. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(door.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(text);
  let answer = '';
  socket.on('data', (piece: Buffer) => void (answer += piece.toString('latin1')));
  socket.setTimeout(10_000, () => socket.destroy());
  await once(socket, 'close');
  return answer;
}
