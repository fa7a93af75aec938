import { describe, expect, it } from 'vitest';
import { trashItem } from '../../testing/trash.ts';
import { type Deletion, isOver, itemsOf } from './deletion.ts';

const ask = (itemIds: readonly string[], total: number): Deletion => ({
  project: 'payments',
  repository: 'payments/api',
  parts: [
    {
      selection: { kind: 'repository', registryId: 'development', repository: 'payments/api' },
      itemIds,
      total,
      error: null,
    },
  ],
});
const newest = [
  trashItem({ id: 'c', state: 'deleting', createdAt: '2026-01-02T00:00:00.000Z' }),
  trashItem({ id: 'b', createdAt: '2026-01-02T00:00:00.000Z' }),
  trashItem({ id: 'x', registryId: 'production', createdAt: '2026-01-02T00:00:00.000Z' }),
  trashItem({ id: 'a', createdAt: '2026-01-01T00:00:00.000Z' }),
];
const ids = (deletion: Deletion) => itemsOf(deletion, newest).map(({ id }) => id);

describe('the items of a deletion', () => {
  it('are those that the answer named', () => {
    expect(ids(ask(['b'], 1))).toEqual(['b']);
  });
  it('are, of more than the answer named, all that came with them in those registries', () => {
    expect(ids(ask(['b'], 2))).toEqual(['c', 'b']);
  });
});

describe('a deletion', () => {
  it('is over when nothing of it is being deleted any more', () => {
    expect(isOver(ask(['b'], 1), newest)).toBe(true);
    expect(isOver(ask(['b', 'c'], 2), newest)).toBe(false);
  });
  it('is not over before it was seen', () => {
    expect(isOver(ask(['b'], 1), undefined)).toBe(false);
    expect(isOver(ask(['new'], 1), newest)).toBe(false);
  });
});
