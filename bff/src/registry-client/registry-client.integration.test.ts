import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startChaosProxy } from '../testing/chaos-proxy.ts';
import type { RealRegistry } from '../testing/real-registry.ts';
import { randomBlob, startRealRegistry } from '../testing/real-registry.ts';
import type { RegistryClient, RegistryClientOptions, RequestRecord } from './index.ts';
import { createRegistryClient, digestOf, mediaTypes, openVerifiedBlob, RegistryError, Secret } from './index.ts';

const toStop: (() => Promise<void>)[] = [];
let registry: RealRegistry;
let client: RegistryClient;

function clientOf(urls: readonly string[], options: Partial<RegistryClientOptions> = {}): RegistryClient {
  const made = createRegistryClient({
    name: 'branch-north',
    endpoints: urls.map((url) => ({ url })),
    userAgent: 'test',
    ...options,
  });
  toStop.push(() => made.close());
  return made;
}

beforeAll(async () => {
  registry = await startRealRegistry();
  toStop.push(registry.stop);
  client = clientOf([registry.url]);
});
afterAll(async () => {
  for (const stop of toStop.toReversed()) await stop();
});

async function failure(work: Promise<unknown>): Promise<RegistryError> {
  const error = await work.then(
    () => new Error('It did not fail.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof RegistryError)) throw error;
  return error;
}

async function pushImage(to: RegistryClient, repository: string, tag: string, extra: object = {}): Promise<string> {
  const layer = randomBlob(100_000);
  const config = randomBlob(100);
  for (const blob of [layer, config]) await to.pushBlob(repository, blob, () => Readable.from([blob.bytes]));
  const document = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: mediaTypes.ociConfig, digest: config.digest, size: config.sizeBytes },
    layers: [{ mediaType: mediaTypes.ociLayer, digest: layer.digest, size: layer.sizeBytes }],
    ...extra,
  };
  const bytes = Buffer.from(JSON.stringify(document));
  const { digest } = await to.putManifest(repository, tag === '' ? digestOf(bytes) : tag, {
    bytes,
    mediaType: mediaTypes.ociManifest,
  });
  return digest;
}

async function all(pages: AsyncIterable<string[]>): Promise<string[]> {
  const entries: string[] = [];
  for await (const page of pages) entries.push(...page);
  return entries;
}

