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
  trashed: [],
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

  test('shows what is in the trash, unless the tag was pushed anew or is being copied there', () => {
    const item = (itemId: string, registryId: string) => ({
      itemId,
      registryId,
      digest: 'a',
      deletedAt: new Date('2026-01-02T03:04:05Z'),
      deletedBy: 'mara',
    });
    const trashed = [item('one', 'development'), item('two', 'development'), item('three', 'staging')];
    const cells = matrixCells(line({ placed: [placed('staging', 'b')], trashed }), columns);
    expect(cells.map(({ state }) => state)).toEqual(['trash', 'first', 'missing']);
    // The latest of several; where the tag is there again nothing is said of what was.
    expect(cells.map(({ trash }) => trash?.itemId)).toEqual(['two', undefined, undefined]);
    expect(cells[0]).toMatchObject({ digest: null, trash: { deletedAt: '2026-01-02T03:04:05.000Z' } });
    const task = { id: 't', registryId: 'development', bytesDone: 1, bytesTotal: null };
    expect(matrixCells(line({ tasks: [task], trashed }), columns)[0]).toMatchObject({ state: 'copying', trash: null });
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
