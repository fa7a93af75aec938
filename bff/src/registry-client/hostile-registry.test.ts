import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import type { Flaw, FlawedRegistry } from '../testing/flawed-registry.ts';
import { startFlawedRegistry } from '../testing/flawed-registry.ts';
import type { RegistryClient, RegistryClientOptions, RegistryErrorCode } from './index.ts';
import { createRegistryClient, mediaTypes, openVerifiedBlob, RegistryError, Secret } from './index.ts';

const toStop: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of toStop.splice(0).toReversed()) await stop();
});

async function registryWith(
  flaw: Flaw | undefined,
  options: Partial<RegistryClientOptions> = {},
): Promise<{ registry: FlawedRegistry; client: RegistryClient }> {
  const registry = await startFlawedRegistry(flaw);
  const client = createRegistryClient({
    name: 'flawed',
    endpoints: [{ url: registry.url }],
    userAgent: 'test',
    ...options,
  });
  toStop.push(registry.stop, () => client.close());
  return { registry, client };
}

async function failure(work: Promise<unknown>): Promise<RegistryError> {
  const error = await work.then(
    () => new Error('It did not fail.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RegistryError)) throw error;
  return error;
}

async function drain<Page>(pages: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

const blob = Buffer.alloc(200_000, 'layer ');
const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest };

describe('a web page where a registry should be', () => {
  test.each<[string, (client: RegistryClient) => Promise<unknown>]>([
    ['ping', (client) => client.ping()],
    ['the catalog', (client) => drain(client.listRepositories())],
    ['tags', (client) => drain(client.listTags('a/b'))],
    ['a manifest', (client) => client.getManifest('a/b', 'v1')],
    ['a question for a manifest', (client) => client.headManifest('a/b', 'v1')],
    ['a blob', (client) => client.hasBlob('a/b', `sha256:${'a'.repeat(64)}`)],
  ])('is recognised by %s', async (_name, ask) => {
    const { client } = await registryWith({ kind: 'web-page' });
    const error = await failure(ask(client));
    expect(error).toMatchObject({ code: 'not-a-registry', retryable: false });
    expect(error.sentence).toBe('flawed answered with a web page where a registry answers with data.');
  });
});

describe('manifests', () => {
  test.each<[Flaw, RegistryErrorCode]>([
    [{ kind: 'wrong-digest-header' }, 'digest-mismatch'],
    [{ kind: 'other-manifest-bytes' }, 'digest-mismatch'],
    [{ kind: 'huge-manifest', sizeBytes: 5_000_000 }, 'manifest-too-large'],
  ])('with the flaw %j are refused', async (flaw, code) => {
    const { client, registry } = await registryWith(flaw);
    const digest = registry.addManifest('v1', manifest, mediaTypes.ociManifest);
    expect((await failure(client.getManifest('a/b', digest))).code).toBe(code);
    expect((await failure(client.headManifest('a/b', digest)).catch(() => undefined))?.code ?? code).toBe(code);
  });

  test('whose digest the registry does not say are read and hashed', async () => {
    const { client, registry } = await registryWith({ kind: 'no-digest-header' });
    const digest = registry.addManifest('v1', manifest, mediaTypes.ociManifest);
    expect(await client.headManifest('a/b', 'v1')).toMatchObject({ digest });
    expect(await client.headManifest('a/b', 'v1', { ifNoneMatch: digest })).toBe('not-modified');
    expect(await client.headManifest('a/b', 'v2')).toBeUndefined();
  });
});

describe('lists', () => {
  test('that lead back to themselves end with a reason', async () => {
    const { client, registry } = await registryWith({ kind: 'self-linked-pages' });
    expect((await failure(drain(client.listTags('a/b')))).code).toBe('answer-invalid');
    expect(registry.requests).toHaveLength(1);
  });
  test('without end are stopped', async () => {
    const { client } = await registryWith({ kind: 'endless-catalog' });
    let count = 0;
    const read = async (): Promise<void> => {
      for await (const page of client.listRepositories()) count += page.length;
    };
    expect((await failure(read())).code).toBe('answer-too-large');
    expect(count).toBeLessThanOrEqual(250_000);
  });
  test('that go on elsewhere are not followed', async () => {
    const other = await startFlawedRegistry();
    toStop.push(other.stop);
    const { client } = await registryWith({
      kind: 'foreign-link',
      url: `${other.url.replace('127.0.0.1', 'localhost')}/v2/_catalog`,
    });
    expect((await failure(drain(client.listRepositories()))).code).toBe('redirect-refused');
    expect(other.requests).toEqual([]);
  });
  test('may be null', async () => {
    const { client } = await registryWith({ kind: 'null-tags' });
    expect((await drain(client.listTags('a/b'))).flat()).toEqual([]);
    expect((await drain(client.listRepositories())).flat()).toEqual([]);
  });
});

describe('blobs', () => {
  test('with other bytes never come to their end', async () => {
    const { client, registry } = await registryWith({ kind: 'other-blob-bytes' });
    const digest = registry.addBlob(blob);
    const body = await openVerifiedBlob(client, 'a/b', { digest, sizeBytes: blob.length });
    let receivedBytes = 0;
    body.on('data', (piece: Buffer) => {
      receivedBytes += piece.length;
    });
    const error = await new Promise<unknown>((resolve) => body.once('error', resolve));
    expect(error).toMatchObject({ code: 'digest-mismatch', retryable: false });
    expect(receivedBytes).toBeLessThan(blob.length);
    expect((await failure(client.readBlob('a/b', digest))).code).toBe('digest-mismatch');
  });

  test('longer or shorter than the manifest says are refused', async () => {
    const { client, registry } = await registryWith(undefined);
    const digest = registry.addBlob(blob);
    const longer = await openVerifiedBlob(client, 'a/b', { digest, sizeBytes: blob.length - 1 });
    expect((await failure(buffer(longer))).code).toBe('digest-mismatch');
    const shorter = await openVerifiedBlob(client, 'a/b', { digest, sizeBytes: blob.length + 1 }, { resumeLimit: 0 });
    expect((await failure(buffer(shorter))).code).toBe('truncated');
  });

  test('that break off are taken up where they stopped', async () => {
    const { client, registry } = await registryWith({ kind: 'truncated-blob', afterBytes: 70_000 });
    const digest = registry.addBlob(blob);
    const body = await openVerifiedBlob(
      client,
      'a/b',
      { digest, sizeBytes: blob.length },
      {
        backoff: async () => {
          registry.flaw = undefined;
        },
      },
    );
    expect(await buffer(body)).toEqual(blob);
    expect(registry.requests.map((request) => request.line)).toEqual(Array(2).fill(`GET /v2/a/b/blobs/${digest}`));
  });

  test('are not read into memory beyond the limit', async () => {
    const { client, registry } = await registryWith(undefined);
    const digest = registry.addBlob(blob);
    expect((await failure(client.readBlob('a/b', digest, { maxBytes: 1000 }))).code).toBe('answer-too-large');
    expect(await client.readBlob('a/b', digest)).toEqual(blob);
  });

  test('that trickle are given up', async () => {
    const { client, registry } = await registryWith({ kind: 'slow-bytes', everyMs: 50 });
    const digest = registry.addBlob(blob);
    const body = await openVerifiedBlob(
      client,
      'a/b',
      { digest, sizeBytes: blob.length },
      {
        minimumRate: { bytesPerSecond: 10_000, windowMs: 500 },
      },
    );
    expect((await failure(buffer(body))).code).toBe('too-slow');
  });

  test('are stopped at once by their signal', async () => {
    const { client, registry } = await registryWith({ kind: 'slow-bytes', everyMs: 50 });
    const digest = registry.addBlob(blob);
    const stop = new AbortController();
    const body = await openVerifiedBlob(client, 'a/b', { digest, sizeBytes: blob.length }, { signal: stop.signal });
    body.once('data', () => stop.abort());
    expect((await failure(buffer(body))).code).toBe('aborted');
  });
});

describe('redirects and credentials', () => {
  const credential = { username: 'robot', password: new Secret('canary-password') };

  test('a blob elsewhere is fetched only from an allowed host, without the credential', async () => {
    const store = await startFlawedRegistry();
    toStop.push(store.stop);
    const digest = store.addBlob(blob);
    const to = `${store.url}/v2/a/b/blobs/<digest>`;
    const refused = await registryWith({ kind: 'redirect', to });
    expect((await failure(refused.client.getBlob('a/b', digest))).code).toBe('redirect-refused');
    expect(store.requests).toEqual([]);
    const allowed = await registryWith({ kind: 'redirect', to }, { allowedRedirectHosts: [store.host], credential });
    expect(await allowed.client.readBlob('a/b', digest)).toEqual(blob);
    expect(store.requests.map((request) => request.authorization)).toEqual([undefined]);
  });

  test('redirects in circles end', async () => {
    const { client, registry } = await registryWith({ kind: 'redirect', to: '/v2/a/b/blobs/<digest>' });
    expect((await failure(client.getBlob('a/b', registry.addBlob(blob)))).code).toBe('redirect-refused');
    expect(registry.requests.length).toBeLessThanOrEqual(4);
  });

  test('an upload is not sent to another host', async () => {
    const { client, registry } = await registryWith({
      kind: 'foreign-upload',
      url: 'http://localhost:1/v2/a/b/blobs/uploads/1',
    });
    const opened: string[] = [];
    const open = (): Readable => {
      opened.push('source');
      return Readable.from([blob]);
    };
    const error = await failure(
      client.pushBlob('a/b', { digest: registry.addBlob(blob), sizeBytes: blob.length }, open),
    );
    expect(error.code).toBe('redirect-refused');
    expect(opened).toEqual([]);
  });

  test('the password goes only to a pinned token service', async () => {
    const tokens = await startFlawedRegistry();
    toStop.push(tokens.stop);
    const realm = `${tokens.url}/token`;
    const refused = await registryWith({ kind: 'token-realm', realm }, { credential });
    const error = await failure(refused.client.ping());
    expect(error.code).toBe('token-realm-refused');
    expect(error.sentence).toBe(
      `flawed asks to fetch tokens from ${tokens.url}, which is not among its allowed token services.`,
    );
    expect(tokens.requests).toEqual([]);
    const pinned = await registryWith({ kind: 'token-realm', realm }, { credential, allowedTokenRealms: [tokens.url] });
    await failure(pinned.client.ping());
    expect(tokens.requests).toHaveLength(1);
    expect(inspect(error, { depth: 9 })).not.toContain('canary-password');
  });
});

describe('a busy registry', () => {
  const waits: number[] = [];
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    sleep: async (durationMs: number) => {
      waits.push(durationMs);
      nowMs += durationMs;
    },
  };
  test('is left alone for as long as it asks, then asked again', async () => {
    const { client } = await registryWith(
      { kind: 'busy', status: 429, retryAfter: '3', times: 2 },
      { clock, random: () => 0 },
    );
    await client.ping();
    expect(waits).toEqual([3000, 3000]);
  });
  test('that asks for a long time is the caller’s business', async () => {
    const { client, registry } = await registryWith(
      { kind: 'busy', status: 503, retryAfter: '600', times: 9 },
      { clock, random: () => 0 },
    );
    expect(await failure(client.ping())).toMatchObject({
      code: 'unavailable',
      retryable: true,
      retryAfterMs: 600_000,
    });
    expect(registry.requests).toHaveLength(1);
    // Said once, it holds for everybody, who are told so at once instead of when their time is over.
    waits.length = 0;
    expect(await failure(client.headManifest('a/b', 'v1'))).toMatchObject({
      code: 'rate-limited',
      retryable: true,
      retryAfterMs: 600_000,
    });
    expect(registry.requests).toHaveLength(1);
    expect(waits).toEqual([]);
  });
});

describe('whether it checks what it is sent', () => {
  test('is not so where it stores wrong bytes, which are removed', async () => {
    const { client, registry } = await registryWith({ kind: 'takes-wrong-bytes' });
    expect(await client.verifiesUploads('a/b')).toBe(false);
    expect(await client.verifiesUploads('a/b')).toBe(false);
    expect(registry.requests.map(({ line }) => line.split(' ')[0])).toEqual(['POST', 'PUT', 'DELETE']);
  });

  test('is not known of one that does not answer so', async () => {
    const { client } = await registryWith({ kind: 'read-only' });
    expect(await client.verifiesUploads('a/b')).toBe(false);
  });
});

const noSpace = 'flawed has no space left on its disk: free some before copying there.';

test.each<[Flaw, RegistryErrorCode, string]>([
  [{ kind: 'disk-full', says: 'write /var/data: no space left on device' }, 'disk-full', noSpace],
  [{ kind: 'disk-full', says: { Enclosed: { Op: 'write', Path: '/var', Err: 28 } } }, 'disk-full', noSpace],
  [{ kind: 'read-only' }, 'read-only', 'flawed is read-only at present.'],
])('%j is named as such', async (flaw, code, sentence) => {
  const { client, registry } = await registryWith(flaw);
  const digest = registry.addBlob(blob);
  const error = await failure(client.pushBlob('a/b', { digest, sizeBytes: blob.length }, () => Readable.from([blob])));
  expect(error).toMatchObject({ code, sentence, retryable: true });
});

describe('an address', () => {
  test.each(['ftp://registry', 'registry:5000', 'http://user:secret@registry', 'http://registry/?x=1'])(
    '%s is refused',
    (url) => {
      expect(() => createRegistryClient({ name: 'x', endpoints: [{ url }], userAgent: 'test' })).toThrow(TypeError);
    },
  );
  test('that does not resolve is named', async () => {
    const client = createRegistryClient({
      name: 'gone',
      endpoints: [{ url: 'http://no-such-host.invalid' }],
      userAgent: 'test',
    });
    toStop.push(() => client.close());
    expect(await failure(client.ping())).toMatchObject({ code: 'name-not-resolved', retryable: true });
  });
});
