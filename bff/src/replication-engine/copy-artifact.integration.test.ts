import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RegistryClient } from '../registry-client/index.ts';
import { createRegistryClient } from '../registry-client/index.ts';
import type { ChaosProxy, Mischief } from '../testing/chaos-proxy.ts';
import { startChaosProxy } from '../testing/chaos-proxy.ts';
import { copyConformance, expectClosure } from '../testing/copy-conformance.ts';
import type { RealRegistry } from '../testing/real-registry.ts';
import { startRealRegistry } from '../testing/real-registry.ts';
import { pushSampleImage, pushSampleIndex } from '../testing/sample-artifacts.ts';
import type { CopyOptions } from './index.ts';
import { copyArtifact, createCopyLimiter } from './index.ts';

const toStop: (() => Promise<void>)[] = [];
let development: RealRegistry;
let testing: RealRegistry;
let source: RegistryClient;
let target: RegistryClient;

function clientOf(name: string, url: string): RegistryClient {
  const client = createRegistryClient({ name, endpoints: [{ url }], userAgent: 'test' });
  toStop.push(() => client.close());
  return client;
}

async function proxyOf(registry: RealRegistry, seed = 1): Promise<ChaosProxy> {
  const proxy = await startChaosProxy({ port: registry.port, seed });
  toStop.push(proxy.stop);
  return proxy;
}

beforeAll(async () => {
  [development, testing] = [await startRealRegistry(), await startRealRegistry()];
  toStop.push(development.stop, testing.stop);
  [source, target] = [clientOf('development', development.url), clientOf('testing', testing.url)];
});
afterAll(async () => {
  for (const stop of toStop.toReversed()) await stop();
});

copyConformance('real registries', () => ({ source, target }));

function options(repository: string, digest: string, more: Partial<CopyOptions>): CopyOptions {
  const limiter = createCopyLimiter();
  const names = { sourceRepository: repository, targetRepository: repository };
  return { source, target, ...names, digest, targetTag: 'v1', includeReferrers: false, limiter, ...more };
}

describe('when connections break', () => {
  test.each<[string, Mischief]>([
    ['cut', { cutAfterBytes: 700_000 }],
    ['reset', { resetAfterBytes: 700_000 }],
  ])('a source that is %s is taken up again without a new upload', async (name, mischief) => {
    const repository = `broken/source-${name}`;
    const image = await pushSampleImage(source, repository, { layerSizes: [5_000_000] });
    const proxy = await proxyOf(development);
    proxy.behave(() => mischief);
    const restarted: string[] = [];
    const on = { blobRestarted: (digest: string) => void restarted.push(digest) };
    await copyArtifact(options(repository, image.digest, { source: clientOf('development', proxy.url), on }));
    expect(restarted).toEqual([]);
    expect(proxy.connections()).toBeGreaterThan(6);
    await expectClosure(target, repository, 'v1');
  });

  test('a destination that loses an upload is sent the blob again', async () => {
    const repository = 'broken/destination';
    const image = await pushSampleImage(source, repository, { layerSizes: [2_000_000] });
    const proxy = await proxyOf(testing);
    let resets = 0;
    proxy.behave(() => ((resets += 1) <= 2 ? { resetAfterUploadBytes: 500_000 } : {}));
    const limiter = createCopyLimiter({ blobsAtOnce: 1 });
    await copyArtifact(options(repository, image.digest, { target: clientOf('testing', proxy.url), limiter }));
    await expectClosure(target, repository, 'v1');
  });

  test('corrupt bytes are never stored, and the error names the digest', async () => {
    const repository = 'broken/corrupt';
    const image = await pushSampleImage(source, repository, { layerSizes: [1_000_000] });
    const layer = image.blobs[1]?.digest ?? '';
    const hex = layer.replace('sha256:', '');
    const file = path.join(
      development.storageDirectory,
      `docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`,
    );
    const stored = await readFile(file);
    stored.writeUInt8(stored.readUInt8(500_000) ^ 1, 500_000);
    await writeFile(file, stored);
    const copy = copyArtifact(options(repository, image.digest, {}));
    await expect(copy).rejects.toMatchObject({ code: 'digest-mismatch', side: 'source', params: { digest: layer } });
    expect(await target.hasBlob(repository, layer)).toBe(false);
    expect(await target.headManifest(repository, 'v1')).toBeUndefined();
  });

  test('bytes that were spoiled on their way are read once more', async () => {
    const repository = 'broken/spoiled';
    const image = await pushSampleImage(source, repository, { layerSizes: [1_000_000] });
    const proxy = await proxyOf(development);
    proxy.behave(() => ({ flipAtByte: 500_000 }));
    const restarted: string[] = [];
    const on = { blobRestarted: (digest: string) => void restarted.push(digest) };
    // One after the other they come over one connection, which is spoiled once.
    const limiter = createCopyLimiter({ blobsAtOnce: 1 });
    await copyArtifact(options(repository, image.digest, { source: clientOf('development', proxy.url), limiter, on }));
    await expectClosure(target, repository, 'v1');
    expect(restarted).toEqual([image.blobs[1]?.digest]);
  });

  test('whatever the seed, the tag is whole or absent', async () => {
    const repository = 'broken/seeds';
    const image = await pushSampleImage(source, repository, { layerSizes: [400_000, 300_000, 200_000] });
    for (let seed = 1; seed <= 12; seed += 1) {
      const [from, to] = [await proxyOf(development, seed), await proxyOf(testing, seed + 1000)];
      const breakAt = (random: () => number): number => Math.floor(random() * 900_000);
      from.behave((_connection, random) => (random() < 0.5 ? { resetAfterBytes: breakAt(random) } : {}));
      to.behave((_connection, random) => (random() < 0.3 ? { resetAfterUploadBytes: breakAt(random) } : {}));
      const ends = { source: clientOf('development', from.url), target: clientOf('testing', to.url) };
      const tag = `seed-${seed}`;
      const name = `${repository}-${seed}`;
      const broken = copyArtifact(
        options(repository, image.digest, { ...ends, targetRepository: name, targetTag: tag }),
      );
      await broken.catch(() => undefined);
      if (await target.headManifest(name, tag)) await expectClosure(target, name, tag);
      await copyArtifact(options(repository, image.digest, { targetRepository: name, targetTag: tag }));
      await expectClosure(target, name, tag);
    }
  });
});

