import type { Virtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import type { MatrixLine } from './matrix-cell.ts';
import { nextPosition } from './matrix-keys.ts';

interface MatrixKeysOptions {
  lines: readonly MatrixLine[];
  /** Columns with the tag's own, which is 0. */
  columnCount: number;
  lineHeightPx: number;
  scroller: RefObject<HTMLDivElement | null>;
  virtualizer: Virtualizer<HTMLDivElement, Element>;
  /** Where the focus may rest, kept by the grid because the virtualizer has to draw it. */
  active: { line: number; column: number };
  onActivate: (active: { line: number; column: number }) => void;
}

/** One stop for Tab, arrows inside: https://www.w3.org/WAI/ARIA/apg/patterns/grid/ */
export function useMatrixKeys(options: MatrixKeysOptions) {
  const { lines, columnCount, lineHeightPx, scroller, virtualizer, active, onActivate } = options;
  const mustFocus = useRef(false);
  const [, setMoves] = useState(0);

  useEffect(() => {
    if (!mustFocus.current) return;
    const cell = scroller.current?.querySelector<HTMLElement>(
      `[data-line="${active.line}"][data-column="${active.column}"]`,
    );
    // Not drawn yet when it was far away; scrolling draws it and this runs again.
    if (cell === undefined || cell === null) return;
    mustFocus.current = false;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });

  return (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.altKey || event.metaKey || event.defaultPrevented) return;
    if (!event.currentTarget.contains(event.target as Node)) return;
    const pageLines = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / lineHeightPx) - 2);
    const next = nextPosition({ key: event.key, isToEdge: event.ctrlKey }, active, { lines, columnCount, pageLines });
    if (next === null) return;
    event.preventDefault();
    mustFocus.current = true;
    onActivate(next);
    setMoves((moves) => moves + 1);
    virtualizer.scrollToIndex(next.line, { align: 'auto' });
  };
}
