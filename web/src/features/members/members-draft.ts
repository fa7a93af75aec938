import type { CellRole, Member, MemberChange } from 'bff/contract/members';

/** A column: null is “all environments”. */
export type Column = string | null;

/** One cell of the grid. */
export interface Cell {
  readonly member: Member;
  readonly column: Column;
}

/** What was changed and is not saved, by cell. */
export type Draft = ReadonlyMap<string, MemberChange>;

export interface ShownCell {
  /** Null: nothing is set here, nor in “all environments”. */
  readonly role: CellRole | null;
  readonly isInherited: boolean;
  readonly isChanged: boolean;
}

export const memberKey = ({ kind, id }: Pick<Member, 'kind' | 'id'>) => `${kind}:${id}`;
export const cellKey = ({ member, column }: Cell) => `${memberKey(member)} ${column ?? ''}`;

/** What is saved of the cell itself. */
export function storedRole({ member, column }: Cell): CellRole | null {
  return column === null ? member.defaultRole : (member.environmentRoles[column] ?? null);
}

/** A role, or null for none of its own, in each of the cells; what ends as it is saved is no change any more. */
export function withRole(draft: Draft, cells: readonly Cell[], role: CellRole | null): Draft {
  const next = new Map(draft);
  for (const cell of cells) {
    // Without an own default there is nothing that “no access” could take away from it.
    const wanted = cell.column === null && role === 'none' ? null : role;
    if (storedRole(cell) === wanted) next.delete(cellKey(cell));
    else {
      const { kind, id } = cell.member;
      next.set(cellKey(cell), { kind, id, environment: cell.column, role: wanted });
    }
  }
  return next;
}

/** Empties the row: the member is in the project no longer. */
export function withoutMember(draft: Draft, member: Member, columns: readonly Column[]): Draft {
  return withRole(
    draft,
    columns.map((column) => ({ member, column })),
    null,
  );
}

export function shownCell(draft: Draft, cell: Cell): ShownCell {
  const own = roleOf(draft, cell);
  const isChanged = draft.has(cellKey(cell));
  if (own !== null || cell.column === null) return { role: own, isInherited: false, isChanged };
  return { role: roleOf(draft, { ...cell, column: null }), isInherited: true, isChanged };
}

function roleOf(draft: Draft, cell: Cell): CellRole | null {
  const change = draft.get(cellKey(cell));
  return change === undefined ? storedRole(cell) : change.role;
}

/** After the list was read again: what somebody else saved meanwhile is no change of ours. */
export function stillChanges(draft: Draft, members: readonly Member[]): Draft {
  const byKey = new Map(members.map((member) => [memberKey(member), member]));
  const left = [...draft].filter(([, change]) => {
    const member = byKey.get(memberKey(change));
    return member === undefined
      ? change.role !== null
      : storedRole({ member, column: change.environment }) !== change.role;
  });
  return left.length === draft.size ? draft : new Map(left);
}

/** The cells of the rectangle between two of them, for Shift. */
export function cellsBetween(
  members: readonly Member[],
  columns: readonly Column[],
  from: { row: number; column: number },
  to: { row: number; column: number },
): Cell[] {
  const rows = members.slice(Math.min(from.row, to.row), Math.max(from.row, to.row) + 1);
  const wanted = columns.slice(Math.min(from.column, to.column), Math.max(from.column, to.column) + 1);
  return rows.flatMap((member) => wanted.map((column) => ({ member, column })));
}
