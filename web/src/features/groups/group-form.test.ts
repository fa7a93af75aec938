import type { Group } from 'bff/contract/groups';
import { describe, expect, it } from 'vitest';
import {
  changedFields,
  changeOf,
  draftOf,
  emptyGroupForm,
  findProblems,
  formOfGroup,
  matchesGroup,
} from './group-form.ts';

const mara = { id: '0190b3a0-0000-7000-8000-000000000001', username: 'mara', displayName: 'Mara Voss' };
const yun = { id: '0190b3a0-0000-7000-8000-000000000002', username: 'yun', displayName: '云' };
const testers: Group = {
  id: '0190b3a0-0000-7000-8000-00000000000a',
  name: 'testers',
  description: 'Who looks at builds',
  users: [mara, yun],
  projectCount: 3,
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 5,
};

describe('what is sent', () => {
  it('names people by their ids and carries the version that was read', () => {
    expect(changeOf(formOfGroup(testers), 5)).toEqual({
      version: 5,
      name: 'testers',
      description: 'Who looks at builds',
      userIds: [mara.id, yun.id],
    });
  });
  it('may be a group without anybody', () => {
    expect(draftOf({ ...emptyGroupForm, name: ' qa ' })).toEqual({ name: 'qa', description: '', userIds: [] });
  });
});

describe('what the contract would refuse', () => {
  it('is said by field before anything is sent', () => {
    expect(findProblems({ ...emptyGroupForm, name: 'QA team 2' })).toEqual([]);
    expect(findProblems(emptyGroupForm)).toEqual(['name']);
    expect(findProblems({ ...emptyGroupForm, name: 'a/b', description: 'x'.repeat(501) })).toEqual([
      'name',
      'description',
    ]);
  });
});

describe('a group that two people edit', () => {
  it('differs by who is in it, not by their order', () => {
    expect(changedFields(testers, { ...testers, users: [yun, mara] })).toEqual([]);
    expect(changedFields(testers, { ...testers, users: [yun], name: 'test' })).toEqual(['name', 'people']);
  });
});

it('finds a group by its name, description and people', () => {
  expect(['TEST', 'builds', 'voss', '云'].every((q) => matchesGroup(testers, q))).toBe(true);
  expect(matchesGroup(testers, 'developers')).toBe(false);
});
