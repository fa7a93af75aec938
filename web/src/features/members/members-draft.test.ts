import type { Member } from 'bff/contract/members';
import { describe, expect, it } from 'vitest';
import { cellsBetween, type Draft, shownCell, stillChanges, withoutMember, withRole } from './members-draft.ts';

const member = (id: string, more: Partial<Member> = {}): Member => ({
  kind: 'user',
  id,
  name: id,
  displayName: id,
  isDisabled: false,
  userCount: null,
  defaultRole: null,
  environmentRoles: {},
  ...more,
});
const none: Draft = new Map();
const mara = member('mara', { defaultRole: 'guest', environmentRoles: { production: 'developer' } });

describe('a cell', () => {
  it('shows its own role, or faintly that of all environments', () => {
    const shown = (column: string | null) => shownCell(none, { member: mara, column });
    expect(shown(null)).toEqual({ role: 'guest', isInherited: false, isChanged: false });
    expect(shown('production')).toEqual({ role: 'developer', isInherited: false, isChanged: false });
    expect(shown('testing')).toEqual({ role: 'guest', isInherited: true, isChanged: false });
  });

  it('follows a change of all environments unless it has its own', () => {
    const draft = withRole(none, [{ member: mara, column: null }], 'maintainer');
    expect(shownCell(draft, { member: mara, column: 'testing' })).toMatchObject({
      role: 'maintainer',
      isChanged: false,
    });
    expect(shownCell(draft, { member: mara, column: 'production' })).toMatchObject({ role: 'developer' });
  });

  it('that is set back to what is saved is no change', () => {
    const cell = { member: mara, column: 'production' };
    const draft = withRole(none, [cell], 'none');
    expect([...draft.values()]).toEqual([{ kind: 'user', id: 'mara', environment: 'production', role: 'none' }]);
    expect(withRole(draft, [cell], 'developer').size).toBe(0);
  });

  it('of all environments is emptied instead of taking away', () => {
    const draft = withRole(none, [{ member: mara, column: null }], 'none');
    expect([...draft.values()]).toEqual([{ kind: 'user', id: 'mara', environment: null, role: null }]);
  });
});

describe('several changes', () => {
  it('remove a member by emptying what is set, and nothing else', () => {
    const draft = withoutMember(none, mara, [null, 'testing', 'production']);
    expect([...draft.values()].map(({ environment, role }) => [environment, role])).toEqual([
      [null, null],
      ['production', null],
    ]);
  });

  it('are forgotten where somebody else saved the same meanwhile', () => {
    const draft = withRole(
      withRole(none, [{ member: mara, column: 'testing' }], 'developer'),
      [{ member: mara, column: null }],
      'maintainer',
    );
    const now = { ...mara, environmentRoles: { ...mara.environmentRoles, testing: 'developer' as const } };
    expect([...stillChanges(draft, [now]).values()].map(({ environment }) => environment)).toEqual([null]);
    expect(stillChanges(draft, [mara])).toBe(draft);
  });

  it('of a member who is not saved yet stay, and are forgotten for one who is gone', () => {
    const given = withRole(none, [{ member: member('new'), column: null }], 'guest');
    expect(stillChanges(given, [mara])).toBe(given);
    expect(stillChanges(withoutMember(none, mara, [null]), []).size).toBe(0);
  });
});

it('a rectangle has the cells between two corners, in whichever direction', () => {
  const members = ['a', 'b', 'c'].map((id) => member(id));
  const columns = [null, 'testing', 'production'];
  const cells = cellsBetween(members, columns, { row: 2, column: 1 }, { row: 1, column: 2 });
  expect(cells.map((cell) => [cell.member.id, cell.column])).toEqual([
    ['b', 'testing'],
    ['b', 'production'],
    ['c', 'testing'],
    ['c', 'production'],
  ]);
});
