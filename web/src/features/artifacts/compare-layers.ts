export interface ComparedLayer<L> {
  state: 'same' | 'removed' | 'added';
  layer: L;
}

/** Above this many comparisons the order is given up for a set difference; no real image comes near it. */
const ALIGNMENT_LIMIT = 4_000_000;

/**
 * Two stacks of layers as one list from the bottom up: what both have, what only the left has, what only the right has,
 * in an order that keeps both stacks' orders (a longest common subsequence by digest).
 */
export function compareLayers<L extends { digest: string }>(
  left: readonly L[],
  right: readonly L[],
): ComparedLayer<L>[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start]?.digest === right[start]?.digest) start += 1;
  let end = 0;
  while (
    end < left.length - start &&
    end < right.length - start &&
    left[left.length - 1 - end]?.digest === right[right.length - 1 - end]?.digest
  ) {
    end += 1;
  }
  const same = (layers: readonly L[]) => layers.map((layer): ComparedLayer<L> => ({ state: 'same', layer }));
  return [
    ...same(left.slice(0, start)),
    ...compareMiddles(left.slice(start, left.length - end), right.slice(start, right.length - end)),
    ...same(left.slice(left.length - end)),
  ];
}

function compareMiddles<L extends { digest: string }>(left: readonly L[], right: readonly L[]): ComparedLayer<L>[] {
  if (left.length * right.length > ALIGNMENT_LIMIT) return compareAsSets(left, right);
  const lengths = commonLengths(left, right);
  const compared: ComparedLayer<L>[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const l = left[i];
    const r = right[j];
    if (l !== undefined && r !== undefined && l.digest === r.digest) {
      compared.push({ state: 'same', layer: l });
      i += 1;
      j += 1;
    } else if (l !== undefined && (r === undefined || (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) {
      compared.push({ state: 'removed', layer: l });
      i += 1;
    } else if (r !== undefined) {
      compared.push({ state: 'added', layer: r });
      j += 1;
    }
  }
  return compared;
}

/** `lengths[i][j]`: the longest common subsequence of what starts at `i` on the left and at `j` on the right. */
function commonLengths(left: readonly { digest: string }[], right: readonly { digest: string }[]): Uint32Array[] {
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    const row = lengths[i];
    const below = lengths[i + 1];
    if (row === undefined || below === undefined) continue;
    for (let j = right.length - 1; j >= 0; j -= 1) {
      row[j] =
        left[i]?.digest === right[j]?.digest ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

function compareAsSets<L extends { digest: string }>(left: readonly L[], right: readonly L[]): ComparedLayer<L>[] {
  const inLeft = new Set(left.map(({ digest }) => digest));
  const inRight = new Set(right.map(({ digest }) => digest));
  return [
    ...left.map((layer): ComparedLayer<L> => ({ state: inRight.has(layer.digest) ? 'same' : 'removed', layer })),
    ...right.filter(({ digest }) => !inLeft.has(digest)).map((layer): ComparedLayer<L> => ({ state: 'added', layer })),
  ];
}
