import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, test } from 'vitest';
import { RegistryError } from '../registry-client/index.ts';
import type { RegistryErrorCode } from '../registry-client/index.ts';
import { copyConformance, expectClosure } from '../testing/copy-conformance.ts';
import type { MemoryTarget } from '../testing/memory-target.ts';
import { createMemoryTarget } from '../testing/memory-target.ts';
import { pushSampleImage, pushSampleIndex } from '../testing/sample-artifacts.ts';
import type { CopyOptions } from './index.ts';
import { copyArtifact, createCopyLimiter } from './index.ts';

const memory = { source: createMemoryTarget('memory-1'), target: createMemoryTarget('memory-2') };
copyConformance('targets in memory', () => memory);

let source: MemoryTarget;
let target: MemoryTarget;
beforeEach(() => {
  source = createMemoryTarget('development');
  target = createMemoryTarget('testing');
});

function options(digest: string, more: Partial<CopyOptions> = {}): CopyOptions {
  const limiter = createCopyLimiter();
  const [sourceRepository, targetRepository] = ['a/b', 'a/b'];
  return {
    source,
    target,
    sourceRepository,
    targetRepository,
    digest,
    targetTag: 'v1',
    includeReferrers: false,
    limiter,
    ...more,
  };
}

function registryError(code: RegistryErrorCode, retryable: boolean): RegistryError {
  return new RegistryError({
    code,
    sentence: `It failed with ${code}.`,
    params: {},
    operation: 'test',
    host: 'x',
    retryable,
  });
}

describe('requests', () => {
  test('a tag that is up to date costs one question', async () => {
    const image = await pushSampleImage(source, 'a/b');
    await copyArtifact(options(image.digest));
    source.calls.length = 0;
    target.calls.length = 0;
    await copyArtifact(options(image.digest));
    expect(source.calls).toEqual([]);
    expect(target.calls).toEqual(['headManifest a/b v1']);
  });

  test('a new repository is not asked for its blobs', async () => {
    const image = await pushSampleImage(source, 'a/b');
    await copyArtifact(options(image.digest));
    expect(target.calls.map((call) => call.split(' ')[0])).toEqual([
      'headManifest',
      'hasRepository',
      'pushBlob',
      'pushBlob',
      'pushBlob',
      'putManifest',
    ]);
  });

  test('a tag that is not expected in a new repository is not asked for', async () => {
    const image = await pushSampleImage(source, 'a/b');
    await copyArtifact(options(image.digest, { isExpected: false }));
    const asked = target.calls.map((call) => call.split(' ')[0]);
    expect(asked.slice(0, 2)).toEqual(['hasRepository', 'pushBlob']);
    expect(target.tag('a/b', 'v1')).toBe(image.digest);
  });

  test('a blob whose bytes are known is not read at the source', async () => {
    const image = await pushSampleImage(source, 'a/b');
    const config = image.blobs[0]?.digest ?? '';
    const known = source.blob('a/b', config);
    source.calls.length = 0;
    await copyArtifact(options(image.digest, { findContent: (digest) => (digest === config ? known : undefined) }));
    expect(source.calls.filter((call) => call.startsWith('getBlob'))).toHaveLength(image.blobs.length - 1);
    expect(target.blob('a/b', config)).toEqual(known);
  });

  test('bytes that are not those of the digest are read at the source all the same', async () => {
    const image = await pushSampleImage(source, 'a/b');
    const findContent = (digest: string) => source.blob('a/b', digest)?.map((byte) => byte ^ 1);
    await copyArtifact(options(image.digest, { findContent }));
    for (const { digest } of image.blobs) expect(target.blob('a/b', digest)).toEqual(source.blob('a/b', digest));
  });
});

