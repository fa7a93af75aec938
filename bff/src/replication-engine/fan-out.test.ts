import { expect, test, vi } from 'vitest';
import { createMemoryTarget, type MemoryTarget } from '../testing/memory-target.ts';
import { expectClosure } from '../testing/copy-conformance.ts';
import { pushSampleImage } from '../testing/sample-artifacts.ts';
import { copyArtifact, type CopyOptions, createCopyLimiter, FanOut, type FanOutMember } from './index.ts';
import { Slots } from './copy-limiter.ts';

const source = createMemoryTarget('development');
const reads = () => source.calls.filter((call) => call.startsWith('getBlob'));

async function copyTo(
  targets: readonly MemoryTarget[],
  digest: string,
  more: (place: number) => Partial<CopyOptions> = () => ({}),
): Promise<PromiseSettledResult<unknown>[]> {
  source.calls.length = 0;
  const fanOut = new FanOut();
  const limiter = createCopyLimiter({ blobsAtOnce: 2 });
  const members = targets.map(() => fanOut.enter());
  return Promise.allSettled(
    targets.map((target, place) =>
      copyArtifact({
        source,
        target,
        sourceRepository: 'a/b',
        targetRepository: 'a/b',
        digest,
        targetTag: 'v1',
        includeReferrers: false,
        limiter,
        fanOut: members[place],
        ...more(place),
      }).finally(() => (members[place] as FanOutMember).leave()),
    ),
  );
}

const three = () => ['north', 'south', 'west'].map((name) => createMemoryTarget(name));

test('each blob that several destinations need is read once, with fewer slots than destinations', async () => {
  const image = await pushSampleImage(source, 'a/b', { layerSizes: [400_000, 300_000, 200_000, 10] });
  const targets = three();
  const outcomes = await copyTo(targets, image.digest);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  expect(reads()).toHaveLength(image.blobs.length);
  for (const target of targets) await expectClosure(target, 'a/b', 'v1');
});

test('nobody waits for a destination that has the blob, has the tag, or has failed', async () => {
  const image = await pushSampleImage(source, 'a/b', { layerSizes: [400_000, 300_000] });
  const [north, south, west] = three() as [MemoryTarget, MemoryTarget, MemoryTarget];
  await pushSampleImage(north, 'a/b', { layerSizes: [400_000, 300_000] });
  west.failNext('hasRepository', new Error('down'), 9);
  const outcomes = await copyTo([north, south, west], image.digest);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(reads()).toHaveLength(image.blobs.length);
  await expectClosure(south, 'a/b', 'v1');
});

test('one that does not come to its blobs is waited for once, not for each of them', async () => {
  vi.useFakeTimers();
  try {
    const image = await pushSampleImage(source, 'a/b', { layerSizes: [400_000, 300_000, 200_000] });
    const [north, south] = three() as [MemoryTarget, MemoryTarget];
    const hangs = { ...south, hasRepository: () => new Promise<boolean>(() => undefined) };
    const stop = new AbortController();
    const outcomes = copyTo([north, hangs], image.digest, (place) => (place === 1 ? { signal: stop.signal } : {}));
    await vi.advanceTimersByTimeAsync(1900);
    expect(north.tag('a/b', 'v1')).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    await vi.waitFor(() => expect(north.tag('a/b', 'v1')).toBe(image.digest));
    stop.abort(new Error('enough'));
    await vi.advanceTimersByTimeAsync(10_000);
    void outcomes;
  } finally {
    vi.useRealTimers();
  }
});

test('two copies into one destination do not wait for each other', async () => {
  const image = await pushSampleImage(source, 'a/b', { layerSizes: [400_000] });
  const target = createMemoryTarget('north');
  const outcomes = await copyTo([target, target], image.digest, (place) => ({ targetTag: `v${place}` }));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  await expectClosure(target, 'a/b', 'v0');
  await expectClosure(target, 'a/b', 'v1');
});

test('a shared slot is one slot, and is free again when the last who used it is done', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const layer = { key: 'layer', sizeBytes: 1, whenLate: new Promise<void>(() => undefined) };
  const hold = Promise.withResolvers<void>();
  const shared = ['a', 'b'].map((name) =>
    slots.runShared(layer, undefined, async () => {
      order.push(name);
      await hold.promise;
    }),
  );
  const stop = new AbortController();
  const stopped = slots.runShared(layer, stop.signal, () => hold.promise);
  const next = slots.run(1, undefined, async () => void order.push('next'));
  stop.abort(new Error('stopped'));
  hold.resolve();
  await Promise.allSettled([...shared, stopped, next]);
  expect(order).toEqual(['a', 'b', 'next']);
});
