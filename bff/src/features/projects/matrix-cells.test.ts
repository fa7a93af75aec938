import { describe, expect, test } from 'vitest';
import type { PlacedTag, TagLine } from '../catalog/catalog.service.ts';
import { matrixCells } from './matrix-cells.ts';

const placed = (registryId: string, digest: string): PlacedTag => ({
  registryId,
  digest,
  mediaType: null,
  artifactType: null,
  sizeBytes: 1,
  pushedAt: null,
  pushedBy: null,
  platforms: [],
});
const line = (change: Partial<TagLine>): TagLine => ({
  repository: 'payments/api',
  tag: 'v1',
  pushedAt: null,
  placed: [],
  tasks: [],
  ...change,
});
const columns = ['development', 'staging', 'production'];

describe('matrixCells', () => {
  test('compares each column with the leftmost that has the tag, wherever that is', () => {
    const cells = matrixCells(line({ placed: [placed('production', 'a'), placed('staging', 'b')] }), columns);
    expect(cells.map(({ state }) => state)).toEqual(['missing', 'first', 'differs']);
    const same = matrixCells(line({ placed: [placed('production', 'a'), placed('development', 'a')] }), columns);
    expect(same.map(({ state }) => state)).toEqual(['first', 'missing', 'same']);
  });

  test('shows a copy under way, with what is there before it ends', () => {
    const task = { id: 't', registryId: 'production', bytesDone: 1, bytesTotal: null };
    const cells = matrixCells(line({ placed: [placed('production', 'a')], tasks: [task] }), columns);
    expect(cells[2]).toMatchObject({
      state: 'copying',
      digest: 'a',
      task: { id: 't', bytesDone: 1, bytesTotal: null },
    });
  });
});
