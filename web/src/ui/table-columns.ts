import type { ReactNode } from 'react';

export interface ColumnSorts {
  /** The value of `sort` for each direction that the list offers. */
  ascending?: string;
  descending?: string;
  /** The direction of the first click; ascending unless told. */
  first?: 'ascending' | 'descending';
}

export interface Column<Row> {
  key: string;
  /** The column's name; drawn unless `headerContent` is. */
  header: string;
  headerContent?: ReactNode;
  cell: (row: Row) => ReactNode;
  /** A fixed width in pixels. Without it the column shares the rest by `grow`, down to `minWidth`. */
  width?: number;
  minWidth?: number;
  grow?: number;
  /** Numbers stand at the end. */
  align?: 'start' | 'end';
  sorts?: ColumnSorts;
  /** Stays in sight while the others scroll sideways. Only for the first column. */
  isSticky?: boolean;
  /**
   * Its place in the rows of narrow screens: `title` first line, `end` first line at the right, `detail` second line (the
   * default), `below` all that is left under these, for tables that say how high their stacked rows are.
   */
  narrow?: 'title' | 'end' | 'detail' | 'below' | 'hidden';
  /** What stands there instead of `cell`. */
  narrowCell?: (row: Row) => ReactNode;
}

const DEFAULT_MIN_WIDTH_PX = 120;
export const SELECT_WIDTH_PX = 40;

/** The `grid-template-columns` of every row, and the width below which the table scrolls sideways. */
export function planColumns(columns: readonly Column<never>[], isSelectable: boolean) {
  const tracks = columns.map(({ width, minWidth = DEFAULT_MIN_WIDTH_PX, grow = 1 }) =>
    width === undefined ? `minmax(${minWidth}px, ${grow}fr)` : `${width}px`,
  );
  const widths = columns.map(({ width, minWidth = DEFAULT_MIN_WIDTH_PX }) => width ?? minWidth);
  if (isSelectable) {
    tracks.unshift(`${SELECT_WIDTH_PX}px`);
    widths.unshift(SELECT_WIDTH_PX);
  }
  return { template: tracks.join(' '), minWidthPx: widths.reduce((sum, width) => sum + width, 0) };
}

export type SortDirection = 'ascending' | 'descending' | 'none';

export function sortDirection(sorts: ColumnSorts, sort: string | undefined): SortDirection {
  if (sort === undefined) return 'none';
  if (sort === sorts.ascending) return 'ascending';
  return sort === sorts.descending ? 'descending' : 'none';
}

/** The value of `sort` after a click on the column's header; a column with one direction keeps it. */
export function nextSort(sorts: ColumnSorts, sort: string | undefined): string | undefined {
  const { ascending, descending, first = 'ascending' } = sorts;
  const direction = sortDirection(sorts, sort);
  if (direction === 'ascending') return descending ?? ascending;
  if (direction === 'descending') return ascending ?? descending;
  return first === 'ascending' ? (ascending ?? descending) : (descending ?? ascending);
}
