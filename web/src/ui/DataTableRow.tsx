import { memo, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { DataTableProps } from './table-props.ts';
import styles from './DataTable.module.css';
import type { Column } from './table-columns.ts';

interface RowProps<Row> extends DataTableProps<Row> {
  row: Row;
  index: number;
  offsetPx: number;
  template: string;
  isNarrow: boolean;
  rowHeightPx: number;
  isActive: boolean;
  onActivate: (index: number) => void;
  onToggle: (index: number, isRange: boolean) => void;
}

export function DataTableRow<Row>(props: RowProps<Row>) {
  const { row, index, offsetPx, template, isNarrow, rowHeightPx, isActive, rowKey, rowHref, selection } = props;
  const navigate = useNavigate();
  const { t } = useTranslation('common');
  const href = rowHref?.(row);
  const isSelected = selection?.has(rowKey(row)) ?? false;
  const open = (event: MouseEvent<HTMLDivElement>) => {
    if (href === undefined || !isPlainClick(event)) return;
    void navigate(href);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- Keys are handled once for all rows, around them.
    <div
      role="row"
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={selection === undefined ? undefined : isSelected}
      tabIndex={isActive ? 0 : -1}
      className={styles['row']}
      data-link={href !== undefined}
      style={{
        position: 'absolute',
        inset: '0 0 auto',
        height: rowHeightPx,
        transform: `translateY(${offsetPx}px)`,
        ...(isNarrow ? {} : { gridTemplateColumns: template }),
      }}
      data-narrow={isNarrow}
      onClick={open}
      onFocus={() => props.onActivate(index)}
    >
      {selection === undefined ? null : (
        <div role="gridcell" className={styles['select']}>
          <input
            type="checkbox"
            checked={isSelected}
            aria-label={t('ui.selectRow', { label: props.rowLabel?.(row) ?? rowKey(row) })}
            onClick={(event) => {
              event.stopPropagation();
              props.onToggle(index, event.shiftKey);
            }}
            onChange={() => undefined}
          />
        </div>
      )}
      {isNarrow ? <NarrowCells columns={props.columns} row={row} /> : <Cells columns={props.columns} row={row} />}
    </div>
  );
}

function isPlainClick(event: MouseEvent<HTMLDivElement>): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  const target = event.target as HTMLElement;
  if (!event.currentTarget.contains(target)) return false;
  if (target.closest('a, button, input, select, label') !== null) return false;
  // Marking text to copy it ends with a click as well.
  return (getSelection()?.toString() ?? '') === '';
}

interface CellsProps<Row> {
  columns: readonly Column<Row>[];
  row: Row;
}

/** Cells are drawn again only for another row or other columns, not for every step of scrolling. */
const Cells = memo(function Cells<Row>({ columns, row }: CellsProps<Row>) {
  return columns.map(({ key, align = 'start', cell, isSticky = false }) => (
    <div key={key} role="gridcell" className={`${styles['cell']} ${styles[align]} ${isSticky ? styles['sticky'] : ''}`}>
      {cell(row)}
    </div>
  ));
}) as <Row>(props: CellsProps<Row>) => React.ReactNode;

function NarrowCells<Row>({ columns, row }: CellsProps<Row>) {
  const at = (place: 'title' | 'end' | 'detail' | 'below') =>
    columns
      .filter(({ narrow = 'detail' }) => narrow === place)
      .map(({ key, align, cell, narrowCell = cell }) => (
        <span key={key} data-align={align}>
          {narrowCell(row)}
        </span>
      ));
  const below = at('below');
  return (
    <div role="gridcell" className={styles['narrowCell']}>
      <div className={styles['narrowLine']}>
        <div className={styles['narrowTitle']}>{at('title')}</div>
        <div className={styles['narrowEnd']}>{at('end')}</div>
      </div>
      <div className={styles['narrowDetail']}>{at('detail')}</div>
      {below.length === 0 ? null : <div className={styles['narrowBelow']}>{below}</div>}
    </div>
  );
}

interface SkeletonRowProps<Row> extends DataTableProps<Row> {
  template: string;
  isNarrow: boolean;
  rowHeightPx: number;
  index: number;
  /** Set for the row that stands for those still to come. */
  offsetPx?: number;
}

export function SkeletonRow<Row>(props: SkeletonRowProps<Row>) {
  const { columns, template, isNarrow, selection, index, offsetPx, rowHeightPx } = props;
  const cells = isNarrow ? 1 : columns.length + (selection === undefined ? 0 : 1);
  return (
    <div
      aria-hidden="true"
      className={styles['row']}
      data-narrow={isNarrow}
      style={{
        height: rowHeightPx,
        ...(isNarrow ? {} : { gridTemplateColumns: template }),
        ...(offsetPx === undefined
          ? {}
          : { position: 'absolute', inset: '0 0 auto', transform: `translateY(${offsetPx}px)` }),
      }}
    >
      {Array.from({ length: cells }, (_unused, cell) => (
        <div key={cell} className={styles['cell']}>
          {/* Uneven, as text is. */}
          <span className={styles['skeleton']} style={{ width: `${40 + ((index * 7 + cell * 13) % 5) * 10}%` }} />
        </div>
      ))}
    </div>
  );
}
