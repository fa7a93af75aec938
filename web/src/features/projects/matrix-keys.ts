import type { MatrixLine } from './matrix-cell.ts';

export interface MatrixPosition {
  line: number;
  column: number;
}

interface Grid {
  lines: readonly Pick<MatrixLine, 'kind'>[];
  columnCount: number;
  pageLines: number;
}

/**
 * Where a key leads in the grid; null for keys that mean nothing here. Headings have a single cell: from another column
 * the arrows pass over them.
 */
export function nextPosition(
  { key, isToEdge }: { key: string; isToEdge: boolean },
  { line, column }: MatrixPosition,
  { lines, columnCount, pageLines }: Grid,
): MatrixPosition | null {
  const lastLine = lines.length - 1;
  const lastColumn = columnCount - 1;
  const across = (to: number): MatrixPosition =>
    lines[line]?.kind === 'repository' ? { line, column: 0 } : { line, column: Math.min(Math.max(0, to), lastColumn) };
  const down = (to: number, step: 1 | -1): MatrixPosition => landOn(Math.min(Math.max(0, to), lastLine), step);
  const landOn = (from: number, step: 1 | -1): MatrixPosition => {
    if (column === 0) return { line: from, column };
    let at = from;
    while (lines[at]?.kind === 'repository') at += step;
    // Past the edge there is only the heading itself; stay where a cell is.
    return lines[at] === undefined ? { line, column } : { line: at, column };
  };
  switch (key) {
    case 'ArrowLeft':
      return across(column - 1);
    case 'ArrowRight':
      return across(column + 1);
    case 'ArrowUp':
      return down(line - 1, -1);
    case 'ArrowDown':
      return down(line + 1, 1);
    case 'PageUp':
      return down(line - pageLines, -1);
    case 'PageDown':
      return down(line + pageLines, 1);
    case 'Home':
      return isToEdge ? { line: 0, column: 0 } : across(0);
    case 'End':
      return isToEdge ? { line: Math.max(0, lastLine), column: 0 } : across(lastColumn);
    default:
      return null;
  }
}
