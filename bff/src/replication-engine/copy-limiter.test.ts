import { expect, test, vi } from 'vitest';
import { createMemoryTarget, type MemoryTarget } from '../testing/memory-target.ts';
import { pushSampleImage } from '../testing/sample-artifacts.ts';
import { copyArtifact, type CopyOptions, createCopyLimiter } from './index.ts';
import { Slots } from './copy-limiter.ts';
import { TargetMemory } from './target-memory.ts';

test('slots go to the largest and the oldest by turns', async () => {
  const slots = new Slots(1);
  const order: number[] = [];
  const hold = Promise.withResolvers<void>();
  const first = slots.run(0, undefined, () => hold.promise);
  const rest = [5, 1, 9, 7].map((size) => slots.run(size, undefined, async () => void order.push(size)));
  hold.resolve();
  await Promise.all([first, ...rest]);
  expect(order).toEqual([9, 5, 7, 1]);
});

test('work that fails gives its slot back', async () => {
  const slots = new Slots(1);
  await expect(slots.run(1, undefined, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await slots.run(1, undefined, () => Promise.resolve('next'))).toBe('next');
});

test('knowledge of a destination grows old', () => {
  let nowMs = 0;
  const memory = new TargetMemory(() => nowMs);
  memory.remember('a/b', 'sha256:1');
  expect(memory.isPresent('a/b', 'sha256:1')).toBe(true);
  expect(memory.findHolder('sha256:1', 'a/b')).toBeUndefined();
  expect(memory.findHolder('sha256:1', 'a/c')).toBe('a/b');
  nowMs = 6 * 60_000;
  expect(memory.isPresent('a/b', 'sha256:1')).toBe(false);
  expect(memory.findHolder('sha256:1', 'a/c')).toBeUndefined();
});

test('a repository that was new is asked for again after a while', async () => {
  let nowMs = 0;
  const memory = new TargetMemory(() => nowMs);
  const asked: number[] = [];
  const ask = (): Promise<boolean> => {
    asked.push(nowMs);
    return Promise.resolve(nowMs > 0);
  };
  expect(await memory.isNewRepository('a/b', ask)).toBe(true);
  expect(await memory.isNewRepository('a/b', ask)).toBe(true);
  expect(memory.isUnsetTag('a/b', 'v1')).toBe(true);
  memory.rememberTag('a/b', 'v1');
  expect(memory.isUnsetTag('a/b', 'v1')).toBe(false);
  expect(memory.isUnsetTag('a/b', 'v2')).toBe(true);
  nowMs = 6 * 60_000;
  expect(memory.isUnsetTag('a/b', 'v2')).toBe(false);
  expect(await memory.isNewRepository('a/b', ask)).toBe(false);
  expect(asked).toEqual([0, nowMs]);
});

test.each<['source' | 'destination', keyof MemoryTarget]>([
  ['source', 'getManifest'],
  ['source', 'listReferrers'],
  ['destination', 'headManifest'],
  ['destination', 'putManifest'],
])('a %s that does not answer %s is asked by few at once, and holds up no copy of others', async (side, operation) => {
  const limiter = createCopyLimiter();
  const source = createMemoryTarget('development');
  const target = createMemoryTarget('testing');
  const { digest } = await pushSampleImage(source, 'a/b');
  const copy = (targetTag: string, more: Partial<CopyOptions> = {}) =>
    copyArtifact({
      source,
      target,
      sourceRepository: 'a/b',
      targetRepository: 'a/b',
      digest,
      targetTag,
      includeReferrers: true,
      limiter,
      ...more,
    });

  const hangs = vi.fn(() => new Promise<never>(() => undefined));
  const frozen: MemoryTarget = {
    ...(side === 'source' ? source : createMemoryTarget('frozen')),
    [operation]: hangs,
  };
  const sides = side === 'source' ? { source: frozen } : { target: frozen };
  for (let place = 0; place < 48; place += 1) void copy(`held-${place}`, sides);
  await vi.waitFor(() => expect(hangs).toHaveBeenCalledTimes(8));
  expect(await copy('v1')).toMatchObject({ outcome: 'copied' });
  expect(hangs).toHaveBeenCalledTimes(8);
});
