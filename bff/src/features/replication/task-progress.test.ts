import { expect, test } from 'vitest';
import { RegistryError } from '../../registry-client/index.ts';
import type { CopyPlan } from '../../replication-engine/index.ts';
import { TaskProgress } from './task-progress.ts';

const plan: CopyPlan = {
  blobs: [
    {
      digest: 'sha256:a',
      sizeBytes: 100,
      mediaType: 'layer',
      kind: 'layer',
      platform: { os: 'linux', architecture: 'arm64' },
    },
    { digest: 'sha256:b', sizeBytes: 50, mediaType: 'config', kind: 'config', platform: undefined },
  ],
  manifests: [{ digest: 'sha256:m', sizeBytes: 10, mediaType: 'manifest', platform: undefined, isReferrer: false }],
  bytesTotal: 160,
};
const lost = new RegistryError({
  code: 'connection-lost',
  sentence: 'x',
  params: {},
  operation: 'put-blob',
  host: 'h',
  retryable: true,
});

test('counts what moved and what was there already, once each', () => {
  let moved = 0;
  const progress = new TaskProgress(0, (byteCount) => (moved += byteCount));
  expect(progress.figures).toMatchObject({ bytesTotal: null, blobsTotal: null, bytesDone: 0 });
  progress.observer.planned(plan);
  progress.observer.blobStarted('sha256:a');
  progress.observer.blobBytes('sha256:a', 60);
  expect(progress.figures).toMatchObject({ bytesTotal: 160, bytesDone: 60, blobsTotal: 3, blobsDone: 0 });
  progress.observer.blobRestarted('sha256:a', lost);
  expect(progress.figures.bytesDone).toBe(0);
  progress.observer.blobBytes('sha256:a', 100);
  progress.observer.blobDone('sha256:a', 'copied', 100);
  progress.observer.blobDone('sha256:b', 'existed', 50);
  progress.observer.blobDone('sha256:b', 'copied', 50);
  progress.observer.manifestDone('sha256:m', 'pushed');
  expect(progress.figures).toMatchObject({ bytesDone: 160, bytesSkipped: 50, blobsDone: 3 });
  expect(moved).toBe(160);
  expect(progress.bytesSent).toBe(110);
});

test('says how long the rest takes once a second of it was measured', () => {
  const progress = new TaskProgress(0, () => {});
  progress.observer.planned({ ...plan, bytesTotal: 100_060 });
  progress.observer.blobBytes('sha256:b', 50);
  progress.sample(250);
  expect(progress.figures).toMatchObject({ rateBytesPerSecond: 200, etaSeconds: null });
  progress.observer.blobBytes('sha256:a', 50_000);
  progress.sample(1_000);
  expect(progress.figures.etaSeconds).toBe(1);
});

test('tells each reader only what changed since it last asked', () => {
  const progress = new TaskProgress(0, () => {});
  progress.observer.planned(plan);
  expect(progress.takeChanged('pages')).toHaveLength(3);
  progress.observer.blobStarted('sha256:a');
  expect(progress.takeChanged('pages')).toMatchObject([{ digest: 'sha256:a', state: 'running' }]);
  expect(progress.takeChanged('pages')).toEqual([]);
  expect(progress.takeChanged('database')).toHaveLength(3);
});

test('keeps the platform of a layer, in full', () => {
  const progress = new TaskProgress(0, () => {});
  progress.observer.planned(plan);
  expect(progress.blobs[0]?.platform).toEqual({ os: 'linux', architecture: 'arm64', variant: null, osVersion: null });
});

test('what was on its way when the attempt ended is not', () => {
  const progress = new TaskProgress(0, () => {});
  progress.observer.planned(plan);
  progress.observer.blobStarted('sha256:a');
  progress.end('failed');
  expect(progress.blobs.map(({ state }) => state)).toEqual(['failed', 'queued', 'queued']);
});
