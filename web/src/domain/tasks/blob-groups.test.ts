import type { TaskBlob } from 'bff/contract/replication';
import { expect, it } from 'vitest';
import { countBlobs, groupBlobs } from './blob-groups.ts';

const blob = (digest: string, architecture: string | null, fields: Partial<TaskBlob> = {}): TaskBlob => ({
  digest,
  platform: architecture === null ? null : { os: 'linux', architecture, variant: null, osVersion: null },
  kind: 'layer',
  sizeBytes: 1,
  bytesDone: 0,
  state: 'queued',
  ...fields,
});

it('groups blobs by platform, shared ones first, layers before configs', () => {
  const groups = groupBlobs([
    blob('config', 'amd64', { kind: 'config' }),
    blob('amd', 'amd64'),
    blob('arm', 'arm64'),
    blob('both', null),
  ]);
  expect(groups.map(({ platform, blobs }) => [platform, blobs.map(({ digest }) => digest)])).toEqual([
    [null, ['both']],
    ['linux/amd64', ['amd', 'config']],
    ['linux/arm64', ['arm']],
  ]);
});

it('counts how each blob got there', () => {
  const blobs = [blob('a', null, { state: 'copied' }), blob('b', null, { state: 'existed' }), blob('c', null)];
  expect(countBlobs(blobs)).toEqual({ copied: 1, mounted: 0, existed: 1 });
});
