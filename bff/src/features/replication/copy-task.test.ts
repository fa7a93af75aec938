import { beforeEach, expect, test } from 'vitest';
import type { ManifestBytes } from '../../registry-client/index.ts';
import { createCopyLimiter } from '../../replication-engine/index.ts';
import { createMemoryTarget, type MemoryTarget } from '../../testing/memory-target.ts';
import { pushSampleImage } from '../../testing/sample-artifacts.ts';
import { copyTask, type CopyTaskContext } from './copy-task.ts';
import { TaskProgress } from './task-progress.ts';
import { claimedTask } from './testing/claimed-task.ts';

let source: MemoryTarget;
let destination: MemoryTarget;
beforeEach(() => {
  source = createMemoryTarget('development');
  destination = createMemoryTarget('production');
});

function contextFor(more: Partial<CopyTaskContext>): CopyTaskContext {
  const task = claimedTask();
  return {
    task,
    source,
    destination,
    claimedAtMs: performance.now(),
    limiter: createCopyLimiter(),
    fanOutFor: () => undefined,
    progress: new TaskProgress(0, () => {}),
    signal: new AbortController().signal,
    askFence: () => Promise.resolve('held'),
    findImmutable: () => Promise.resolve('b:v*'),
    weighPushes: () => Promise.resolve(undefined),
    holdTag: ({ decide, move }) => decide().then(move),
    findMountSources: () => [],
    findContent: () => undefined,
    findManifest: () => undefined,
    onPinned: () => {},
    onLog: () => {},
    ...more,
  };
}

const headDigest = async (tag: string) => {
  const found = await destination.headManifest('a/b', tag);
  return found === undefined || found === 'not-modified' ? undefined : found.digest;
};

test('a held tag can be made', async () => {
  const image = await pushSampleImage(source, 'a/b', { tag: 'v1' });
  expect(await copyTask(contextFor({}))).toMatchObject({ end: { state: 'succeeded' }, isChanged: true });
  expect(await headDigest('v1')).toBe(image.digest);
});

test('a tag that somebody makes while the blobs are on their way is not moved', async () => {
  await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const asked: number[] = [];
  let otherDigest = '';
  const findImmutable = async () => {
    asked.push(asked.length);
    // Somebody else is faster, between the first question and the moment before the tag is moved.
    if (asked.length === 2) otherDigest = (await pushSampleImage(destination, 'a/b', { tag: 'v1' })).digest;
    return 'b:v*';
  };
  const { end, isChanged } = await copyTask(contextFor({ findImmutable }));
  expect(end).toMatchObject({ state: 'failed', reason: { code: 'tag-immutable', params: { rule: 'b:v*' } } });
  expect(isChanged).toBe(false);
  expect(asked).toHaveLength(2);
  expect(await headDigest('v1')).toBe(otherDigest);
});

test('a rule that is made while the blobs are on their way counts', async () => {
  await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const old = await pushSampleImage(destination, 'a/b', { tag: 'v1' });
  const rules = [undefined, 'b:v*'];
  const { end } = await copyTask(contextFor({ findImmutable: () => Promise.resolve(rules.shift()) }));
  expect(end).toMatchObject({ state: 'failed', reason: { code: 'tag-immutable' } });
  expect(await headDigest('v1')).toBe(old.digest);
});

test('without a rule the tag is moved', async () => {
  const image = await pushSampleImage(source, 'a/b', { tag: 'v1' });
  await pushSampleImage(destination, 'a/b', { tag: 'v1' });
  const moved = await copyTask(contextFor({ findImmutable: () => Promise.resolve(undefined) }));
  expect(moved.end.state).toBe('succeeded');
  expect(await headDigest('v1')).toBe(image.digest);
});

test('a held tag is asked about and moved while nobody else does', async () => {
  await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const holdTag: CopyTaskContext['holdTag'] = async ({ decide, move }) => {
    // Whoever was first has made it.
    await pushSampleImage(destination, 'a/b', { tag: 'v1' });
    await decide();
    await move();
  };
  const { end } = await copyTask(contextFor({ holdTag }));
  expect(end).toMatchObject({ state: 'failed', reason: { code: 'tag-immutable' } });
});

const keepsNothing = { findImmutable: () => Promise.resolve(undefined) };
const expecting = (expectedDigest: string, more: Partial<CopyTaskContext> = {}) => {
  const context = contextFor({ ...keepsNothing, ...more });
  return { ...context, task: { ...context.task, expectedDigest } };
};

test('a tag is moved from the digest that was expected', async () => {
  const image = await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const before = await pushSampleImage(destination, 'a/b', { tag: 'v1' });
  expect(await copyTask(expecting(before.digest))).toMatchObject({ end: { state: 'succeeded' }, isChanged: true });
  expect(await headDigest('v1')).toBe(image.digest);
});