describe('failures', () => {
  test('a blob that failed is tried again, and counted again', async () => {
    const image = await pushSampleImage(source, 'a/b');
    target.failNext('pushBlob', registryError('connection-lost', true), 2);
    const restarted: string[] = [];
    const limiter = createCopyLimiter({ blobsAtOnce: 1 });
    await copyArtifact(options(image.digest, { limiter, on: { blobRestarted: (digest) => restarted.push(digest) } }));
    expect(restarted).toHaveLength(2);
    await expectClosure(target, 'a/b', 'v1');
  });

  test.each<[RegistryErrorCode, boolean]>([
    ['disk-full', true],
    ['read-only', true],
    // One that can be tried again had been accepted before: its token ran out.
    ['unauthorized', false],
  ])('%s is not tried again', async (code, isRetryable) => {
    const image = await pushSampleImage(source, 'a/b', { layerSizes: [] });
    target.failNext('pushBlob', registryError(code, isRetryable), 9);
    await expect(copyArtifact(options(image.digest))).rejects.toMatchObject({ code, side: 'destination' });
    expect(target.calls.filter((call) => call.startsWith('pushBlob'))).toHaveLength(1);
  });

  describe('wrong bytes of a large blob', () => {
    /** The first so many times the source sends others than it has. */
    function corrupt(times: number): CopyOptions['source'] {
      let left = times;
      return {
        ...source,
        getBlob: async (...asked) => {
          const bytes = await buffer(await source.getBlob(...asked));
          if (bytes.length < 300_000 || left === 0) return Readable.from([bytes]);
          left -= 1;
          return Readable.from([Buffer.from(bytes.map((byte) => byte ^ 1))]);
        },
      };
    }

    test.each([false, true])('are never stored, and the source is named (destination stores all: %s)', async (all) => {
      const image = await pushSampleImage(source, 'a/b', { layerSizes: [400_000] });
      const layer = image.blobs.find(({ size }) => size === 400_000)?.digest ?? expect.fail();
      const into = createMemoryTarget('testing', { takesWrongBytes: all });
      const copy = copyArtifact(options(image.digest, { source: corrupt(9), target: into }));
      await expect(copy).rejects.toMatchObject({ code: 'digest-mismatch', side: 'source', params: { digest: layer } });
      expect(into.blob('a/b', layer)).toBeUndefined();
      expect(into.tag('a/b', 'v1')).toBeUndefined();
    });

    test('are no reason to wait for an answer about them when the copy is stopped', async () => {
      const image = await pushSampleImage(source, 'a/b', { layerSizes: [400_000] });
      const stop = new AbortController();
      const silent = {
        ...target,
        verifiesUploads: () => new Promise<boolean>(() => stop.abort(new Error('Stopped.'))),
      };
      const copy = copyArtifact(options(image.digest, { target: silent, signal: stop.signal }));
      await expect(copy).rejects.toMatchObject({ code: 'aborted' });
    });

    test('that the destination refused are read once more', async () => {
      const image = await pushSampleImage(source, 'a/b', { layerSizes: [400_000] });
      const restarted: string[] = [];
      const on = { blobRestarted: (digest: string) => void restarted.push(digest) };
      await copyArtifact(options(image.digest, { source: corrupt(1), on }));
      expect(restarted).toHaveLength(1);
      await expectClosure(target, 'a/b', 'v1');
    });
  });

  test('the side that failed is named', async () => {
    const image = await pushSampleImage(source, 'a/b');
    source.failNext('getBlob', registryError('unauthorized', false));
    await expect(copyArtifact(options(image.digest))).rejects.toMatchObject({ code: 'unauthorized', side: 'source' });
    expect(target.tag('a/b', 'v1')).toBeUndefined();
  });

  test('what the destination wrongly said to have is sent after all', async () => {
    const image = await pushSampleImage(source, 'a/b');
    await pushSampleImage(target, 'a/b');
    const lying = { ...target, hasBlob: () => Promise.resolve(true) };
    const limiter = createCopyLimiter();
    await copyArtifact(options(image.digest, { target: lying, limiter }));
    await expectClosure(target, 'a/b', 'v1');
  });

  test('a failed copy does not fail another that waits for the same blob', async () => {
    const image = await pushSampleImage(source, 'a/b', { layerSizes: [] });
    target.failNext('pushBlob', registryError('unauthorized', false));
    const limiter = createCopyLimiter();
    const outcomes = await Promise.allSettled(
      [1, 2].map((tag) => copyArtifact(options(image.digest, { limiter, targetTag: `v${tag}` }))),
    );
    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('chosen platforms', () => {
  const arm = { os: 'linux', architecture: 'arm64' };
  const amd = { os: 'linux', architecture: 'amd64' };
  const begins = (calls: readonly string[], operation: string) => calls.filter((call) => call.startsWith(operation));
  beforeEach(() => {
    target = createMemoryTarget('testing', { takesSparseIndexes: true });
  });

  test('come with what belongs to them, under the digest of the whole', async () => {
    const index = await pushSampleIndex(source, 'a/b', ['amd64', 'arm64', 'riscv64'], { isAttested: true });
    const whole = await source.getManifest('a/b', index.digest);
    const { digest, outcome } = await copyArtifact(options(index.digest, { platforms: [arm] }));
    expect({ digest, outcome }).toEqual({ digest: index.digest, outcome: 'copied' });
    expect((await target.getManifest('a/b', 'v1')).bytes).toEqual(whole.bytes);
    const held = async ({ digest: child }: { digest: string }) =>
      (await target.headManifest('a/b', child)) !== undefined;
    expect(await Promise.all(index.children.map(held))).toEqual([false, true, false]);
    expect(await Promise.all(index.attestations.map(held))).toEqual([false, true, false]);
    await expectClosure(target, 'a/b', index.children[1]?.digest ?? '');
    expect(target.blob('a/b', index.children[0]?.blobs[0]?.digest ?? '')).toBeUndefined();
  });

  test('that are there cost no blob and no manifest, and one that is wanted later comes alone', async () => {
    const index = await pushSampleIndex(source, 'a/b', ['amd64', 'arm64']);
    await copyArtifact(options(index.digest, { platforms: [arm] }));
    target.calls.length = 0;
    const again = await copyArtifact(options(index.digest, { platforms: [arm] }));
    expect(again.outcome).toBe('up-to-date');
    expect(begins(target.calls, 'p')).toEqual([]);
    const later = await copyArtifact(options(index.digest, { platforms: [arm, amd] }));
    expect(later.outcome).toBe('copied');
    expect(begins(target.calls, 'putManifest')).toEqual([`putManifest a/b ${index.children[0]?.digest}`]);
    await expectClosure(target, 'a/b', 'v1');
    expect((await copyArtifact(options(index.digest, { platforms: [amd] }))).outcome).toBe('up-to-date');
  });

  test('of before do not make the whole be there', async () => {
    const index = await pushSampleIndex(source, 'a/b', ['amd64', 'arm64']);
    await copyArtifact(options(index.digest, { platforms: [arm] }));
    const { outcome } = await copyArtifact(options(index.digest, { isPerhapsSparse: true }));
    expect(outcome).toBe('copied');
    await expectClosure(target, 'a/b', 'v1');
  });

  test('that an index has not are an error, and a single image comes as it is', async () => {
    const index = await pushSampleIndex(source, 'a/b', ['amd64']);
    await expect(copyArtifact(options(index.digest, { platforms: [arm] }))).rejects.toMatchObject({
      code: 'no-wanted-platform',
      side: 'source',
      retryable: false,
    });
    const image = await pushSampleImage(source, 'a/b');
    await copyArtifact(options(image.digest, { platforms: [arm] }));
    await expectClosure(target, 'a/b', 'v1');
  });

  test('of a nested index are chosen in it too', async () => {
    const inner = await pushSampleIndex(source, 'a/b', ['amd64', 'arm64']);
    const entry = { mediaType: inner.mediaType, digest: inner.digest, size: inner.sizeBytes };
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [entry] }));
    const { digest } = await source.putManifest('a/b', 'v1', { bytes, mediaType: inner.mediaType });
    await copyArtifact(options(digest, { platforms: [arm] }));
    const [amdImage, armImage] = inner.children;
    expect(await target.headManifest('a/b', armImage?.digest ?? '')).toBeDefined();
    expect(await target.headManifest('a/b', amdImage?.digest ?? '')).toBeUndefined();
    await copyArtifact(options(digest, { platforms: [arm, amd] }));
    await expectClosure(target, 'a/b', 'v1');
  });

  test('where the registry wants all are one final error, without the blobs a second time', async () => {
    target = createMemoryTarget('testing');
    const index = await pushSampleIndex(source, 'a/b', ['amd64', 'arm64']);
    for (const _attempt of [1, 2]) {
      await expect(copyArtifact(options(index.digest, { platforms: [arm] }))).rejects.toMatchObject({
        code: 'sparse-index-refused',
        side: 'destination',
        retryable: false,
        params: { registry: 'testing', repository: 'a/b' },
      });
    }
    expect(begins(target.calls, 'pushBlob')).toHaveLength(index.children[1]?.blobs.length ?? 0);
    expect(target.tag('a/b', 'v1')).toBeUndefined();
  });
});

describe('caps', () => {
  test('an artifact with too many parts is refused before anything is written', async () => {
    const index = await pushSampleIndex(source, 'a/b', ['amd64', 'arm64']);
    await expect(copyArtifact(options(index.digest, { limits: { entriesMax: 5 } }))).rejects.toMatchObject({
      code: 'manifest-invalid',
      side: 'source',
    });
    expect(target.calls.filter((call) => call.startsWith('p'))).toEqual([]);
  });

  test('a layer larger than allowed is refused', async () => {
    const image = await pushSampleImage(source, 'a/b');
    await expect(copyArtifact(options(image.digest, { limits: { blobMaxBytes: 15_000 } }))).rejects.toMatchObject({
      code: 'manifest-invalid',
    });
  });

  test('a source that contains itself is refused', async () => {
    const digest = `sha256:${'c'.repeat(64)}`;
    const bytes = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        manifests: [{ mediaType: 'application/vnd.oci.image.index.v1+json', digest, size: 1 }],
      }),
    );
    const descriptor = { mediaType: 'application/vnd.oci.image.index.v1+json', digest, sizeBytes: 1 };
    const circular = { ...source, getManifest: () => Promise.resolve({ bytes, descriptor }) } as MemoryTarget;
    await expect(copyArtifact(options(digest, { source: circular }))).rejects.toMatchObject({
      code: 'manifest-invalid',
    });
  });
});
