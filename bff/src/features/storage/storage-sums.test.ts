import { expect, test } from 'vitest';
import { blobKeyOf, heldBy, rangeStart } from './storage.ts';
import { StorageSums } from './storage-sums.ts';

const { tag, untagged, trash, young } = heldBy;
/** Two repositories of one project, and one of another. */
const projects = new Map([
  [1, 'payments'],
  [2, 'payments'],
  [3, 'games'],
]);

function sum(...groups: ReadonlyArray<readonly [sizeBytes: number, holders: Readonly<Record<number, number>>]>) {
  const sums = new StorageSums((id) => projects.get(id) ?? '');
  for (const [sizeBytes, holders] of groups) {
    const held = Object.entries(holders).map(([id, bits]) => ({ repositoryId: Number(id), held: bits }));
    sums.add({ sizeBytes, holders: held });
  }
  return sums;
}

test('each blob counts once for the registry, once for a project, and for each repository that names it', () => {
  const {
    registry,
    projects: figures,
    repositories,
  } = sum([1, { 1: tag }], [10, { 1: tag, 2: tag }], [100, { 2: tag, 3: tag }]);
  expect(registry).toMatchObject({ totalBytes: 111, uniqueBytes: 1, sharedBytes: 110 });
  expect(figures.get('payments')).toMatchObject({ totalBytes: 111, uniqueBytes: 11 });
  expect(figures.get('games')).toMatchObject({ totalBytes: 100, uniqueBytes: 0 });
  expect(repositories.get(1)).toMatchObject({ referencedBytes: 11, uniqueBytes: 1 });
  expect(repositories.get(2)).toMatchObject({ referencedBytes: 110, uniqueBytes: 0 });
});

test('what would come back is what nothing else holds', () => {
  const {
    registry,
    projects: figures,
    repositories,
  } = sum(
    [1, { 1: trash }],
    [10, { 1: trash | tag }],
    [100, { 1: trash, 2: tag }],
    [1000, { 1: untagged }],
    [10_000, { 1: untagged | trash }],
    [100_000, { 1: trash, 3: trash }],
    [1_000_000, { 2: young }],
    [10_000_000, { 2: young | untagged }],
  );
  expect(registry).toMatchObject({
    trashBytes: 100_001,
    untaggedBytes: 1000,
    bothBytes: 111_001,
    youngBytes: 11_000_000,
  });
  expect(figures.get('payments')).toMatchObject({ trashBytes: 1, untaggedBytes: 1000, bothBytes: 11_001 });
  // In the trash of one is not named by it any more.
  expect(repositories.get(1)).toMatchObject({ referencedBytes: 11_010, trashBytes: 1, untaggedBytes: 1000 });
  expect(repositories.get(3)).toMatchObject({ referencedBytes: 0, uniqueBytes: 0 });
});

test('no sum leaves the numbers that are exact', () => {
  const { registry } = sum([Number.MAX_SAFE_INTEGER, { 1: tag }], [Number.MAX_SAFE_INTEGER, { 2: tag }]);
  expect(registry.totalBytes).toBe(Number.MAX_SAFE_INTEGER);
});

test('ranges of blob keys follow each other without a gap and end after the last', () => {
  const starts = Array.from({ length: 9 }, (_, index) => rangeStart(index, 8));
  expect(starts[0]).toBe('00000000-0000-0000-0000-000000000000');
  expect(starts[7]).toBe('e0000000-0000-0000-0000-000000000000');
  expect(starts[8]).toBeNull();
  const digest = `sha256:${'ab'.repeat(32)}`;
  expect(blobKeyOf(digest)).toBe('abababab-abab-abab-abab-abababababab');
  expect(blobKeyOf(`sha512:${'ab'.repeat(64)}`)).not.toBe(blobKeyOf(digest));
});
