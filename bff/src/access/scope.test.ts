import { describe, expect, it } from 'vitest';
import { isInScope, isRegistryInScope, scopeOf, scopeWithin } from './scope.ts';
import type { CellRole, ProjectFacts, Subject } from './subject.ts';

const registries = ['development', 'production'].map((environment) => ({
  registryId: `r-${environment}`,
  environment,
}));
const archived: ProjectFacts = { isPublic: false, publicEnvironments: new Map(), isArchived: true };

function member(roles: Record<string, CellRole>): Subject {
  const environmentRoles = new Map(Object.entries(roles).filter(([environment]) => environment !== ''));
  const row = { defaultRole: roles[''] ?? null, environmentRoles };
  return { kind: 'user', id: 'u', name: 'mara', isSystemAdmin: false, rows: new Map([['payments', [row]]]) };
}

describe('A scope', () => {
  it('is everything within a project that is seen whole, and the visible places within another', () => {
    const whole = scopeOf(member({ '': 'guest' }), 'catalog.read', registries, new Map());
    expect(scopeWithin(whole, 'payments')).toEqual({ isEverything: true });
    expect(scopeWithin(whole, 'shop')).toEqual({ isEverything: false, projects: [], places: [] });
    const part = scopeOf(member({ production: 'guest' }), 'catalog.read', registries, new Map());
    expect(scopeWithin(part, 'payments')).toEqual(part);
    expect(isInScope(scopeWithin(part, 'payments'), 'payments', 'r-development')).toBe(false);
  });

  it('knows the registries that anything may be read in', () => {
    const known = (subject: Subject) => {
      const scope = scopeOf(subject, 'catalog.read', registries, new Map());
      return registries.map(({ registryId }) => registryId).filter((id) => isRegistryInScope(scope, id));
    };
    expect(known(member({ '': 'guest' }))).toEqual(['r-development', 'r-production']);
    expect(known(member({ '': 'guest', development: 'none' }))).toEqual(['r-production']);
    expect(known(member({ '': 'none' }))).toEqual([]);
  });

  it('follows the defaults where there is no registry yet, and shows nobody what those do not', () => {
    const projects = new Map([['secret', archived]]);
    const scope = scopeOf(member({ '': 'guest' }), 'catalog.read', [], projects);
    expect(scope).toEqual({ isEverything: false, projects: ['payments'], places: [] });
    expect(scopeOf(member({ production: 'guest' }), 'catalog.read', [], projects)).toMatchObject({ projects: [] });
  });
});