test('a tag that is another one than was expected stays, and the copy fails for good', async () => {
  await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const before = await pushSampleImage(destination, 'a/b', { tag: 'v1' });
  const other = await pushSampleImage(destination, 'a/b', { tag: 'v1' });
  const moved = { end: { state: 'failed', reason: { code: 'tag-moved-meanwhile' } }, isChanged: false };
  expect(await copyTask(expecting(before.digest))).toMatchObject(moved);
  // None was expected at all.
  expect(await copyTask(expecting(''))).toMatchObject(moved);
  expect(await headDigest('v1')).toBe(other.digest);
});

test('a tag that moves while the blobs are on their way stays', async () => {
  await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const before = await pushSampleImage(destination, 'a/b', { tag: 'v1' });
  let asked = 0;
  let otherDigest = '';
  const findImmutable = async () => {
    asked += 1;
    if (asked === 2) otherDigest = (await pushSampleImage(destination, 'a/b', { tag: 'v1' })).digest;
    return undefined;
  };
  expect(await copyTask(expecting(before.digest, { findImmutable }))).toMatchObject({
    end: { state: 'failed', reason: { code: 'tag-moved-meanwhile', params: { digest: otherDigest } } },
  });
  expect(await headDigest('v1')).toBe(otherDigest);
});

test('a tag that has the image already is right, whatever was expected', async () => {
  const image = await pushSampleImage(source, 'a/b', { tag: 'v1' });
  await copyTask(contextFor(keepsNothing));
  expect(await copyTask(expecting('sha256:another'))).toMatchObject({ end: { state: 'succeeded' } });
  expect(await headDigest('v1')).toBe(image.digest);
});

/** A task whose digest was pinned when it was planned, with what the catalog has under that digest. */
const planned = (digest: string, known: ManifestBytes | undefined) => {
  const context = contextFor({ ...keepsNothing, findManifest: (asked) => (asked === digest ? known : undefined) });
  return { ...context, task: { ...context.task, digest } };
};
const readsOfManifests = () => source.calls.filter((call) => call.startsWith('getManifest'));

test('a manifest that the catalog has is not read, as long as the source lists its tag', async () => {
  const { digest } = await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const known = await source.getManifest('a/b', digest);
  const before = readsOfManifests().length;
  expect(await copyTask(planned(digest, known))).toMatchObject({ end: { state: 'succeeded' }, isChanged: true });
  expect(readsOfManifests()).toHaveLength(before);
  expect(await headDigest('v1')).toBe(digest);
});

test('what somebody has deleted at the source since it was planned is not brought, although the catalog has it', async () => {
  const elsewhere = createMemoryTarget('elsewhere');
  const { digest } = await pushSampleImage(elsewhere, 'a/b', { tag: 'v1' });
  const known = await elsewhere.getManifest('a/b', digest);
  await pushSampleImage(source, 'a/b', { tag: 'another' });
  expect(await copyTask(planned(digest, known))).toMatchObject({
    end: { state: 'failed', reason: { code: 'source-missing' } },
  });
  expect(await headDigest('v1')).toBeUndefined();
});

test('a tag that the source loses while the blobs are on their way is not made', async () => {
  const { digest } = await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const context = { ...planned(digest, undefined), askFence: () => Promise.resolve('deleted-at-source' as const) };
  expect(await copyTask(context)).toMatchObject({ end: { state: 'failed', reason: { code: 'source-missing' } } });
  expect(await headDigest('v1')).toBeUndefined();
});

test('bytes that are not the digest’s are not taken from the catalog', async () => {
  const { digest } = await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const { bytes, descriptor } = await source.getManifest('a/b', digest);
  const broken = { bytes: Buffer.concat([bytes, Buffer.from(' ')]), descriptor };
  const before = readsOfManifests().length;
  expect(await copyTask(planned(digest, broken))).toMatchObject({ end: { state: 'succeeded' } });
  expect(readsOfManifests()).toHaveLength(before + 1);
  expect(await headDigest('v1')).toBe(digest);
});

const weighed = (isLost: boolean) => ({
  isLost,
  reason: { code: isLost ? 'later' : 'earlier', sentence: 'X.', params: {} },
});

test('a push to another master that is replaced is told of, and one that counts is left', async () => {
  const image = await pushSampleImage(source, 'a/b', { tag: 'v1' });
  const earlier = await pushSampleImage(destination, 'a/b', { tag: 'v1' });
  const copyWeighed = (isLost: boolean) =>
    copyTask(contextFor({ ...keepsNothing, weighPushes: () => Promise.resolve(weighed(isLost)) }));
  expect(await copyWeighed(true)).toEqual({
    end: { state: 'succeeded', reason: weighed(true).reason },
    isChanged: false,
  });
  expect(await headDigest('v1')).toBe(earlier.digest);
  expect(await copyWeighed(false)).toEqual({
    end: { state: 'succeeded', reason: weighed(false).reason },
    isChanged: true,
  });
  expect(await headDigest('v1')).toBe(image.digest);
});
