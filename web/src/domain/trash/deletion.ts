import type { TrashItem, TrashSelection } from 'bff/contract/trash';

/** What was asked for, in one registry. */
export interface DeletionPart {
  readonly selection: TrashSelection;
  /** The first hundred of its items. */
  readonly itemIds: readonly string[];
  readonly total: number;
  /** It was not begun. */
  readonly error: Error | null;
}

export interface Deletion {
  readonly project: string;
  readonly repository: string;
  readonly parts: readonly DeletionPart[];
}

/** More are not shown one by one. */
export const SHOWN_ITEMS = 500;

export const countOf = ({ parts }: Deletion): number => parts.reduce((sum, { total }) => sum + total, 0);

/**
 * Those of a deletion among the newest of the repository's trash. Where there are more than the answer named, they are
 * those that came with the ones it did name: nothing in the trash is newer than what was just asked for.
 */
export function itemsOf(deletion: Deletion, newest: readonly TrashItem[]): readonly TrashItem[] {
  const known = new Set(deletion.parts.flatMap(({ itemIds }) => itemIds));
  const named = newest.filter(({ id }) => known.has(id));
  if (known.size >= countOf(deletion)) return named;
  const begunAt = named.reduce((least, { createdAt }) => (createdAt < least ? createdAt : least), '9999');
  return newest.filter(({ createdAt, registryId }) => {
    const isOurs = deletion.parts.some(({ selection }) =>
      selection.kind === 'pattern' ? selection.registryIds.includes(registryId) : selection.registryId === registryId,
    );
    return isOurs && createdAt >= begunAt;
  });
}

/** Nothing of it is still to be done, as far as it is shown. */
export function isOver(deletion: Deletion, newest: readonly TrashItem[] | undefined): boolean {
  if (countOf(deletion) === 0) return true;
  if (newest === undefined) return false;
  const items = itemsOf(deletion, newest);
  return items.length > 0 && items.every(({ state }) => state !== 'deleting');
}
