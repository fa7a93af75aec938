import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import type { DataTableProps } from './table-props.ts';
import { DataTableRow, SkeletonRow } from './DataTableRow.tsx';
import styles from './DataTable.module.css';

interface BodyProps<Row> extends DataTableProps<Row> {
  template: string;
  isNarrow: boolean;
  scroller: RefObject<HTMLDivElement | null>;
  rowHeightPx: number;
}

const SKELETON_ROWS = 14;
const OVERSCAN_ROWS = 12;
/** The next page is asked for this long before its first row would be seen. */
const LOAD_AHEAD_ROWS = 40;

export function DataTableBody<Row>(props: BodyProps<Row>) {
  const { rows, rowKey, rowHref, isPending = false, selection, rowHeightPx, scroller } = props;
  const [activeIndex, activate] = useActiveRow(rows, rowKey);
  const body = useRef<HTMLDivElement>(null);
  const mustFocus = useRef(false);
  const hasFocus = useRef(false);
  const virtualizer = useVirtualizer({
    count: rows.length + (props.hasMore === true ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: OVERSCAN_ROWS,
    // The row with the focus is always there, or scrolling would throw the focus away.
    rangeExtractor: useCallback((range: Range) => withIndex(defaultRangeExtractor(range), activeIndex), [activeIndex]),
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeightPx]);
  const items = virtualizer.getVirtualItems();
  useLoadMore(props, items.at(-1)?.index ?? 0);

  useEffect(() => {
    // A row that goes takes the focus with it, and says nothing of it.
    const isLost = hasFocus.current && document.activeElement === document.body;
    if (!mustFocus.current && !isLost) return;
    mustFocus.current = false;
    body.current?.querySelector<HTMLElement>(`[data-index="${activeIndex}"]`)?.focus({ preventScroll: true });
  });
  const moveTo = (index: number) => {
    const next = Math.min(Math.max(0, index), rows.length - 1);
    mustFocus.current = true;
    activate(next);
    virtualizer.scrollToIndex(next, { align: 'auto' });
  };
  const select = useSelect(props);
  const navigate = useNavigate();
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (!isRowKey(event)) return;
    const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeightPx) - 2);
    const next = targetIndex(event.key, activeIndex, pageRows, rows.length);
    const row = rows[activeIndex];
    if (next !== null) {
      event.preventDefault();
      if (event.shiftKey && selection !== undefined) select.range(activeIndex, next);
      moveTo(next);
    } else if (row !== undefined && event.key === ' ' && selection !== undefined && isOnRow(event)) {
      event.preventDefault();
      select.toggle(activeIndex);
    } else if (row !== undefined && event.key === 'Enter' && isOnRow(event)) {
      const href = rowHref?.(row);
      if (href !== undefined) void navigate(href);
    }
  };

  if (isPending && rows.length === 0) {
    return (
      <div role="rowgroup">
        {Array.from({ length: SKELETON_ROWS }, (_unused, index) => (
          <SkeletonRow key={index} {...props} index={index} />
        ))}
      </div>
    );
  }
  return (
    <div
      role="rowgroup"
      ref={body}
      className={styles['body']}
      style={{ height: virtualizer.getTotalSize() }}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        hasFocus.current = event.currentTarget.contains(event.target);
      }}
      onBlur={() => {
        hasFocus.current = false;
      }}
    >
      {items.map(({ index, start }) => {
        const row = rows[index];
        if (row === undefined) return <SkeletonRow key="more" {...props} index={index} offsetPx={start} />;
        return (
          <DataTableRow
            key={rowKey(row)}
            {...props}
            row={row}
            index={index}
            offsetPx={start}
            isActive={index === activeIndex}
            onActivate={activate}
            onToggle={select.click}
          />
        );
      })}
    </div>
  );
}

interface ActiveRow {
  readonly key: string;
  /** Where it was last. */
  readonly index: number;
}

/**
 * The row that keys act on, by its key: in a live list others come above it. Where it is gone, the one in its place
 * follows it; the first until one was chosen.
 */
function useActiveRow<Row>(rows: readonly Row[], rowKey: (row: Row) => string) {
  const [active, setActive] = useState<ActiveRow | null>(null);
  const activate = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    const key = rowKey(row);
    setActive((before) => (before?.key === key && before.index === index ? before : { key, index }));
  };
  const index = active === null ? 0 : findActive(rows, rowKey, active);
  const row = rows[index];
  if (active !== null && row !== undefined) {
    const key = rowKey(row);
    if (active.index !== index || active.key !== key) setActive({ key, index });
  }
  return [index, activate] as const;
}

function findActive<Row>(rows: readonly Row[], rowKey: (row: Row) => string, { key, index }: ActiveRow): number {
  const there = rows[index];
  // Of a hundred thousand rows none is looked at while it stays where it is.
  if (there !== undefined && rowKey(there) === key) return index;
  const found = rows.findIndex((row) => rowKey(row) === key);
  return found === -1 ? Math.min(index, Math.max(0, rows.length - 1)) : found;
}

function withIndex(indexes: number[], index: number): number[] {
  return indexes.includes(index) ? indexes : [...indexes, index].toSorted((left, right) => left - right);
}

function useLoadMore<Row>(
  { rows, hasMore = false, isLoadingMore = false, error = null, onLoadMore }: DataTableProps<Row>,
  lastIndex: number,
) {
  const isNear = lastIndex >= rows.length - LOAD_AHEAD_ROWS;
  useEffect(() => {
    // After an error the person asks again: else a page that fails would be asked for without end.
    if (isNear && hasMore && !isLoadingMore && error === null) onLoadMore?.();
  }, [isNear, hasMore, isLoadingMore, error, onLoadMore]);
}

function useSelect<Row>({ rows, rowKey, selection, onSelectionChange }: DataTableProps<Row>) {
  const anchor = useRef<string | null>(null);
  const keyAt = (index: number) => {
    const row = rows[index];
    return row === undefined ? [] : [rowKey(row)];
  };
  const range = (from: number, to: number) => {
    const next = new Set(selection);
    for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) {
      for (const key of keyAt(index)) next.add(key);
    }
    onSelectionChange?.(next);
  };
  const toggle = (index: number) => {
    const next = new Set(selection);
    for (const key of keyAt(index)) {
      anchor.current = key;
      if (!next.delete(key)) next.add(key);
    }
    onSelectionChange?.(next);
  };
  /** A click on a checkbox; with Shift everything from the last one clicked. */
  const click = (index: number, isRange: boolean) => {
    const from = rows.findIndex((row) => rowKey(row) === anchor.current);
    if (isRange) range(Math.max(0, from), index);
    else toggle(index);
  };
  return { range, toggle, click };
}

function isRowKey(event: KeyboardEvent<HTMLDivElement>): boolean {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return false;
  const target = event.target as HTMLElement;
  // Menus opened from a cell are elsewhere in the document, yet their events come through here.
  return (
    event.currentTarget.contains(target) && target.closest('select, textarea, input:not([type="checkbox"])') === null
  );
}

function isOnRow(event: KeyboardEvent): boolean {
  return (event.target as HTMLElement).getAttribute('role') === 'row';
}

function targetIndex(key: string, index: number, pageRows: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return index + 1;
    case 'ArrowUp':
      return index - 1;
    case 'PageDown':
      return index + pageRows;
    case 'PageUp':
      return index - pageRows;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
