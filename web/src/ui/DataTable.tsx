import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import { DataTableBody } from './DataTableBody.tsx';
import { DataTableHeader } from './DataTableHeader.tsx';
import styles from './DataTable.module.css';
import { type ErrorWords, ErrorState } from './ErrorState.tsx';
import { planColumns } from './table-columns.ts';
import type { DataTableProps } from './table-props.ts';
import { NARROW, useMedia } from './use-media.ts';

const ROW_HEIGHT_PX = 32;
const NARROW_ROW_HEIGHT_PX = 58;

/**
 * Rows under a header that stays in sight; only those in view are drawn, so a hundred thousand scroll as ten do. One row
 * has the focus: arrows, Page Up/Down, Home and End move it, Enter opens it, Space selects it.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, isPending = false, error = null, onRetry, selection, height = 'fill' } = props;
  const { t } = useTranslation('common');
  const isNarrow = useMedia(props.stacked?.below ?? NARROW);
  const scroller = useRef<HTMLDivElement>(null);
  const isSelectable = selection !== undefined;
  const plan = planColumns(columns, isSelectable);
  const hasRows = rows.length > 0;

  if (error !== null && !hasRows) {
    return (
      <ErrorState
        title={t('ui.notRead', { what: label })}
        error={error}
        {...(onRetry === undefined ? {} : { onRetry })}
      />
    );
  }
  if (!isPending && !hasRows) return <>{props.empty}</>;
  return (
    <div className={`${styles['table']} ${styles[height]}`}>
      {error === null ? null : <StaleBanner error={error} {...(onRetry === undefined ? {} : { onRetry })} />}
      {props.banner === undefined ? null : <div className={styles['banner']}>{props.banner}</div>}
      <div className={styles['scroller']} ref={scroller}>
        <div
          role="grid"
          aria-label={label}
          aria-rowcount={countRows(props)}
          aria-colcount={isNarrow ? undefined : columns.length + (isSelectable ? 1 : 0)}
          aria-multiselectable={isSelectable || undefined}
          aria-busy={isPending}
          className={styles['grid']}
          style={isNarrow ? undefined : { minWidth: plan.minWidthPx }}
        >
          <DataTableHeader {...props} template={plan.template} isNarrow={isNarrow} />
          <DataTableBody
            {...props}
            template={plan.template}
            isNarrow={isNarrow}
            scroller={scroller}
            rowHeightPx={rowHeight(props, isNarrow)}
          />
        </div>
      </div>
      <Footer {...props} />
    </div>
  );
}

function rowHeight<Row>({ rowHeightPx, stacked }: DataTableProps<Row>, isNarrow: boolean): number {
  if (isNarrow) return stacked?.rowHeightPx ?? NARROW_ROW_HEIGHT_PX;
  return rowHeightPx ?? ROW_HEIGHT_PX;
}

/** With the header; -1 where nobody knows. */
function countRows<Row>({ rows, total, hasMore }: DataTableProps<Row>): number {
  if (total !== null && total !== undefined) return total + 1;
  return hasMore === true ? -1 : rows.length + 1;
}

function StaleBanner({ error, onRetry }: { error: ErrorWords; onRetry?: () => void }) {
  const { t } = useTranslation('common');
  return (
    <div className={styles['banner']} data-tone="warn" role="alert">
      {error.sentence} {error.more}{' '}
      {onRetry === undefined ? null : (
        <button type="button" className={styles['linkButton']} onClick={onRetry}>
          {t('ui.tryAgain')}
        </button>
      )}
    </div>
  );
}

function Footer<Row>(props: DataTableProps<Row>) {
  const { rows, total, hasMore, selection, onSelectionChange, bulkActions, height, isPending, error = null } = props;
  const { t } = useTranslation('common');
  const format = useFormat();
  const selected = selection?.size ?? 0;
  const shown = format.number(rows.length);
  // While nothing has been read, nobody knows how many there are.
  const isUnknown = rows.length === 0 && (isPending === true || error !== null);
  const counted = isUnknown
    ? ''
    : hasMore !== true
      ? t('ui.rowsAll', { count: rows.length, shown })
      : total === null || total === undefined
        ? t('ui.rowsSome', { shown })
        : t('ui.rowsOf', { shown, total: format.number(total) });
  if (height === 'auto' && selected === 0 && hasMore !== true) return null;
  return (
    <div className={styles['footer']} data-selected={selected > 0}>
      <div role="status">{selected === 0 ? counted : t('ui.selected', { count: selected })}</div>
      {selected === 0 ? null : (
        <div className={styles['bulk']} role="toolbar" aria-label={t('ui.bulkActions')}>
          {bulkActions}
          <button type="button" className={styles['linkButton']} onClick={() => onSelectionChange?.(new Set())}>
            {t('ui.clearSelection')}
          </button>
        </div>
      )}
    </div>
  );
}
