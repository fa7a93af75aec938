import type { MatrixCell } from '../../contract/projects.ts';
import type { OpenTask, PlacedTag, TagLine, TrashedTag } from '../catalog/catalog.service.ts';

/** The leftmost column that has the tag: what the others are compared with. */
export function leftmostOf(line: TagLine, registryIds: readonly string[]): PlacedTag | undefined {
  for (const registryId of registryIds) {
    const placed = line.placed.find((tag) => tag.registryId === registryId);
    if (placed !== undefined) return placed;
  }
  return undefined;
}

/** One cell for each column. A copy that is under way wins over what is there before it ends. */
export function matrixCells(line: TagLine, registryIds: readonly string[]): MatrixCell[] {
  const first = leftmostOf(line, registryIds);
  return registryIds.map((registryId) => {
    const placed = line.placed.find((tag) => tag.registryId === registryId);
    const task = line.tasks.find((open) => open.registryId === registryId);
    const trashed = line.trashed.findLast((item) => item.registryId === registryId);
    return cellOf(placed, first, task, trashed);
  });
}

function cellOf(
  placed: PlacedTag | undefined,
  first: PlacedTag | undefined,
  task: OpenTask | undefined,
  trashed: TrashedTag | undefined,
): MatrixCell {
  const state = task === undefined ? stateOf(placed, first, trashed) : 'copying';
  return {
    state,
    digest: placed?.digest ?? null,
    sizeBytes: placed?.sizeBytes ?? null,
    pushedAt: placed?.pushedAt?.toISOString() ?? null,
    pushedBy: placed?.pushedBy ?? null,
    task: task === undefined ? null : { id: task.id, bytesDone: task.bytesDone, bytesTotal: task.bytesTotal },
    trash: state === 'trash' && trashed !== undefined ? trashOf(trashed) : null,
  };
}

function trashOf({ itemId, digest, deletedAt, deletedBy }: TrashedTag): MatrixCell['trash'] {
  return { itemId, digest, deletedAt: deletedAt.toISOString(), deletedBy };
}

function stateOf(
  placed: PlacedTag | undefined,
  first: PlacedTag | undefined,
  trashed: TrashedTag | undefined,
): MatrixCell['state'] {
  if (placed === undefined) return trashed === undefined ? 'missing' : 'trash';
  if (placed === first) return 'first';
  return placed.digest === first?.digest ? 'same' : 'differs';
}
