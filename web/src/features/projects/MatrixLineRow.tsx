import type { MatrixCell, MatrixColumn, MatrixRow } from 'bff/contract/projects';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { shortenDigest } from '../../domain/digest.ts';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import { nameInProject, paths } from '../../paths.ts';
import styles from './Matrix.module.css';
import { copyPercent, leftmostColumn, type MatrixLine } from './matrix-cell.ts';
import { MatrixGlyph } from './MatrixGlyph.tsx';

interface MatrixLineRowProps {
  line: MatrixLine;
  index: number;
  columns: readonly MatrixColumn[];
  template: string;
  heightPx: number;
  offsetPx: number;
  /** Where the one focusable cell of the grid is, if in this line. */
  activeColumn: number | null;
  /** Column whose menu is open in this line. */
  openColumn: number | null;
  isRepositoryShown: boolean;
}

/** Which cell an element of the grid belongs to; the grid listens once for all of them. */
export function cellPosition(
  target: EventTarget | null,
): { line: number; column: number; element: HTMLElement } | null {
  // A glyph is an SVG element, and where columns are narrow it is all there is to hit.
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-line]') : null;
  if (element === null) return null;
  return { line: Number(element.dataset['line']), column: Number(element.dataset['column']), element };
}

export const MatrixLineRow = memo(function MatrixLineRow(props: MatrixLineRowProps) {
  const { line, index, columns, template, heightPx, offsetPx, activeColumn } = props;
  const style = { gridTemplateColumns: template, height: heightPx, transform: `translateY(${offsetPx}px)` };
  const focusable = (column: number) => ({
    'data-line': index,
    'data-column': column,
    tabIndex: activeColumn === column ? 0 : -1,
  });
  if (line.kind === 'repository') {
    return (
      <div
        role="row"
        aria-rowindex={index + 2}
        className={`${styles['row']} ${styles['line']} ${styles['group']}`}
        style={style}
      >
        <RepositoryHeading line={line} span={columns.length + 1} {...focusable(0)} />
      </div>
    );
  }
  const { row } = line;
  const leftmost = columns[leftmostColumn(row)];
  return (
    <div role="row" aria-rowindex={index + 2} className={`${styles['row']} ${styles['line']}`} style={style}>
      <div role="rowheader" aria-colindex={1} className={styles['tagCell']}>
        <Link
          className={styles['tag']}
          to={paths.artifact(row.repository, row.tag, { registry: leftmost?.registryId })}
          title={`${row.repository}:${row.tag}`}
          {...focusable(0)}
        >
          {props.isRepositoryShown ? (
            <span className={styles['ofRepository']}>{nameInProject(row.repository)}:</span>
          ) : null}
          {row.tag}
        </Link>
        {row.pushedAt === null ? null : (
          <span className={styles['age']}>
            <RelativeTime instant={row.pushedAt} />
          </span>
        )}
      </div>
      {columns.map((column, at) => {
        const cell = row.cells[at];
        if (cell === undefined) return null;
        return (
          <div key={column.registryId} role="gridcell" aria-colindex={at + 2} className={styles['cell']}>
            <CellButton
              row={row}
              cell={cell}
              registryName={column.name}
              leftmostName={leftmost?.name ?? ''}
              isOpen={props.openColumn === at + 1}
              {...focusable(at + 1)}
            />
          </div>
        );
      })}
    </div>
  );
});

interface FocusProps {
  'data-line': number;
  'data-column': number;
  tabIndex: number;
}

function RepositoryHeading({
  line,
  span,
  ...focus
}: FocusProps & { line: Extract<MatrixLine, { kind: 'repository' }>; span: number }) {
  const { t } = useTranslation('projects');
  return (
    <div role="rowheader" aria-colspan={span} className={styles['tagCell']} style={{ gridColumn: '1 / -1' }}>
      <Link
        className={line.isContinued ? `${styles['tag']} ${styles['continued']}` : styles['tag']}
        to={paths.repository(line.repository)}
        title={t('matrix.openRepository', { repository: line.repository })}
        {...focus}
      >
        <bdi>
          {line.isContinued
            ? t('matrix.moreOf', { repository: nameInProject(line.repository) })
            : nameInProject(line.repository)}
        </bdi>
      </Link>
    </div>
  );
}

interface CellButtonProps extends FocusProps {
  row: MatrixRow;
  cell: MatrixCell;
  registryName: string;
  leftmostName: string;
  isOpen: boolean;
}

function CellButton({ row, cell, registryName, leftmostName, isOpen, ...focus }: CellButtonProps) {
  const label = useCellLabel(row, cell, registryName, leftmostName);
  return (
    <button
      type="button"
      className={styles['cellButton']}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={isOpen}
      {...focus}
    >
      <MatrixGlyph state={cell.state} percent={copyPercent(cell.task)} />
      <CellText cell={cell} />
    </button>
  );
}

function CellText({ cell }: { cell: MatrixCell }) {
  const { t } = useTranslation('projects');
  const format = useFormat();
  if (cell.state === 'copying') {
    const percent = copyPercent(cell.task);
    return (
      <>
        <span data-always="true" className={`${styles['cellText']} ${styles['copying']}`}>
          {percent === null ? t('matrix.copying') : format.percent(percent / 100)}
        </span>
        {cell.task?.bytesTotal == null ? null : (
          <span className={`${styles['cellText']} ${styles['quiet']}`}>{format.bytes(cell.task.bytesTotal)}</span>
        )}
      </>
    );
  }
  if (cell.state === 'same')
    return <span className={`${styles['cellText']} ${styles['quiet']}`}>{t('matrix.same')}</span>;
  if (cell.state === 'trash')
    return <span className={`${styles['cellText']} ${styles['quiet']}`}>{t('matrix.trash')}</span>;
  if (cell.state === 'missing' || cell.digest === null) return null;
  return (
    <span className={`${styles['cellText']} ${styles['mono']} ${cell.state === 'differs' ? styles['differs'] : ''}`}>
      {shortenDigest(cell.digest)}
    </span>
  );
}

function useCellLabel(row: MatrixRow, cell: MatrixCell, registry: string, leftmost: string): string {
  const { t } = useTranslation('projects');
  const format = useFormat();
  const { tag } = row;
  const digest = cell.digest === null ? '' : shortenDigest(cell.digest);
  switch (cell.state) {
    case 'first':
      return t('matrix.cellFirst', { tag, registry, digest });
    case 'same':
      return t('matrix.cellSame', { tag, registry, leftmost });
    case 'differs':
      return t('matrix.cellDiffers', { tag, registry, digest, leftmost });
    case 'trash':
      return t('matrix.cellTrash', { tag, registry });
    case 'copying': {
      const percent = copyPercent(cell.task);
      if (percent === null) return t('matrix.cellCopying', { tag, registry });
      return t('matrix.cellCopyingPercent', { tag, registry, percent: format.percent(percent / 100) });
    }
    default:
      return t('matrix.cellMissing', { tag, registry });
  }
}