describe('a real registry', () => {
  test('takes an image and gives it back to the byte', async () => {
    const digest = await pushImage(client, 'shop/cart', 'v1');
    expect(await client.headManifest('shop/cart', 'v1')).toMatchObject({ digest, mediaType: mediaTypes.ociManifest });
    expect(await client.headManifest('shop/cart', 'v1', { ifNoneMatch: digest })).toBe('not-modified');
    expect(await client.headManifest('shop/cart', 'none')).toBeUndefined();
    const absent = randomBlob(1).digest;
    expect(await client.headManifest('shop/cart', absent, { ifNoneMatch: absent })).toBeUndefined();
    const { bytes, descriptor } = await client.getManifest('shop/cart', 'v1');
    expect(digestOf(bytes)).toBe(digest);
    expect(descriptor).toEqual({ mediaType: mediaTypes.ociManifest, digest, sizeBytes: bytes.length });
    expect(await all(client.listTags('shop/cart'))).toEqual(['v1']);
    expect(await all(client.listTags('shop/none'))).toEqual([]);
    expect(await all(client.listRepositories())).toContain('shop/cart');
    expect(await client.hasRepository('shop/cart')).toBe(true);
    expect(await client.hasRepository('shop/none')).toBe(false);
  });

  test('lists more repositories than a page holds', async () => {
    const records: RequestRecord[] = [];
    const reader = clientOf([registry.url], { onRequest: (record) => records.push(record) });
    const names = Array.from({ length: 1005 }, (_entry, index) => `many/r${String(index).padStart(4, '0')}`);
    const root = path.join(registry.storageDirectory, 'docker/registry/v2/repositories');
    // Pushing them would take long: to the catalog a repository is a folder with this name in it.
    for (const name of names) mkdirSync(path.join(root, name, '_layers'), { recursive: true });
    const found = await all(reader.listRepositories());
    expect(found.filter((name) => name.startsWith('many/'))).toEqual(names);
    expect(records.length).toBeGreaterThan(1);
  });

  test('mounts a blob, and says when it cannot', async () => {
    const blob = randomBlob(1000);
    await client.pushBlob('mount/one', blob, () => Readable.from([blob.bytes]));
    expect(await client.mountBlob('mount/two', blob.digest, 'mount/one')).toBe(true);
    expect(await client.hasBlob('mount/two', blob.digest)).toBe(true);
    expect(await client.mountBlob('mount/two', randomBlob(1).digest, 'mount/one')).toBe(false);
    const noBytes = (): Readable => {
      throw new Error('No byte should be sent.');
    };
    expect(await client.pushBlob('mount/three', blob, noBytes, { mountFrom: 'mount/one' })).toBe('mounted');
  });

  test('takes an empty blob', async () => {
    const empty = { digest: digestOf(Buffer.alloc(0)), sizeBytes: 0 };
    expect(await client.pushBlob('shop/empty', empty, () => Readable.from([]))).toBe('copied');
    expect(await client.hasBlob('shop/empty', empty.digest)).toBe(true);
  });

  test('stores nothing of an upload whose source breaks', async () => {
    const blob = randomBlob(3_000_000);
    const broken = (): Readable =>
      Readable.from(
        (function* () {
          yield blob.bytes.subarray(0, 1_000_000);
          throw new Error('the source broke');
        })(),
      );
    await failure(client.pushBlob('shop/broken', blob, broken));
    expect(await client.hasBlob('shop/broken', blob.digest)).toBe(false);
  });

  test('deletes by digest, and every tag with it', async () => {
    const digest = await pushImage(client, 'shop/old', 'v1');
    const { bytes } = await client.getManifest('shop/old', 'v1');
    await client.putManifest('shop/old', 'v2', { bytes, mediaType: mediaTypes.ociManifest });
    expect(await client.deleteManifest('shop/old', digest)).toBe(true);
    expect(await all(client.listTags('shop/old'))).toEqual([]);
    expect(await client.deleteManifest('shop/old', digest)).toBe(false);
    expect((await failure(client.deleteManifest('shop/old', 'v1'))).code).toBe('unsupported');
  });

  test('keeps referrers under the fallback tag, united with what others wrote', async () => {
    const subject = await pushImage(client, 'shop/signed', 'v1');
    const referrer = async (artifactType: string) => {
      const { descriptor } = await client.getManifest('shop/signed', subject);
      const about = { mediaType: descriptor.mediaType, digest: descriptor.digest, size: descriptor.sizeBytes };
      const digest = await pushImage(client, 'shop/signed', '', { artifactType, subject: about });
      const found = await client.getManifest('shop/signed', digest);
      return { ...found.descriptor, artifactType };
    };
    const [one, two, three] = [await referrer('a/sbom'), await referrer('a/signature'), await referrer('a/signature')];
    await client.pushReferrerFallback('shop/signed', subject, [one]);
    const other = clientOf([registry.url]);
    await Promise.all([
      client.pushReferrerFallback('shop/signed', subject, [two]),
      other.pushReferrerFallback('shop/signed', subject, [three]),
    ]);
    await client.pushReferrerFallback('shop/signed', subject, [one, two, three]);
    const { descriptors, by } = await client.listReferrers('shop/signed', subject);
    expect(by).toBe('fallback-tag');
    expect(descriptors.map((entry) => entry.digest).toSorted()).toEqual(
      [one, two, three].map((entry) => entry.digest).toSorted(),
    );
    const signatures = await client.listReferrers('shop/signed', subject, { artifactType: 'a/signature' });
    expect(signatures.descriptors).toHaveLength(2);
  });

  test('reads a fallback tag again that another writer is just moving', async () => {
    const subject = await pushImage(client, 'shop/moving', 'v1');
    const { descriptor } = await client.getManifest('shop/moving', subject);
    await client.pushReferrerFallback('shop/moving', subject, [{ ...descriptor, artifactType: 'a/sbom' }]);
    const tags = path.join(registry.storageDirectory, 'docker/registry/v2/repositories/shop/moving/_manifests/tags');
    const link = path.join(tags, subject.replace(':', '-'), 'current/link');
    const written = readFileSync(link);
    const statuses: (number | undefined)[] = [];
    const other = clientOf([registry.url], {
      onRequest: ({ operation, status }) => {
        if (operation !== 'get-manifest') return;
        statuses.push(status);
        if (statuses.length === 2) writeFileSync(link, written);
      },
    });
    writeFileSync(link, '');
    const mine = await pushImage(client, 'shop/moving', 'mine');
    const added = { ...(await client.getManifest('shop/moving', mine)).descriptor, artifactType: 'a/signature' };
    await other.pushReferrerFallback('shop/moving', subject, [added]);
    expect(statuses.slice(0, 3)).toEqual([500, 500, 200]);
    const { descriptors } = await client.listReferrers('shop/moving', subject);
    expect(descriptors.map(({ digest }) => digest)).toEqual([descriptor.digest, added.digest]);
  });

  test('asks once for the fallback tags of artifacts that are copied together', async () => {
    const subjects: string[] = [];
    for (let tag = 1; tag <= 6; tag += 1) subjects.push(await pushImage(client, 'shop/many', `v${tag}`));
    const [signed = ''] = subjects;
    const { descriptor } = await client.getManifest('shop/many', signed);
    await client.pushReferrerFallback('shop/many', signed, [{ ...descriptor, artifactType: 'a/sbom' }]);
    const requests: RequestRecord[] = [];
    const other = clientOf([registry.url], { onRequest: (record) => requests.push(record) });
    await other.listReferrers('shop/many', signed);
    requests.length = 0;
    const sinceMs = performance.now();
    const found = await Promise.all(subjects.map((subject) => other.listReferrers('shop/many', subject, { sinceMs })));
    expect(found.map(({ descriptors }) => descriptors.length)).toEqual([1, 0, 0, 0, 0, 0]);
    const asked = requests.map(({ operation }) => operation);
    expect(asked.filter((operation) => operation === 'list-tags')).toHaveLength(1);
    // The first asked for its own tag and found it.
    expect(asked.filter((operation) => operation === 'get-manifest')).toHaveLength(1);
  });
});

