import { useVirtualizer } from '@tanstack/react-virtual';
import type { CellRole, Member } from 'bff/contract/members';
import { type CSSProperties, type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEnvironmentName } from '../../domain/RegistryChip.tsx';
import { environmentColors } from '../../theme/environment-colors.ts';
import { type Cell, cellKey, cellsBetween, type Column, type Draft, memberKey, shownCell } from './members-draft.ts';
import styles from './members.module.css';
import { MemberRow } from './MemberRow.tsx';
import { RoleMenu } from './RoleMenu.tsx';
import { type Position, targetOf, useGridFocus } from './use-grid-focus.ts';

const ROW_HEIGHT_PX = 44;
const OVERSCAN_ROWS = 8;

export interface MembersGridProps {
  project: string;
  members: readonly Member[];
  /** The first is “all environments”. */
  columns: readonly Column[];
  draft: Draft;
  selection: ReadonlySet<string>;
  /** The member to go to, once: somebody who was just added. */
  goTo: string | null;
  mayChange: (column: Column) => boolean;
  onSelectionChange: (selection: ReadonlySet<string>) => void;
  onSet: (cells: readonly Cell[], role: CellRole | null) => void;
  onRemove: (member: Member) => void;
}

/**
 * Members × environments. One cell has the focus; Enter or a click opens its roles, Space and Ctrl-click select it,
 * Shift takes everything between. What is selected gets the chosen role together.
 */
export function MembersGrid(props: MembersGridProps) {
  const { project, members, columns, draft, selection, mayChange, onSelectionChange } = props;
  const { t } = useTranslation('members');
  const scroller = useRef<HTMLDivElement>(null);
  const anchorCell = useRef<Position | null>(null);
  const [menu, setMenu] = useState<{ anchor: HTMLElement; cells: readonly Cell[] } | null>(null);
  const virtualizer = useVirtualizer({
    count: members.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: OVERSCAN_ROWS,
  });
  const { active, activate, moveTo } = useGridFocus({
    rows: members.length,
    columns: columns.length,
    body: scroller,
    scrollTo: (row) => virtualizer.scrollToIndex(row, { align: 'auto' }),
  });
  useGoTo(props, moveTo);

  const cellAt = ({ row, column }: Position): Cell | undefined => {
    const member = members[row];
    const place = columns[column];
    return member === undefined || place === undefined ? undefined : { member, column: place };
  };
  const selectedCells = () =>
    members.flatMap((member) =>
      columns.map((column) => ({ member, column })).filter((cell) => selection.has(cellKey(cell))),
    );
  const select = (cells: readonly Cell[], isMore: boolean) => {
    const next = new Set(isMore ? selection : []);
    for (const cell of cells) if (mayChange(cell.column)) next.add(cellKey(cell));
    onSelectionChange(next);
  };
  const toggle = (position: Position) => {
    const cell = cellAt(position);
    if (cell === undefined || !mayChange(cell.column)) return;
    anchorCell.current = position;
    const next = new Set(selection);
    if (!next.delete(cellKey(cell))) next.add(cellKey(cell));
    onSelectionChange(next);
  };
  const open = (position: Position, anchor: HTMLElement) => {
    const cell = cellAt(position);
    if (cell === undefined || !mayChange(cell.column)) return;
    const isSelected = selection.has(cellKey(cell));
    if (!isSelected && selection.size > 0) onSelectionChange(new Set());
    // The opened cell leads: the menu tells what the roles would do there.
    const others = isSelected ? selectedCells().filter((other) => cellKey(other) !== cellKey(cell)) : [];
    setMenu({ anchor, cells: [cell, ...others] });
  };
  const onClick = (position: Position, event: MouseEvent<HTMLElement>) => {
    activate(position);
    if (event.shiftKey) select(cellsBetween(members, columns, anchorCell.current ?? active, position), true);
    else if (event.ctrlKey || event.metaKey) toggle(position);
    else {
      anchorCell.current = position;
      open(position, event.currentTarget);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    // A menu opened from a cell is elsewhere in the document, yet its events come through here.
    if (!event.currentTarget.contains(target) || target.dataset['cell'] === undefined) return;
    const next = targetOf(event, active);
    if (next !== null) {
      event.preventDefault();
      const from = event.shiftKey ? (anchorCell.current ?? active) : null;
      const reached = moveTo(next);
      if (from === null) anchorCell.current = null;
      else {
        anchorCell.current = from;
        select(cellsBetween(members, columns, from, reached), false);
      }
    } else if (event.key === 'Enter' || event.key === 'F2') {
      event.preventDefault();
      open(active, target);
    } else if (event.key === ' ') {
      event.preventDefault();
      toggle(active);
    } else if (event.key === 'Escape' && selection.size > 0) {
      event.preventDefault();
      onSelectionChange(new Set());
    }
  };
  const closeMenu = () => {
    setMenu(null);
    moveTo(active);
  };

  return (
    <div className={styles['scroller']} ref={scroller}>
      <div
        role="grid"
        aria-label={t('grid')}
        aria-rowcount={members.length + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable
        className={styles['grid']}
        style={{ '--columns': columns.length } as CSSProperties}
        onKeyDown={onKeyDown}
        // Whatever moved the focus, arrows go on from there.
        onFocus={(event) => {
          const [row, column] = (event.target.dataset['cell'] ?? '').split(':').map(Number);
          if (row !== undefined && column !== undefined) activate({ row, column });
        }}
      >
        <GridHead columns={columns} />
        <div role="rowgroup" className={styles['body']} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const member = members[index];
            if (member === undefined) return null;
            return (
              <MemberRow
                key={memberKey(member)}
                {...props}
                member={member}
                index={index}
                offsetPx={start}
                activeColumn={active.row === index ? active.column : null}
                onCellClick={onClick}
              />
            );
          })}
        </div>
      </div>
      {menu === null || menu.cells[0] === undefined ? null : (
        <RoleMenu
          project={project}
          anchor={menu.anchor}
          cells={menu.cells}
          current={ownRole(draft, menu.cells[0])}
          onClose={closeMenu}
          onChoose={(role) => {
            props.onSet(menu.cells, role);
            closeMenu();
          }}
        />
      )}
    </div>
  );
}

function ownRole(draft: Draft, cell: Cell): CellRole | null {
  const shown = shownCell(draft, cell);
  return shown.isInherited ? null : shown.role;
}

function useGoTo({ goTo, members, columns, mayChange }: MembersGridProps, moveTo: (position: Position) => void) {
  const went = useRef<string | null>(null);
  useEffect(() => {
    if (goTo === null || went.current === goTo) return;
    const row = members.findIndex((member) => memberKey(member) === goTo);
    if (row === -1) return;
    went.current = goTo;
    moveTo({ row, column: Math.max(0, columns.findIndex(mayChange)) });
  });
}

function GridHead({ columns }: { columns: readonly Column[] }) {
  const { t } = useTranslation('members');
  const environmentName = useEnvironmentName();
  return (
    <div role="rowgroup" className={styles['head']}>
      <div role="row" aria-rowindex={1} className={styles['row']}>
        <div role="columnheader" className={styles['who']}>
          {t('person')}
        </div>
        {columns.map((column) =>
          column === null ? (
            <div key="" role="columnheader" className={styles['column']} title={t('allHint')}>
              {t('allEnvironments')}
            </div>
          ) : (
            <div
              key={column}
              role="columnheader"
              className={styles['column']}
              title={column}
              style={{ '--env-color': environmentColors(column).color } as CSSProperties}
            >
              <bdi>{environmentName(column)}</bdi>
            </div>
          ),
        )}
      </div>
    </div>
  );
}
