import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import type { MatrixColumn, MatrixRow } from 'bff/contract/projects';
import { type MouseEvent, type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NARROW, useMedia } from '../../ui/use-media.ts';
import { groupByRepository, type MatrixLine } from './matrix-cell.ts';
import styles from './Matrix.module.css';
import { MatrixCellCard } from './MatrixCellCard.tsx';
import { MatrixCellMenu } from './MatrixCellMenu.tsx';
import { MatrixHeader } from './MatrixHeader.tsx';
import { cellPosition, MatrixLineRow } from './MatrixLineRow.tsx';
import { type CellTarget, useCellCard } from './use-cell-card.ts';
import type { MatrixCellActions } from './use-cell-entries.ts';
import { useMatrixKeys } from './use-matrix-keys.ts';

interface MatrixProps extends MatrixCellActions {
  label: string;
  columns: readonly MatrixColumn[];
  rows: readonly MatrixRow[];
  /** Rows stand under a heading of their repository; else each row names it. */
  isGrouped: boolean;
  isRepositoryShown: boolean;
  hasMore: boolean;
  isLoadingMore: boolean;
  onLoadMore: () => void;
  banner: ReactNode;
  footer: ReactNode;
}

const LINE_HEIGHT_PX = 34;
const NARROW_LINE_HEIGHT_PX = 60;
const HEADING_HEIGHT_PX = 32;
const TAG_MIN_PX = 280;
const COLUMN_MIN_PX = 128;
const OVERSCAN_LINES = 10;
const LOAD_AHEAD_LINES = 40;

/** Tags as lines, registries as columns: which build is where. Only the lines in sight are drawn. */
export function Matrix(props: MatrixProps) {
  const { columns, rows, isGrouped, hasMore, isLoadingMore, onLoadMore } = props;
  const { t } = useTranslation('projects');
  const isNarrow = useMedia(NARROW);
  const cardId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState({ line: 0, column: 0 });
  const [menu, setMenu] = useState<CellTarget | null>(null);
  const card = useCellCard();
  const lines = useMemo<MatrixLine[]>(
    () => (isGrouped ? groupByRepository(rows) : rows.map((row) => ({ kind: 'tag', row }))),
    [rows, isGrouped],
  );
  const activeLine = Math.min(active.line, Math.max(0, lines.length - 1));
  const lineHeightPx = isNarrow ? NARROW_LINE_HEIGHT_PX : LINE_HEIGHT_PX;
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (lines[index]?.kind === 'repository' ? HEADING_HEIGHT_PX : lineHeightPx),
    overscan: OVERSCAN_LINES,
    rangeExtractor: useCallback((range: Range) => withLine(defaultRangeExtractor(range), activeLine), [activeLine]),
  });
  useEffect(() => virtualizer.measure(), [virtualizer, lineHeightPx, lines]);
  const drawn = virtualizer.getVirtualItems();
  const isNearEnd = (drawn.at(-1)?.index ?? 0) >= lines.length - LOAD_AHEAD_LINES;
  useEffect(() => {
    if (isNearEnd && hasMore && !isLoadingMore) onLoadMore();
  }, [isNearEnd, hasMore, isLoadingMore, onLoadMore, lines.length]);

  const onKeyDown = useMatrixKeys({
    lines,
    columnCount: columns.length + 1,
    lineHeightPx,
    scroller,
    virtualizer,
    active: { line: activeLine, column: active.column },
    onActivate: setActive,
  });
  const openMenu = (event: MouseEvent) => {
    const position = cellPosition(event.target);
    if (position === null) return;
    setActive({ line: position.line, column: position.column });
    if (position.column === 0) return;
    card.close();
    setMenu(position);
  };
  const template = columnTemplate(columns.length, isNarrow);
  return (
    <div className={styles['matrix']}>
      {props.banner}
      <div className={styles['scroller']} ref={scroller}>
        <div
          role="grid"
          aria-label={props.label}
          aria-rowcount={hasMore ? -1 : lines.length + 1}
          aria-colcount={columns.length + 1}
          style={isNarrow ? undefined : { minWidth: TAG_MIN_PX + columns.length * COLUMN_MIN_PX }}
        >
          <MatrixHeader columns={columns} template={template} />
          <div
            role="rowgroup"
            className={styles['body']}
            style={{ height: virtualizer.getTotalSize() }}
            onKeyDown={onKeyDown}
            onClick={openMenu}
            {...card.handlers}
          >
            {drawn.map(({ index, start, size }) => {
              const line = lines[index];
              return line === undefined ? null : (
                <MatrixLineRow
                  key={lineKey(line, index)}
                  line={line}
                  index={index}
                  columns={columns}
                  template={template}
                  heightPx={size}
                  offsetPx={start}
                  activeColumn={index === activeLine ? (line.kind === 'repository' ? 0 : active.column) : null}
                  openColumn={menu?.line === index ? menu.column : null}
                  isRepositoryShown={props.isRepositoryShown}
                />
              );
            })}
          </div>
        </div>
        <output className="visually-hidden">{isLoadingMore ? t('matrix.loadingMore') : ''}</output>
      </div>
      {props.footer}
      <CellPopups
        {...props}
        lines={lines}
        card={card.target}
        cardId={cardId}
        menu={menu}
        onCloseMenu={() => setMenu(null)}
      />
    </div>
  );
}

interface CellPopupsProps extends Pick<MatrixProps, 'columns'>, MatrixCellActions {
  lines: readonly MatrixLine[];
  card: CellTarget | null;
  cardId: string;
  menu: CellTarget | null;
  onCloseMenu: () => void;
}

/** The one card and the one menu that all cells share. */
function CellPopups({ lines, columns, card, cardId, menu, onCloseMenu, ...actions }: CellPopupsProps) {
  const cardRow = card === null ? undefined : lines[card.line];
  const menuRow = menu === null ? undefined : lines[menu.line];
  return (
    <>
      {menu === null && card !== null && cardRow?.kind === 'tag' ? (
        <MatrixCellCard
          id={cardId}
          anchor={card.element}
          row={cardRow.row}
          columns={columns}
          column={card.column - 1}
        />
      ) : null}
      {menu !== null && menuRow?.kind === 'tag' ? (
        <MatrixCellMenu
          anchor={menu.element}
          row={menuRow.row}
          columns={columns}
          column={menu.column - 1}
          onCopyTo={actions.onCopyTo}
          onPromote={actions.onPromote}
          onDelete={actions.onDelete}
          onRestore={actions.onRestore}
          onClose={onCloseMenu}
        />
      ) : null}
    </>
  );
}

const withLine = (indexes: number[], line: number) =>
  indexes.includes(line) ? indexes : [...indexes, line].toSorted((a, b) => a - b);

/** A repository may head several groups, so its heading's key has the place in it. */
const lineKey = (line: MatrixLine, index: number) =>
  line.kind === 'repository' ? `heading ${index}` : `${line.row.repository}:${line.row.tag}`;

function columnTemplate(count: number, isNarrow: boolean): string {
  if (isNarrow) return `repeat(${count}, minmax(0, 1fr))`;
  return `minmax(${TAG_MIN_PX}px, 2fr) repeat(${count}, minmax(${COLUMN_MIN_PX}px, 1fr))`;
}