describe('the probe', () => {
  test('sees what 2.8 can and cannot do, and changes nothing', async () => {
    const fresh = await startRealRegistry();
    toStop.push(fresh.stop);
    const probed = clientOf([fresh.url]);
    expect(await probed.probe()).toMatchObject({
      apiVersion: 'registry/2.0',
      catalog: { state: 'yes' },
      deleteByDigest: { state: 'yes' },
      deleteByTag: { state: 'no', reason: { code: 'delete-by-tag-unsupported' } },
      referrers: { state: 'no', reason: { code: 'referrers-unsupported' } },
      mount: { state: 'yes' },
      push: { state: 'yes' },
    });
    expect(await all(probed.listRepositories())).toEqual([]);
  });

  test('sees that deletion is off, and says how to turn it on', async () => {
    const fresh = await startRealRegistry({ isDeletionEnabled: false });
    toStop.push(fresh.stop);
    const { deleteByDigest, deleteByTag, push } = await clientOf([fresh.url]).probe();
    expect(deleteByDigest).toMatchObject({ state: 'no', reason: { code: 'deletion-disabled' } });
    expect(deleteByDigest.reason?.sentence).toContain('storage.delete.enabled');
    expect(deleteByTag.state).toBe('no');
    expect(push.state).toBe('yes');
  });

  test('sees read-only mode, which a push meets as “later”', async () => {
    const fresh = await startRealRegistry({ isReadOnly: true });
    toStop.push(fresh.stop);
    const probed = clientOf([fresh.url]);
    expect((await probed.probe()).push).toMatchObject({ state: 'no', reason: { code: 'registry-read-only' } });
    const blob = randomBlob(10);
    const error = await failure(probed.pushBlob('a/b', blob, () => Readable.from([blob.bytes])));
    expect(error).toMatchObject({ code: 'read-only', retryable: true });
  });
});

describe('passwords and certificates', () => {
  // bcrypt of "right-password", cost 5.
  const htpasswd = 'robot:$2b$05$abcdefghijklmnopqrstuuBO.kmgTJhdt40M5ZyHgFmcpBdUb9aS.\n';

  test('a right password is enough, a wrong one is named, none is asked for', async () => {
    const fresh = await startRealRegistry({ htpasswd });
    toStop.push(fresh.stop);
    const credential = (password: string) => ({ username: 'robot', password: new Secret(password) });
    await pushImage(clientOf([fresh.url], { credential: credential('right-password') }), 'a/b', 'v1');
    const wrong = await failure(clientOf([fresh.url], { credential: credential('wrong-password') }).ping());
    expect(wrong).toMatchObject({ code: 'unauthorized', status: 401, retryable: false });
    expect(wrong.sentence).toBe('branch-north refused the user name or password.');
    const none = await failure(clientOf([fresh.url]).getManifest('a/b', 'v1'));
    expect(none.sentence).toBe('branch-north asks for a user name and password.');
  });

  test('a certificate is trusted only through its pinned authority', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'longshore-tls-'));
    toStop.push(async () => rmSync(directory, { recursive: true, force: true }));
    const [key, certificate] = [path.join(directory, 'key.pem'), path.join(directory, 'certificate.pem')];
    const subject = ['-subj', '/CN=registry', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject],
      { stdio: 'ignore' },
    );
    const certificatePem = readFileSync(certificate, 'utf8');
    const fresh = await startRealRegistry({ tls: { certificatePem, keyPem: readFileSync(key, 'utf8') } });
    toStop.push(fresh.stop);
    const untrusted = await failure(clientOf([fresh.url]).ping());
    expect(untrusted).toMatchObject({ code: 'certificate-untrusted', retryable: false });
    expect(untrusted.sentence).toContain('has a certificate that is not trusted');
    const trusting = clientOf([fresh.url], { caPem: certificatePem });
    await pushImage(trusting, 'a/b', 'v1');
    const otherName = await failure(
      clientOf([fresh.url.replace('127.0.0.1', 'localhost')], { caPem: certificatePem }).ping(),
    );
    expect(otherName.sentence).toBe('branch-north has a certificate for another name than localhost.');
    expect((await failure(clientOf([registry.url.replace('http:', 'https:')]).ping())).sentence).toContain(
      'does not speak TLS',
    );
  });
});

