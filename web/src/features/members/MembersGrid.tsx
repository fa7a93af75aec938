import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import type { CellRole, Member } from 'bff/contract/members';
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { NARROW, useMedia } from '../../ui/use-media.ts';
import { GridHead } from './GridHead.tsx';
import { type Cell, type Column, type Draft, memberKey, shownCell } from './members-draft.ts';
import styles from './members.module.css';
import { MemberRow } from './MemberRow.tsx';
import { RoleMenu } from './RoleMenu.tsx';
import { useCellSelection } from './use-cell-selection.ts';
import { type Position, targetOf, useGridFocus } from './use-grid-focus.ts';

const ROW_HEIGHT_PX = 44;
/** A person with the cells below, until it is measured. */
const NARROW_ROW_HEIGHT_PX = 150;
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
 * Shift takes everything between. What is selected gets the chosen role together. On a phone each person is a block with
 * the cells below; keys and roles stay the same.
 */
export function MembersGrid(props: MembersGridProps) {
  const { project, members, columns, draft, selection } = props;
  const { t } = useTranslation('members');
  const scroller = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<{ anchor: HTMLElement; cells: readonly Cell[] } | null>(null);
  const isNarrow = useMedia(NARROW);
  const { virtualizer, active, activate, moveTo } = useVirtualRows(scroller, members.length, columns.length, isNarrow);
  useGoTo(props, moveTo);
  const select = useCellSelection(props);
  const open = (position: Position, anchor: HTMLElement) => {
    const cells = select.cellsFrom(position);
    if (cells.length > 0) setMenu({ anchor, cells });
  };
  const closeMenu = () => {
    setMenu(null);
    moveTo(active);
  };
  const onClick = (position: Position, event: MouseEvent<HTMLElement>) => {
    activate(position);
    if (event.shiftKey) select.extendTo(active, position, true);
    else if (event.ctrlKey || event.metaKey) select.toggle(position);
    else {
      select.startAt(position);
      open(position, event.currentTarget);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    // A menu opened from a cell is elsewhere in the document, yet its events come through here.
    if (!event.currentTarget.contains(target) || target.dataset['cell'] === undefined) return;
    const next = targetOf(event, active);
    if (next !== null) {
      const reached = moveTo(next);
      if (event.shiftKey) select.extendTo(active, reached, false);
      else select.startAt(null);
    } else if (event.key === 'Enter' || event.key === 'F2') open(active, target);
    else if (event.key === ' ') select.toggle(active);
    else if (event.key === 'Escape' && selection.size > 0) select.clear();
    else return;
    event.preventDefault();
  };
  const [first] = menu?.cells ?? [];

  return (
    <div className={styles['scroller']} ref={scroller}>
      <div
        role="grid"
        aria-label={t('grid')}
        aria-rowcount={members.length + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable
        className={styles['grid']}
        data-narrow={isNarrow}
        style={{ '--columns': columns.length } as CSSProperties}
      >
        <GridHead columns={columns} />
        <div
          role="rowgroup"
          className={styles['body']}
          style={{ height: virtualizer.getTotalSize() }}
          onKeyDown={onKeyDown}
          // Whatever moved the focus, arrows go on from there.
          onFocus={(event) => {
            const [row, column] = (event.target.dataset['cell'] ?? '').split(':').map(Number);
            if (row !== undefined && column !== undefined) activate({ row, column });
          }}
        >
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const member = members[index];
            return member === undefined ? null : (
              <MemberRow
                key={memberKey(member)}
                {...props}
                member={member}
                index={index}
                offsetPx={start}
                isNarrow={isNarrow}
                measure={virtualizer.measureElement}
                activeColumn={active.row === index ? active.column : null}
                onCellClick={onClick}
              />
            );
          })}
        </div>
      </div>
      {menu === null || first === undefined ? null : (
        <RoleMenu
          project={project}
          anchor={menu.anchor}
          cells={menu.cells}
          current={ownRole(draft, first)}
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

/** Only the rows in view are drawn, and the one with the focus: else scrolling would throw the focus away. */
function useVirtualRows(scroller: RefObject<HTMLDivElement | null>, rows: number, columns: number, isNarrow: boolean) {
  const activeRow = useRef(0);
  const virtualizer = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? NARROW_ROW_HEIGHT_PX : ROW_HEIGHT_PX),
    overscan: OVERSCAN_ROWS,
    rangeExtractor: (range) => withIndex(defaultRangeExtractor(range), Math.min(activeRow.current, range.count - 1)),
  });
  // What was measured in the other layout says nothing about this one.
  useEffect(() => virtualizer.measure(), [virtualizer, isNarrow]);
  const { active, activate, moveTo } = useGridFocus({
    rows,
    columns,
    body: scroller,
    scrollTo: (row) => virtualizer.scrollToIndex(row, { align: 'auto' }),
  });
  useEffect(() => {
    activeRow.current = active.row;
  });
  return { virtualizer, active, activate, moveTo };
}

function withIndex(indexes: number[], index: number): number[] {
  return indexes.includes(index) ? indexes : [...indexes, index].toSorted((left, right) => left - right);
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
