import { describe, expect, test } from 'vitest';
import type { CellRole, RoleRow } from '../../access/subject.ts';
import { createTaskRights } from './task-rights.ts';

const registries = [
  { registryId: 'main', environment: 'development' },
  { registryId: 'north', environment: 'production' },
];

function taskOf(kind: 'copy' | 'delete', isActive = true) {
  return {
    kind,
    source: { registryId: 'main', repository: 'payments/api', reference: '1.0' },
    destination: { registryId: 'north', repository: 'payments/api', tag: '1.0' },
    requester: { id: 'u1', name: 'ada', isActive, isSystemAdmin: false },
  };
}

function rightsWith(inProduction: CellRole) {
  const row: RoleRow = { defaultRole: 'guest', environmentRoles: new Map([['production', inProduction]]) };
  return createTaskRights({
    rowsOf: () => Promise.resolve(new Map([['payments', [row]]])),
    projects: () => Promise.resolve(new Map()),
    registries: () => Promise.resolve(registries),
  });
}

describe('the rights of whoever asked for a task', () => {
  test('a copy needs push, a deletion delete, where it writes', async () => {
    const developer = rightsWith('developer');
    expect(await developer(taskOf('copy'))).toBeUndefined();
    expect((await developer(taskOf('delete')))?.code).toBe('requester-may-not-delete');
    expect(await rightsWith('maintainer')(taskOf('delete'))).toBeUndefined();
    expect((await rightsWith('guest')(taskOf('copy')))?.code).toBe('requester-may-not-push');
  });

  test('who was disabled has none', async () => {
    expect((await rightsWith('maintainer')(taskOf('delete', false)))?.code).toBe('requester-may-not-delete');
  });
});
