import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';

export interface Position {
  readonly row: number;
  readonly column: number;
}

interface GridFocus {
  readonly rows: number;
  readonly columns: number;
  readonly body: RefObject<HTMLElement | null>;
  readonly scrollTo: (row: number) => void;
}

const PAGE_ROWS = 10;

/** One cell of the grid can be tabbed to; arrows, Home, End and Page Up/Down move that. */
export function useGridFocus({ rows, columns, body, scrollTo }: GridFocus) {
  const [wanted, setWanted] = useState<Position>({ row: 0, column: 0 });
  const mustFocus = useRef(false);
  const active = within(wanted, rows, columns);
  useEffect(() => {
    if (!mustFocus.current) return;
    const cell = body.current?.querySelector<HTMLElement>(`[data-cell="${active.row}:${active.column}"]`);
    if (cell == null) return;
    mustFocus.current = false;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
  });
  const moveTo = (position: Position) => {
    const next = within(position, rows, columns);
    mustFocus.current = true;
    setWanted(next);
    scrollTo(next.row);
    return next;
  };
  return { active, activate: setWanted, moveTo };
}

function within({ row, column }: Position, rows: number, columns: number): Position {
  return {
    row: Math.min(Math.max(0, row), Math.max(0, rows - 1)),
    column: Math.min(Math.max(0, column), Math.max(0, columns - 1)),
  };
}

/** Where a key leads from a cell; null for keys that lead nowhere. */
export function targetOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>,
  { row, column }: Position,
): Position | null {
  const isFar = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case 'ArrowDown':
      return { row: isFar ? Number.MAX_SAFE_INTEGER : row + 1, column };
    case 'ArrowUp':
      return { row: isFar ? 0 : row - 1, column };
    case 'ArrowRight':
      return { row, column: column + 1 };
    case 'ArrowLeft':
      return { row, column: column - 1 };
    case 'Home':
      return { row: isFar ? 0 : row, column: 0 };
    case 'End':
      return { row: isFar ? Number.MAX_SAFE_INTEGER : row, column: Number.MAX_SAFE_INTEGER };
    case 'PageDown':
      return { row: row + PAGE_ROWS, column };
    case 'PageUp':
      return { row: row - PAGE_ROWS, column };
    default:
      return null;
  }
}