test('a registry that wants every platform of an index refuses one without, for good', async () => {
  const repository = 'sparse/app';
  const index = await pushSampleIndex(source, repository, ['amd64', 'arm64'], { isAttested: true });
  const sent: string[] = [];
  const on = { blobDone: (digest: string, how: string) => void (how === 'existed' || sent.push(digest)) };
  const platforms = [{ os: 'linux', architecture: 'arm64' }];
  for (const _attempt of [1, 2]) {
    await expect(copyArtifact(options(repository, index.digest, { platforms, on }))).rejects.toMatchObject({
      code: 'sparse-index-refused',
      side: 'destination',
      retryable: false,
    });
  }
  const wanted = [index.children[1], index.attestations[1]].flatMap((part) => part?.blobs ?? []);
  expect(sent.toSorted()).toEqual(wanted.map(({ digest }) => digest).toSorted());
  expect(await target.headManifest(repository, 'v1')).toBeUndefined();
  await copyArtifact(options(repository, index.digest, {}));
  await expectClosure(target, repository, 'v1');
});

test('a destination that dies in mid-copy leaves no tag, and the copy finishes after its return', async () => {
  const mortal = await startRealRegistry();
  toStop.push(mortal.stop);
  const repository = 'mortal/app';
  const image = await pushSampleImage(source, repository, { layerSizes: [30_000_000, 1_000_000] });
  const ends = { target: clientOf('staging', mortal.url) };
  let killing: Promise<void> | undefined;
  const on = { blobBytes: () => void (killing ??= mortal.kill()) };
  const copy = copyArtifact(options(repository, image.digest, { ...ends, on }));
  await expect(copy).rejects.toMatchObject({ side: 'destination', retryable: true });
  await killing;
  const risen = await mortal.restart();
  toStop.push(risen.stop);
  expect(await ends.target.headManifest(repository, 'v1')).toBeUndefined();
  await copyArtifact(options(repository, image.digest, ends));
  await expectClosure(ends.target, repository, 'v1');
});

