import type { Member } from 'bff/contract/members';
import { useRef } from 'react';
import { type Cell, cellKey, cellsBetween, type Column } from './members-draft.ts';
import type { Position } from './use-grid-focus.ts';

interface CellSelection {
  readonly members: readonly Member[];
  readonly columns: readonly Column[];
  readonly selection: ReadonlySet<string>;
  readonly mayChange: (column: Column) => boolean;
  readonly onSelectionChange: (selection: ReadonlySet<string>) => void;
}

/** Several cells at once: single ones, and rectangles from the last single one on. What may not be changed is left out. */
export function useCellSelection({ members, columns, selection, mayChange, onSelectionChange }: CellSelection) {
  const corner = useRef<Position | null>(null);
  const cellAt = ({ row, column }: Position): Cell | undefined => {
    const member = members[row];
    const place = columns[column];
    return member === undefined || place === undefined || !mayChange(place) ? undefined : { member, column: place };
  };
  return {
    /** The cell, first, and with it all that are selected if it is one of them; none where it may not be changed. */
    cellsFrom: (position: Position): readonly Cell[] => {
      const cell = cellAt(position);
      if (cell === undefined) return [];
      if (!selection.has(cellKey(cell))) {
        if (selection.size > 0) onSelectionChange(new Set());
        return [cell];
      }
      const all = members.flatMap((member) => columns.map((column): Cell => ({ member, column })));
      const others = all.filter((other) => selection.has(cellKey(other)) && cellKey(other) !== cellKey(cell));
      return [cell, ...others];
    },
    toggle: (position: Position) => {
      const cell = cellAt(position);
      if (cell === undefined) return;
      corner.current = position;
      const next = new Set(selection);
      if (!next.delete(cellKey(cell))) next.add(cellKey(cell));
      onSelectionChange(next);
    },
    /** `from`: the corner, where none was set before. */
    extendTo: (from: Position, to: Position, isMore: boolean) => {
      corner.current ??= from;
      const next = new Set(isMore ? selection : []);
      for (const cell of cellsBetween(members, columns, corner.current, to)) {
        if (mayChange(cell.column)) next.add(cellKey(cell));
      }
      onSelectionChange(next);
    },
    startAt: (position: Position | null) => {
      corner.current = position;
    },
    clear: () => onSelectionChange(new Set()),
  };
}