describe('several endpoints', () => {
  test('reads and new writes go on at the next one when the first goes down', async () => {
    const first = await startRealRegistry();
    const second = await startRealRegistry({ storageDirectory: first.storageDirectory, hasBlobCache: false });
    toStop.push(first.stop, second.stop);
    const changes: string[] = [];
    const both = clientOf([first.url, second.url], {
      onEndpointState: ({ url, state }) => changes.push(`${url} ${state}`),
    });
    const digest = await pushImage(both, 'a/b', 'v1');
    await first.kill();
    expect(await both.headManifest('a/b', 'v1')).toMatchObject({ digest });
    await pushImage(both, 'a/b', 'v2');
    expect(both.endpointStates().map((endpoint) => endpoint.state)).toEqual(['down', 'up']);
    expect(changes).toEqual([`${first.url}/ up`, `${first.url}/ down`, `${second.url}/ up`]);
    const checks = await both.checkEndpoints();
    expect(checks.map((check) => check.error?.sentence)).toEqual(['branch-north refused the connection.', undefined]);
    await second.kill();
    expect(await failure(both.ping())).toMatchObject({ code: 'connection-refused', retryable: true });
  });
});

describe('broken connections', () => {
  test.each([
    ['cut', { cutAfterBytes: 600_000 }],
    ['reset', { resetAfterBytes: 600_000 }],
  ])('a download that is %s goes on by Range', async (_name, mischief) => {
    const proxy = await startChaosProxy({ port: registry.port });
    toStop.push(proxy.stop);
    const blob = randomBlob(4_000_000);
    await client.pushBlob('shop/range', blob, () => Readable.from([blob.bytes]));
    proxy.behave(() => mischief);
    const through = clientOf([proxy.url]);
    const bytes = await buffer(await openVerifiedBlob(through, 'shop/range', blob));
    expect(bytes.equals(blob.bytes)).toBe(true);
    expect(proxy.connections()).toBeGreaterThan(5);
  });

  test('it is known to check what it is sent, and shows nothing of finding out', async () => {
    const asked = await Promise.all([client.verifiesUploads('shop/probed'), client.verifiesUploads('shop/probed')]);
    expect(asked).toEqual([true, true]);
    expect(await client.hasRepository('shop/probed')).toBe(false);
    expect(await all(client.listRepositories())).not.toContain('shop/probed');
  });

  test('a flipped bit on the way is found', async () => {
    const proxy = await startChaosProxy({ port: registry.port });
    toStop.push(proxy.stop);
    const blob = randomBlob(1_000_000);
    await client.pushBlob('shop/flip', blob, () => Readable.from([blob.bytes]));
    proxy.behave(() => ({ flipAtByte: 500_000 }));
    const through = clientOf([proxy.url]);
    const error = await failure(openVerifiedBlob(through, 'shop/flip', blob).then(buffer));
    expect(error).toMatchObject({ code: 'digest-mismatch', params: { digest: blob.digest } });
  });

  test('a registry that stops answering is left after its time', async () => {
    const silent = await startChaosProxy({ port: registry.port });
    toStop.push(silent.stop);
    silent.behave(() => ({ stallAfterBytes: 0 }));
    const timeouts = { answerMs: 1000, idleMs: 1000 };
    const error = await failure(clientOf([silent.url], { timeouts }).ping());
    expect(error).toMatchObject({ code: 'timeout', retryable: true });
  });
});
