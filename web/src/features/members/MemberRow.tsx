import CloseIcon from '@mui/icons-material/Close';
import GroupIcon from '@mui/icons-material/GroupsOutlined';
import PersonIcon from '@mui/icons-material/PersonOutlined';
import IconButton from '@mui/material/IconButton';
import type { Member } from 'bff/contract/members';
import type { CSSProperties, MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { environmentColors } from '../../theme/environment-colors.ts';
import { cellKey, type Column, type Draft, shownCell } from './members-draft.ts';
import styles from './members.module.css';
import { RoleChip } from './RoleChip.tsx';
import type { Position } from './use-grid-focus.ts';

interface MemberRowProps {
  member: Member;
  columns: readonly Column[];
  draft: Draft;
  selection: ReadonlySet<string>;
  mayChange: (column: Column) => boolean;
  index: number;
  offsetPx: number;
  /** The cells are below the person, and say their environments themselves. */
  isNarrow: boolean;
  measure: (row: HTMLElement | null) => void;
  /** The column with the focus, if it is in this row. */
  activeColumn: number | null;
  onCellClick: (position: Position, event: MouseEvent<HTMLElement>) => void;
  onRemove: (member: Member) => void;
}

export function MemberRow(props: MemberRowProps) {
  const { member, columns, draft, selection, mayChange, index, isNarrow, activeColumn, onCellClick } = props;
  const { t } = useTranslation('members');
  const cells = columns.map((column) => ({ cell: { member, column }, shown: shownCell(draft, { member, column }) }));
  const held = cells.filter(({ shown }) => shown.role !== null && !shown.isInherited);
  const isRemovable = held.length > 0 && held.every(({ cell }) => mayChange(cell.column));
  return (
    <div
      role="row"
      data-index={index}
      ref={isNarrow ? props.measure : undefined}
      aria-rowindex={index + 2}
      className={styles['row']}
      data-gone={held.length === 0 && (member.defaultRole !== null || Object.keys(member.environmentRoles).length > 0)}
      style={{ position: 'absolute', inset: '0 0 auto', transform: `translateY(${props.offsetPx}px)` }}
    >
      <div role="rowheader" className={styles['who']}>
        <Who member={member} />
        {isRemovable ? (
          <IconButton
            className={styles['remove'] ?? ''}
            aria-label={t('removeWho', { name: member.displayName })}
            title={t('removeWho', { name: member.displayName })}
            onClick={() => props.onRemove(member)}
          >
            <CloseIcon fontSize="inherit" />
          </IconButton>
        ) : null}
      </div>
      {cells.map(({ cell, shown }, column) => {
        const isOpenable = mayChange(cell.column);
        return (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- Keys are handled once for all cells, by the grid.
          <div
            key={cell.column ?? ''}
            role="gridcell"
            data-cell={`${index}:${column}`}
            tabIndex={activeColumn === column ? 0 : -1}
            aria-selected={selection.has(cellKey(cell))}
            aria-haspopup={isOpenable ? 'menu' : undefined}
            className={styles['cell']}
            data-open={isOpenable}
            onClick={(event) => onCellClick({ row: index, column }, event)}
          >
            {isNarrow ? <Place column={cell.column} /> : null}
            <RoleChip cell={shown} />
          </div>
        );
      })}
    </div>
  );
}

/** The head of the column, where there is no room for a head. Whoever listens hears the real one. */
function Place({ column }: { column: Column }) {
  const { t } = useTranslation('members');
  const environmentName = useEnvironmentName();
  const color = column === null ? undefined : environmentColors(column).color;
  return (
    <bdi aria-hidden="true" className={styles['place']} style={{ '--env-color': color } as CSSProperties}>
      {column === null ? t('allEnvironments') : environmentName(column)}
    </bdi>
  );
}

function Who({ member }: { member: Member }) {
  const { t } = useTranslation('members');
  const { kind, name, displayName, userCount, isDisabled } = member;
  const note = kind === 'group' ? t('people', { count: userCount ?? 0 }) : displayName === name ? '' : name;
  return (
    <div className={styles['person']} title={displayName === name ? name : `${displayName} (${name})`}>
      {kind === 'group' ? <GroupIcon fontSize="small" /> : <PersonIcon fontSize="small" />}
      <div className={styles['names']}>
        <bdi className={styles['name']}>{displayName}</bdi>
        <span className={styles['note']}>
          {isDisabled ? <span className={styles['disabled']}>{t('disabled')}</span> : null}
          <bdi>{note}</bdi>
        </span>
      </div>
    </div>
  );
}
