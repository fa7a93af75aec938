import { describe, expect, it } from 'vitest';
import { permissions } from '../contract/permissions.ts';
import { decide, permissionsOf } from './decide.ts';

const administrator = { isSystemAdmin: true };
const account = { isSystemAdmin: false };

describe('The permission table', () => {
  it('gives a system administrator everything', () => {
    expect(permissionsOf(administrator)).toEqual([...permissions]);
  });

  it('lets every account look, and change nothing', () => {
    expect(permissionsOf(account)).toEqual(['none', 'signed-in', 'catalog.read', 'replication.read', 'registry.read']);
  });

  it('gives nobody nothing', () => {
    expect(permissionsOf(null)).toEqual(['none']);
  });

  it('tells somebody who is not signed in to sign in', () => {
    expect(decide(null, 'catalog.read')).toMatchObject({ allowed: false, code: 'not-signed-in' });
  });

  it.each(permissions.filter((permission) => !decide(account, permission).allowed))(
    'says for %s which role would be needed',
    (permission) => {
      const decision = decide(account, permission);
      expect(decision).toMatchObject({ allowed: false, code: 'permission-missing' });
      expect(!decision.allowed && decision.sentence).toMatch(/^Only a system administrator may .+; ask one/);
    },
  );
});
