import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { digestOf, isIndex, mediaTypes, parseManifest } from '../registry-client/index.ts';
import type { CopyOptions, Target } from '../replication-engine/index.ts';
import { copyArtifact, createCopyLimiter } from '../replication-engine/index.ts';
import { pushSampleBlob, pushSampleImage, pushSampleIndex, pushSampleReferrer } from './sample-artifacts.ts';

export interface Pair {
  readonly source: Target;
  readonly target: Target;
}

/** What a copy must do whatever holds the bytes: the same checks for targets in memory and for real registries. */
export function copyConformance(name: string, pair: () => Pair): void {
  let count = 0;
  const nextRepository = (): string => `team/app-${(count += 1)}`;
  const options = (repository: string, digest: string, more: Partial<CopyOptions> = {}): CopyOptions => ({
    ...pair(),
    sourceRepository: repository,
    targetRepository: repository,
    digest,
    includeReferrers: false,
    limiter: createCopyLimiter(),
    ...more,
  });

  describe(`a copy between ${name}`, () => {
    test('brings an image with every blob, then the tag', async () => {
      const { source, target } = pair();
      const repository = nextRepository();
      const image = await pushSampleImage(source, repository, { layerSizes: [300_000, 5, 0] });
      const done: string[] = [];
      const result = await copyArtifact(
        options(repository, image.digest, {
          targetTag: 'v1',
          on: { blobDone: (digest, how) => done.push(`${how} ${digest}`), tagged: (tag) => done.push(`tagged ${tag}`) },
        }),
      );
      expect(result).toMatchObject({ outcome: 'copied', digest: image.digest });
      expect(done.at(-1)).toBe('tagged v1');
      expect(done.slice(0, -1).toSorted()).toEqual(image.blobs.map((blob) => `copied ${blob.digest}`).toSorted());
      await expectClosure(target, repository, 'v1');
    });

    test('brings every platform of an index, and the index last', async () => {
      const { source, target } = pair();
      const repository = nextRepository();
      const index = await pushSampleIndex(source, repository, ['amd64', 'arm64', 'riscv64']);
      const done: string[] = [];
      const on = { manifestDone: (digest: string) => void done.push(digest) };
      await copyArtifact(options(repository, index.digest, { targetTag: 'v1', on }));
      expect(done.at(-1)).toBe(index.digest);
      expect(done.toSorted()).toEqual([index.digest, ...index.children.map((child) => child.digest)].toSorted());
      await expectClosure(target, repository, 'v1');
    });

    test('of what is there already does nothing', async () => {
      const { source } = pair();
      const repository = nextRepository();
      const image = await pushSampleImage(source, repository);
      await copyArtifact(options(repository, image.digest, { targetTag: 'v1' }));
      const planned: unknown[] = [];
      const again = await copyArtifact(
        options(repository, image.digest, { targetTag: 'v1', on: { planned: (plan) => planned.push(plan) } }),
      );
      expect(again).toMatchObject({ outcome: 'up-to-date', bytesCopied: 0 });
      expect(planned).toEqual([]);
    });

    test('under a second tag sends no bytes', async () => {
      const { source, target } = pair();
      const repository = nextRepository();
      const image = await pushSampleImage(source, repository);
      await copyArtifact(options(repository, image.digest, { targetTag: 'v1' }));
      const again = await copyArtifact(options(repository, image.digest, { targetTag: 'v2' }));
      expect(again).toMatchObject({ outcome: 'copied', bytesCopied: 0 });
      await expectClosure(target, repository, 'v2');
    });

    test('into another repository mounts what the destination holds', async () => {
      const { source, target } = pair();
      const [repository, other] = [nextRepository(), nextRepository()];
      const image = await pushSampleImage(source, repository);
      await copyArtifact(options(repository, image.digest, { targetTag: 'v1' }));
      const outcomes: string[] = [];
      await copyArtifact(
        options(repository, image.digest, {
          targetRepository: other,
          targetTag: 'v1',
          findMountSources: () => [repository],
          on: { blobDone: (_digest, how) => outcomes.push(how) },
        }),
      );
      expect(outcomes).toEqual(['mounted', 'mounted', 'mounted']);
      await expectClosure(target, other, 'v1');
    });

    test('brings referrers, and theirs, before the tag', async () => {
      const { source, target } = pair();
      const repository = nextRepository();
      const image = await pushSampleImage(source, repository);
      const sbom = await pushSampleReferrer(source, repository, image, 'application/spdx+json');
      const signature = await pushSampleReferrer(source, repository, sbom, 'application/signature');
      const done: string[] = [];
      const on = { manifestDone: (digest: string) => void done.push(digest), tagged: () => void done.push('tag') };
      await copyArtifact(options(repository, image.digest, { targetTag: 'v1', includeReferrers: true, on }));
      expect(done.at(-1)).toBe('tag');
      const sboms = await target.listReferrers(repository, image.digest);
      expect(sboms.descriptors.map((entry) => [entry.digest, entry.artifactType])).toEqual([
        [sbom.digest, 'application/spdx+json'],
      ]);
      const signatures = await target.listReferrers(repository, sbom.digest);
      expect(signatures.descriptors.map((entry) => entry.digest)).toEqual([signature.digest]);
      const later = await pushSampleReferrer(source, repository, image, 'application/signature');
      await copyArtifact(options(repository, image.digest, { targetTag: 'v1', includeReferrers: true }));
      const found = await target.listReferrers(repository, image.digest);
      expect(found.descriptors.map((entry) => entry.digest).toSorted()).toEqual([sbom.digest, later.digest].toSorted());
    });

    test('leaves foreign layers where they are', async () => {
      const { source, target } = pair();
      const repository = nextRepository();
      const foreign = {
        mediaType: mediaTypes.dockerForeignLayer,
        digest: digestOf(Buffer.from('elsewhere')),
        size: 9,
        urls: ['https://example.com/layer'],
      };
      const image = await pushSampleImage(source, repository, { layers: [foreign] });
      const result = await copyArtifact(options(repository, image.digest, { targetTag: 'v1' }));
      expect(result.plan?.blobs.map((blob) => blob.digest)).not.toContain(foreign.digest);
      expect(await target.hasBlob(repository, foreign.digest)).toBe(false);
    });

    test('of many tags at once sends each shared blob once', async () => {
      const { source, target } = pair();
      const repository = nextRepository();
      const shared = await pushSampleBlob(source, repository, Buffer.alloc(500_000, repository), mediaTypes.ociLayer);
      const images = await Promise.all(
        [1, 2, 3, 4].map(() => pushSampleImage(source, repository, { layers: [shared] })),
      );
      const limiter = createCopyLimiter();
      const outcomes: string[] = [];
      const on = { blobDone: (digest: string, how: string) => void (digest === shared.digest && outcomes.push(how)) };
      await Promise.all(
        images.map((image, position) =>
          copyArtifact(options(repository, image.digest, { targetTag: `v${position}`, limiter, on })),
        ),
      );
      expect(outcomes.toSorted()).toEqual(['copied', 'existed', 'existed', 'existed']);
      for (const position of images.keys()) await expectClosure(target, repository, `v${position}`);
    });

    test('whose fence does not hold leaves the tag alone', async () => {
      const { source, target } = pair();
      const repository = nextRepository();
      const [first, second] = [await pushSampleImage(source, repository), await pushSampleImage(source, repository)];
      await copyArtifact(options(repository, first.digest, { targetTag: 'v1' }));
      const fence = (): Promise<boolean> => Promise.resolve(false);
      await expect(copyArtifact(options(repository, second.digest, { targetTag: 'v1', fence }))).rejects.toMatchObject({
        code: 'no-longer-owner',
      });
      expect(await target.headManifest(repository, 'v1', { ifNoneMatch: first.digest })).toBe('not-modified');
    });

    test('of something that vanished says what and where', async () => {
      const repository = nextRepository();
      await pushSampleImage(pair().source, repository);
      const digest = digestOf(Buffer.from('never pushed'));
      await expect(copyArtifact(options(repository, digest, { targetTag: 'v1' }))).rejects.toMatchObject({
        code: 'not-found',
        side: 'source',
      });
    });

    test('that is stopped ends as stopped', async () => {
      const repository = nextRepository();
      const image = await pushSampleImage(pair().source, repository);
      const stop = new AbortController();
      const on = { blobStarted: () => stop.abort() };
      const copy = copyArtifact(options(repository, image.digest, { targetTag: 'v1', signal: stop.signal, on }));
      await expect(copy).rejects.toMatchObject({ code: 'aborted' });
      expect(await pair().target.headManifest(repository, 'v1')).toBeUndefined();
    });
  });
}

/** Reads everything the tag names and hashes it again. */
export async function expectClosure(target: Target, repository: string, reference: string): Promise<void> {
  const { bytes, descriptor } = await target.getManifest(repository, reference);
  const manifest = parseManifest(bytes, descriptor.mediaType);
  if (isIndex(manifest.mediaType) && manifest.kind === 'index') {
    for (const child of manifest.manifests) await expectClosure(target, repository, child.digest);
    return;
  }
  if (manifest.kind !== 'manifest') return;
  for (const blob of [manifest.config, ...manifest.layers]) {
    expect(digestOf(await buffer(await target.getBlob(repository, blob.digest)))).toBe(blob.digest);
  }
}
