import { describe, expect, it } from 'vitest';
import {
  type PlaceAction,
  permissions,
  placeActions,
  type Role,
  roles,
  systemActions,
} from '../contract/permissions.ts';
import {
  actionsAt,
  decideAnywhere,
  decideAt,
  decideEverywhere,
  decideInProject,
  decideOpenly,
  permissionsOf,
} from './decide.ts';
import { isInScope, scopeOf } from './scope.ts';
import {
  type CellRole,
  nobody,
  type ProjectDirectory,
  type RobotGrant,
  type RoleRow,
  type Subject,
} from './subject.ts';

const none: ProjectDirectory = new Map();
const environments = ['development', 'production'];
const registries = environments.map((environment) => ({ registryId: `r-${environment}`, environment }));

function member(defaultRole: CellRole | null, environmentRoles: Record<string, CellRole> = {}): Subject {
  const row = { defaultRole, environmentRoles: new Map(Object.entries(environmentRoles)) };
  return { kind: 'user', id: 'u', name: 'mara', isSystemAdmin: false, rows: new Map([['payments', [row]]]) };
}
const administrator: Subject = { kind: 'user', id: 'a', name: 'admin', isSystemAdmin: true, rows: new Map() };
const at = (environment: string, project = 'payments') => ({ project, environment });
const facts = (change: Partial<{ isPublic: boolean; publicEnvironments: Map<string, boolean>; isArchived: boolean }>) =>
  new Map([['payments', { isPublic: false, publicEnvironments: new Map(), isArchived: false, ...change }]]);

/** The guide's table, written down once more by hand. */
const expected: Record<PlaceAction, readonly Role[]> = {
  'catalog.read': roles,
  'artifact.pull': roles,
  'member.read': ['project-admin', 'maintainer', 'developer', 'guest'],
  'replication.read': ['project-admin', 'maintainer', 'developer', 'guest'],
  'artifact.push': ['project-admin', 'maintainer', 'developer'],
  'artifact.delete': ['project-admin', 'maintainer'],
  'trash.purge': ['project-admin'],
  'project.manage': ['project-admin'],
  'audit.read': ['project-admin', 'maintainer'],
};

describe('The permission table', () => {
  it.each(placeActions.flatMap((action) => roles.map((role) => ({ action, role }))))(
    '$action of a $role',
    ({ action, role }) => {
      const decision = decideAt(member(role), action, at('production'), none);
      expect(decision.allowed).toBe(expected[action].includes(role));
      if (!decision.allowed) {
        expect(decision.needed).toMatchObject({ action, project: 'payments', environment: 'production' });
        expect(new Set(decision.needed?.roles)).toEqual(new Set(expected[action]));
        expect(decision.sentence).toContain('production of payments');
      }
    },
  );

  it('gives a system administrator everything everywhere', () => {
    expect(permissionsOf(administrator, none, environments)).toEqual([...permissions]);
    expect(scopeOf(administrator, 'catalog.read', registries, none)).toEqual({ isEverything: true });
  });

  it.each(systemActions)('gives %s to system administrators only, and says so', (action) => {
    const decision = decideAnywhere(member('project-admin'), action, none);
    expect(decision).toMatchObject({
      allowed: false,
      code: 'permission-missing',
    });
    expect(decision).toHaveProperty('sentence', expect.stringMatching(/^Only a system administrator may .+; ask one/));
    expect(decideAnywhere(nobody, action, none)).toMatchObject({ code: 'not-signed-in' });
  });
});

