import type { ReactNode } from 'react';
import type { ErrorWords } from './ErrorState.tsx';
import type { Column } from './table-columns.ts';

export interface DataTableProps<Row> {
  /** What the rows are: "Tags". Names the table for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Names one row, for its checkbox: "Select 2.7.3". Needed with `selection`. */
  rowLabel?: (row: Row) => string;
  /** Where a click or Enter on the row leads. Put a link to the same place into the title column as well. */
  rowHref?: (row: Row) => string | undefined;

  /** The first answer is not there yet: skeleton rows are drawn. */
  isPending?: boolean;
  /** Reading failed. Rows that are there stay, with the sentence above them. */
  error?: ErrorWords | null;
  onRetry?: () => void;
  /** Drawn when there are no rows; usually an `EmptyState`. */
  empty?: ReactNode;
  /** A sentence above the rows: old or partial data. */
  banner?: ReactNode;

  /** As in the URL; a leading minus is descending. */
  sort?: string;
  onSortChange?: (sort: string) => void;

  /** All rows there are, loaded or not; null or left out where nobody counted. */
  total?: number | null;
  hasMore?: boolean;
  isLoadingMore?: boolean;
  onLoadMore?: () => void;

  selection?: ReadonlySet<string>;
  onSelectionChange?: (selection: ReadonlySet<string>) => void;
  /** Buttons for what is selected, beside the count. */
  bulkActions?: ReactNode;

  /** `fill` takes the height that is left in a flex column and scrolls; `auto` is as high as its rows. */
  height?: 'fill' | 'auto';
  rowHeightPx?: number;
  /** Rows of several lines where there are too few pixels for all columns; two lines on a phone unless told. */
  stacked?: { below: string; rowHeightPx: number };
}
