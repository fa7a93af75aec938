import Popper from '@mui/material/Popper';
import type { MatrixCell, MatrixColumn, MatrixRow } from 'bff/contract/projects';
import { useTranslation } from 'react-i18next';
import { RelativeTime } from '../../i18n/RelativeTime.tsx';
import { useFormat } from '../../i18n/use-format.ts';
import styles from './Matrix.module.css';
import { copyPercent, leftmostColumn } from './matrix-cell.ts';
import { MatrixGlyph } from './MatrixGlyph.tsx';

interface MatrixCellCardProps {
  id: string;
  anchor: HTMLElement;
  row: MatrixRow;
  columns: readonly MatrixColumn[];
  /** Index into `columns`. */
  column: number;
}

/** What a cell stands for, in full: both digests where they differ, when each was pushed and by whom. */
export function MatrixCellCard({ id, anchor, row, columns, column }: MatrixCellCardProps) {
  const { t } = useTranslation('projects');
  const cell = row.cells[column];
  const leftmostAt = leftmostColumn(row);
  const leftmost = row.cells[leftmostAt];
  const leftmostName = columns[leftmostAt]?.name ?? '';
  if (cell === undefined || cell.state === 'missing') return null;
  const title =
    cell.state === 'differs'
      ? t('card.differs')
      : cell.state === 'same'
        ? t('card.same', { registry: leftmostName })
        : cell.state === 'trash'
          ? t('card.trash', { registry: columns[column]?.name ?? '' })
          : null;
  return (
    <Popper open anchorEl={anchor} placement="bottom-start" id={id} role="tooltip" sx={{ zIndex: 'tooltip' }}>
      <div className={styles['card']}>
        {title === null ? null : (
          <div className={styles['cardTitle']}>
            <MatrixGlyph state={cell.state} /> {title}
          </div>
        )}
        {cell.state === 'copying' ? <CopyProgress cell={cell} /> : null}
        {cell.state === 'differs' && leftmost !== undefined ? (
          <CardSide name={t('card.leftmost', { registry: leftmostName })} cell={leftmost} />
        ) : null}
        {cell.trash === null ? null : <CardTrash trash={cell.trash} />}
        {cell.digest === null ? null : <CardSide name={columns[column]?.name ?? ''} cell={cell} />}
      </div>
    </Popper>
  );
}

function CopyProgress({ cell }: { cell: MatrixCell }) {
  const { t } = useTranslation('projects');
  const format = useFormat();
  const percent = copyPercent(cell.task);
  const { task } = cell;
  return (
    <>
      <div className={styles['cardTitle']}>
        <MatrixGlyph state="copying" percent={percent} />
        {percent === null
          ? t('matrix.copying')
          : t('matrix.copyingPercent', { percent: format.percent(percent / 100) })}
      </div>
      {task === null ? null : (
        <div className={styles['quiet']}>
          {task.bytesTotal === null
            ? t('card.bytesOnly', { done: format.bytes(task.bytesDone) })
            : t('card.bytes', { done: format.bytes(task.bytesDone), total: format.bytes(task.bytesTotal) })}
        </div>
      )}
    </>
  );
}

function CardTrash({ trash }: { trash: NonNullable<MatrixCell['trash']> }) {
  const { t } = useTranslation('projects');
  return (
    <div className={styles['cardSide']}>
      <span className={styles['cardDigest']}>{trash.digest}</span>
      <span className={styles['quiet']}>
        {t('card.deleted')} <RelativeTime instant={trash.deletedAt} />
        {trash.deletedBy === null ? null : ` ${t('card.deletedBy', { who: trash.deletedBy })}`}
      </span>
    </div>
  );
}

function CardSide({ name, cell }: { name: string; cell: MatrixCell }) {
  const { t } = useTranslation('projects');
  const format = useFormat();
  return (
    <div className={styles['cardSide']}>
      <bdi>{name}</bdi>
      <span className={styles['cardDigest']}>{cell.digest}</span>
      <span className={styles['quiet']}>
        {cell.pushedAt === null ? (
          t('card.unknownWhen')
        ) : (
          <>
            {t('card.pushed')} <RelativeTime instant={cell.pushedAt} />
          </>
        )}
        {cell.pushedBy === null ? null : ` ${t('card.by', { who: cell.pushedBy })}`}
        {cell.sizeBytes === null ? null : ` · ${format.bytes(cell.sizeBytes)}`}
      </span>
    </div>
  );
}