describe('A role', () => {
  it('for all environments is overridden by one for a single environment, up and down', () => {
    const mara = member('guest', { development: 'maintainer', production: 'none' });
    expect(actionsAt(mara, at('development'), none)).toContain('artifact.delete');
    expect(actionsAt(mara, at('testing'), none)).toEqual([
      'catalog.read',
      'artifact.pull',
      'member.read',
      'replication.read',
    ]);
    expect(actionsAt(mara, at('production'), none)).toEqual([]);
  });

  it('counts as the highest of the own and the groups’', () => {
    const guest: RoleRow = { defaultRole: 'guest', environmentRoles: new Map() };
    const group: RoleRow = { defaultRole: null, environmentRoles: new Map([['production', 'developer']]) };
    const mara: Subject = {
      kind: 'user',
      id: 'u',
      name: 'mara',
      isSystemAdmin: false,
      rows: new Map([['payments', [guest, group]]]),
    };
    expect(actionsAt(mara, at('production'), none)).toContain('artifact.push');
    expect(actionsAt(mara, at('development'), none)).not.toContain('artifact.push');
  });

  it('in one environment lets the project be seen there only', () => {
    const scope = scopeOf(member(null, { development: 'guest' }), 'catalog.read', registries, none);
    expect(isInScope(scope, 'payments', 'r-development')).toBe(true);
    expect(isInScope(scope, 'payments', 'r-production')).toBe(false);
    expect(isInScope(scope, 'shop', 'r-development')).toBe(false);
  });

  it('of another project hides the project instead of naming what is needed', () => {
    const decision = decideAt(member('project-admin'), 'artifact.push', at('production', 'shop'), none);
    expect(decision).toMatchObject({ allowed: false, code: 'hidden', needed: null });
    expect(decideInProject(member('guest'), 'artifact.push', 'shop', environments, none)).toMatchObject({
      code: 'hidden',
    });
    expect(decideInProject(member('guest'), 'artifact.push', 'payments', environments, none)).toMatchObject({
      code: 'permission-missing',
    });
  });
});

describe('What concerns a project as a whole', () => {
  const everywhere = (subject: Subject) => decideEverywhere(subject, 'project.manage', 'payments', environments, none);
  it('needs the right in every environment, and the refusal names none that is hidden', () => {
    expect(everywhere(member('project-admin')).allowed).toBe(true);
    expect(everywhere(member(null, { development: 'project-admin', production: 'project-admin' })).allowed).toBe(true);
    expect(everywhere(member('project-admin', { production: 'guest' }))).toMatchObject({
      needed: { environment: 'production', roles: ['project-admin'] },
    });
    const refused = everywhere(member(null, { development: 'project-admin' }));
    expect(refused).toMatchObject({
      code: 'permission-missing',
      needed: { roles: ['project-admin'], project: 'payments', environment: null },
    });
    expect(refused).toHaveProperty('sentence', expect.stringContaining('in all environments of payments'));
    expect(everywhere(member(null))).toMatchObject({ code: 'hidden' });
    expect(everywhere(nobody)).toMatchObject({ code: 'not-signed-in' });
  });
  it('is refused alike in an environment that is hidden and in one that does not exist', () => {
    const onlyDevelopment = member(null, { development: 'project-admin' });
    const refused = (environment: string) =>
      decideOpenly(onlyDevelopment, 'project.manage', { project: 'payments', environment }, none);
    expect(refused('production')).toMatchObject({ code: 'permission-missing', needed: { environment: 'production' } });
    expect(JSON.stringify(refused('nowhere'))).toBe(
      JSON.stringify(refused('production')).replaceAll('production', 'nowhere'),
    );
    expect(refused('development').allowed).toBe(true);
  });
});

describe('A public project', () => {
  const publicFacts = facts({ isPublic: true, publicEnvironments: new Map([['development', false]]) });
  it('is read by everybody, except where an environment is not public', () => {
    const stranger: Subject = { kind: 'user', id: 's', name: 'sam', isSystemAdmin: false, rows: new Map() };
    expect(actionsAt(stranger, at('production'), publicFacts)).toEqual(['catalog.read', 'artifact.pull']);
    expect(actionsAt(stranger, at('development'), publicFacts)).toEqual([]);
  });
  it('is read without signing in only where the administrator allows it', () => {
    expect(decideAt(nobody, 'artifact.pull', at('production'), publicFacts)).toMatchObject({ code: 'not-signed-in' });
    const anonymous: Subject = { kind: 'anonymous', isAllowed: true };
    expect(decideAt(anonymous, 'artifact.pull', at('production'), publicFacts).allowed).toBe(true);
    expect(decideAt(anonymous, 'artifact.push', at('production'), publicFacts)).toMatchObject({
      code: 'not-signed-in',
    });
  });
});