/** What Distribution leaves of a link whose writing its machine did not survive, and shows of one for the moment of writing it. */
async function tear(
  { storageDirectory }: RealRegistry,
  repository: string,
  link: string,
): Promise<() => Promise<void>> {
  const file = path.join(storageDirectory, 'docker/registry/v2/repositories', repository, link, 'link');
  const content = await readFile(file);
  await truncate(file);
  return () => writeFile(file, content);
}
const manifestLink = (digest: string): string => `_manifests/revisions/${digest.replace(':', '/')}`;
const layerLink = (digest: string): string => `_layers/${digest.replace(':', '/')}`;

test('a destination whose links were torn is mended by the next try: tag, index, platform and layer', async () => {
  const mortal = await startRealRegistry();
  toStop.push(mortal.stop);
  const repository = 'torn/app';
  const index = await pushSampleIndex(source, repository, ['amd64', 'arm64']);
  const [first] = index.children;
  if (first === undefined) throw new Error('The index has no platform.');
  const ends = { target: clientOf('staging', mortal.url) };
  await copyArtifact(options(repository, index.digest, ends));
  const [config, layer] = first.blobs.map(({ digest }) => layerLink(digest));
  const links = [manifestLink(first.digest), config ?? '', layer ?? '', manifestLink(index.digest)];
  for (const link of [...links, '_manifests/tags/v1/current']) await tear(mortal, repository, link);
  // It knows blobs by heart until it is started again.
  const risen = await mortal.restart();
  toStop.push(risen.stop);
  await expect(copyArtifact(options(repository, index.digest, ends))).rejects.toMatchObject({
    code: 'server-error',
    side: 'destination',
    retryable: true,
  });
  await copyArtifact(options(repository, index.digest, { ...ends, isResumed: true }));
  await expectClosure(ends.target, repository, 'v1');
});

test('a platform that somebody else is writing is waited for, and nothing is sent anew', async () => {
  const repository = 'written/app';
  const index = await pushSampleIndex(source, repository, ['amd64', 'arm64']);
  const [first] = index.children;
  await copyArtifact(options(repository, index.digest, {}));
  const puts: string[] = [];
  const putManifest: RegistryClient['putManifest'] = async (name, reference, ...rest) => {
    puts.push(reference);
    if (puts.length > 1) return target.putManifest(name, reference, ...rest);
    const write = await tear(testing, repository, manifestLink(first?.digest ?? ''));
    try {
      return await target.putManifest(name, reference, ...rest);
    } finally {
      await write();
    }
  };
  await copyArtifact(options(repository, index.digest, { target: { ...target, putManifest }, targetTag: 'v2' }));
  expect(puts).toEqual(['v2', 'v2']);
  await expectClosure(target, repository, 'v2');
});

test('a stop in mid-blob cuts the transfer', async () => {
  const repository = 'stopped/app';
  const image = await pushSampleImage(source, repository, { layerSizes: [50_000_000] });
  const stop = new AbortController();
  let sentBytes = 0;
  const on = {
    blobBytes: (_digest: string, byteCount: number) => {
      sentBytes += byteCount;
      if (sentBytes > 1_000_000) stop.abort();
    },
  };
  const copy = copyArtifact(options(repository, image.digest, { signal: stop.signal, on }));
  await expect(copy).rejects.toMatchObject({ code: 'aborted' });
  expect(sentBytes).toBeLessThan(50_000_000);
  expect(await target.headManifest(repository, 'v1')).toBeUndefined();
});

test('two registries copied in both directions at once do not wait for each other for ever', async () => {
  const narrow = (name: string, url: string): RegistryClient => {
    const client = createRegistryClient({ name, endpoints: [{ url }], userAgent: 'test', slotsPerEndpoint: 1 });
    toStop.push(() => client.close());
    return client;
  };
  const [one, two] = [narrow('development', development.url), narrow('testing', testing.url)];
  const there = await pushSampleImage(source, 'cross/there', { layerSizes: [3_000_000, 2_000_000, 1_000_000] });
  const back = await pushSampleImage(target, 'cross/back', { layerSizes: [3_000_000, 2_000_000, 1_000_000] });
  const limiter = createCopyLimiter();
  await Promise.all([
    copyArtifact(options('cross/there', there.digest, { source: one, target: two, limiter })),
    copyArtifact(options('cross/back', back.digest, { source: two, target: one, limiter })),
  ]);
  await expectClosure(target, 'cross/there', 'v1');
  await expectClosure(source, 'cross/back', 'v1');
});
