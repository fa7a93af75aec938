import ArrowDownwardIcon from '@mui/icons-material/ArrowDownward';
import ArrowUpwardIcon from '@mui/icons-material/ArrowUpward';
import { useTranslation } from 'react-i18next';
import type { DataTableProps } from './table-props.ts';
import styles from './DataTable.module.css';
import { type Column, nextSort, sortDirection } from './table-columns.ts';

interface HeaderProps<Row> extends DataTableProps<Row> {
  template: string;
  isNarrow: boolean;
}

export function DataTableHeader<Row>(props: HeaderProps<Row>) {
  const { columns, template, isNarrow, selection } = props;
  if (isNarrow) return <NarrowHeader {...props} />;
  return (
    <div role="rowgroup" className={styles['head']}>
      <div role="row" aria-rowindex={1} className={styles['row']} style={{ gridTemplateColumns: template }}>
        {selection === undefined ? null : (
          <div role="columnheader" className={styles['select']}>
            <SelectAll {...props} />
          </div>
        )}
        {columns.map((column) => (
          <HeaderCell key={column.key} column={column} {...props} />
        ))}
      </div>
    </div>
  );
}

function HeaderCell<Row>({ column, sort, onSortChange }: DataTableProps<Row> & { column: Column<Row> }) {
  const { sorts, align = 'start', header, headerContent, isSticky = false } = column;
  const className = `${styles['cell']} ${styles[align]} ${isSticky ? styles['sticky'] : ''}`;
  if (sorts === undefined || onSortChange === undefined) {
    return (
      <div role="columnheader" className={className} title={header}>
        {headerContent ?? header}
      </div>
    );
  }
  const direction = sortDirection(sorts, sort);
  return (
    <div role="columnheader" className={className} aria-sort={direction}>
      <button
        type="button"
        className={styles['sort']}
        data-sorted={direction !== 'none'}
        onClick={() => {
          const next = nextSort(sorts, sort);
          if (next !== undefined) onSortChange(next);
        }}
      >
        {headerContent ?? header}
        {direction === 'descending' ? <ArrowDownwardIcon /> : <ArrowUpwardIcon />}
      </button>
    </div>
  );
}

function SelectAll<Row>({ rows, rowKey, selection, onSelectionChange }: DataTableProps<Row>) {
  const { t } = useTranslation('common');
  const selectedHere = rows.reduce((count, row) => count + (selection?.has(rowKey(row)) ? 1 : 0), 0);
  const isAll = rows.length > 0 && selectedHere === rows.length;
  return (
    <input
      type="checkbox"
      aria-label={t('ui.selectLoaded', { count: rows.length })}
      title={t('ui.selectLoaded', { count: rows.length })}
      checked={isAll}
      disabled={rows.length === 0}
      ref={(box) => {
        if (box !== null) box.indeterminate = selectedHere > 0 && !isAll;
      }}
      onChange={() => onSelectionChange?.(isAll ? new Set() : new Set(rows.map(rowKey)))}
    />
  );
}

/** Two-line rows have no columns to click on, so the order is chosen from a list. */
function NarrowHeader<Row>(props: HeaderProps<Row>) {
  const { columns, sort, onSortChange, selection, label } = props;
  const { t } = useTranslation('common');
  const choices = columns.flatMap(({ sorts, header }) =>
    sorts === undefined
      ? []
      : [
          ...(sorts.ascending === undefined ? [] : [{ value: sorts.ascending, label: `${header} ↑` }]),
          ...(sorts.descending === undefined ? [] : [{ value: sorts.descending, label: `${header} ↓` }]),
        ],
  );
  return (
    <div
      role="rowgroup"
      className={styles['head']}
      data-empty={selection === undefined && (choices.length === 0 || onSortChange === undefined)}
    >
      <div role="row" aria-rowindex={1}>
        <div role="columnheader" className={styles['narrowHeadCell']}>
          {selection === undefined ? null : <SelectAll {...props} />}
          {choices.length === 0 || onSortChange === undefined ? (
            <span className="visually-hidden">{label}</span>
          ) : (
            <label className={styles['order']}>
              {t('ui.sortBy')}{' '}
              <select value={sort ?? ''} onChange={(event) => onSortChange(event.target.value)}>
                {choices.map((choice) => (
                  <option key={choice.value} value={choice.value}>
                    {choice.label}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
      </div>
    </div>
  );
}