describe('An archived project', () => {
  it('takes no writes, whoever asks, and says why', () => {
    const archived = facts({ isArchived: true });
    for (const subject of [administrator, member('project-admin')]) {
      const decision = decideAt(subject, 'artifact.push', at('production'), archived);
      expect(decision).toHaveProperty('sentence', expect.stringContaining('archived'));
      expect(decideAt(subject, 'artifact.pull', at('production'), archived).allowed).toBe(true);
    }
  });
});

describe('A robot account', () => {
  const grant: RobotGrant = {
    actions: ['artifact.push'],
    environments: ['development'],
    repositories: ['api', 'team/**'],
  };
  const robot = (project: string | null, grants: RobotGrant[]): Subject => ({
    kind: 'robot',
    id: 'r',
    name: 'robot.payments.ci',
    project,
    grants,
  });
  it('holds what it was given and nothing else', () => {
    const ci = robot('payments', [grant]);
    const may = (environment: string, repository: string, action: PlaceAction = 'artifact.push') =>
      actionsAt(ci, { project: 'payments', environment, repository }, none).includes(action);
    expect(may('development', 'payments/api')).toBe(true);
    expect(may('development', 'payments/team/a/b')).toBe(true);
    expect(may('development', 'payments/web')).toBe(false);
    expect(may('production', 'payments/api')).toBe(false);
    expect(may('development', 'payments/api', 'artifact.pull')).toBe(false);
    expect(actionsAt(ci, { project: 'shop', environment: 'development', repository: 'shop/api' }, none)).toEqual([]);
  });
  it('of the system names whole repositories', () => {
    const mirror = robot(null, [{ actions: ['artifact.pull'], environments: null, repositories: ['payments/**'] }]);
    const may = (repository: string) =>
      actionsAt(mirror, { project: repository.split('/')[0] ?? '', environment: 'any', repository }, none);
    expect(may('payments/api')).toEqual(['artifact.pull']);
    expect(may('shop/api')).toEqual([]);
  });
});

describe('An access token', () => {
  it('never holds more than its owner, and no more than it was made for', () => {
    const token = {
      ...member('developer'),
      ceiling: { actions: ['artifact.pull', 'artifact.delete'], projects: ['payments'], environments: ['development'] },
    } as Subject;
    expect(actionsAt(token, at('development'), none)).toEqual(['catalog.read', 'artifact.pull']);
    expect(actionsAt(token, at('production'), none)).toEqual([]);
    const ofAdministrator = {
      ...administrator,
      ceiling: { actions: ['artifact.pull'], projects: null, environments: null },
    } as Subject;
    expect(actionsAt(ofAdministrator, at('production', 'shop'), none)).toEqual(['catalog.read', 'artifact.pull']);
    expect(decideAnywhere(ofAdministrator, 'registry.manage', none).allowed).toBe(false);
  });
});

describe('What is Longshore’s own', () => {
  it('is nobody’s, whatever they hold, and hidden from all', () => {
    const place = at('development', 'longshore-trash');
    expect(actionsAt(administrator, place, none)).toEqual([]);
    expect(decideAt(administrator, 'artifact.pull', place, none)).toMatchObject({ allowed: false, code: 'hidden' });
    const all: RobotGrant = { actions: [...placeActions], environments: null, repositories: ['**'] };
    const robot: Subject = { kind: 'robot', id: 'r', name: 'robot.ci', project: null, grants: [all] };
    expect(actionsAt(robot, { ...place, repository: 'longshore-trash/payments/api' }, none)).toEqual([]);
    expect(actionsAt(administrator, at('development', 'longshore-trash-2'), none)).not.toEqual([]);
  });
});
