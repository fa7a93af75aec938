import { expect, it } from 'vitest';
import { groupByProject } from './memberships.ts';

it('shows a user’s roles by project, their own before those of groups, the default before what overrides it', () => {
  const found = groupByProject(
    [
      { project: 'payments', environment: 'production', role: 'none', group: null },
      { project: 'payments', environment: null, role: 'guest', group: 'testers' },
      { project: 'payments', environment: null, role: 'developer', group: null },
      { project: 'orders', environment: null, role: 'guest', group: 'testers' },
      { project: 'payments', environment: 'development', role: 'maintainer', group: null },
      { project: 'payments', environment: 'acceptance', role: 'limited-guest', group: null },
    ],
    ['development', 'production'],
  );
  expect(found.map(({ project }) => project)).toEqual(['orders', 'payments']);
  expect(found[1]?.memberships.map(({ role, group }) => [role, group])).toEqual([
    ['developer', null],
    ['maintainer', null],
    ['none', null],
    ['limited-guest', null],
    ['guest', 'testers'],
  ]);
});
