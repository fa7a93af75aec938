import { expect, test } from 'vitest';
import type { TaskBlob } from './replication.ts';
import { blobAnswer } from './replication-answers.ts';

const blobs = (['copied', 'failed', 'queued'] as const).map(
  (state): TaskBlob => ({ digest: 'sha256:1', platform: null, kind: 'layer', sizeBytes: 2, bytesDone: 1, state }),
);

test('a layer that was on its way when its copy was stopped has not failed', () => {
  const statesIn = (taskState: 'stopped' | 'failed') => blobs.map((blob) => blobAnswer(blob, taskState).state);
  expect(statesIn('stopped')).toEqual(['copied', 'stopped', 'queued']);
  expect(statesIn('failed')).toEqual(['copied', 'failed', 'queued']);
});
