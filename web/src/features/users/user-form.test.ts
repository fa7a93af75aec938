import type { User } from 'bff/contract/users';
import { describe, expect, it } from 'vitest';
import { changedFields, changeOf, draftOf, emptyUserForm, findProblems, formOfUser } from './user-form.ts';

const mara: User = {
  id: '0190b3a0-0000-7000-8000-000000000001',
  username: 'mara',
  displayName: 'Mara Voss',
  email: null,
  isSystemAdmin: false,
  isDisabled: false,
  groups: [],
  projectCount: 2,
  lastSignInAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 3,
};

describe('a new user', () => {
  it('is called as they sign in where no other name is given', () => {
    expect(draftOf({ ...emptyUserForm, username: ' mara ' })).toEqual({
      username: 'mara',
      displayName: 'mara',
      email: null,
      isSystemAdmin: false,
    });
  });

  it('has a username that a shell and docker login take, and that no robot account has', () => {
    expect(findProblems({ ...emptyUserForm, username: 'mara.voss@example' }, true)).toEqual([]);
    for (const username of ['', 'mara voss', '-mara', 'robot.ci', 'm$']) {
      expect(findProblems({ ...emptyUserForm, username, displayName: 'x' }, true)).toEqual(['username']);
    }
  });

  it('has an address or none', () => {
    expect(findProblems({ ...emptyUserForm, username: 'mara', email: 'mara' }, true)).toEqual(['email']);
    expect(findProblems({ ...emptyUserForm, username: 'mara', email: 'mara@example.com' }, true)).toEqual([]);
  });
});

describe('a change', () => {
  it('carries the version that was read, and empties the address', () => {
    expect(changeOf({ ...formOfUser(mara), isSystemAdmin: true }, mara.version)).toEqual({
      version: 3,
      displayName: 'Mara Voss',
      email: null,
      isSystemAdmin: true,
    });
  });

  it('names what somebody else changed meanwhile', () => {
    expect(changedFields(mara, { ...mara, version: 4, email: 'm@example.com', isSystemAdmin: true })).toEqual([
      'email',
      'isSystemAdmin',
    ]);
    expect(changedFields(mara, { ...mara, version: 4, isDisabled: true })).toEqual([]);
  });
});
