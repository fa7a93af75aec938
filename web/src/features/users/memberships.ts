import type { Answer } from 'bff/contract/endpoint';
import type { getUser } from 'bff/contract/users';

type Membership = Answer<typeof getUser>['memberships'][number];

export interface ProjectMemberships {
  readonly project: string;
  /** Own roles first, then those of groups; “all environments” before single ones, those in their order. */
  readonly memberships: readonly Membership[];
}

/** A user's roles by project, as one looks for them. */
export function groupByProject(
  memberships: readonly Membership[],
  environments: readonly string[],
): ProjectMemberships[] {
  const byProject = new Map<string, Membership[]>();
  for (const membership of memberships) {
    byProject.set(membership.project, [...(byProject.get(membership.project) ?? []), membership]);
  }
  return [...byProject]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([project, found]) => ({ project, memberships: found.toSorted(byOrigin(environments)) }));
}

function byOrigin(environments: readonly string[]): (left: Membership, right: Membership) => number {
  const place = (environment: string | null) => {
    if (environment === null) return -1;
    const index = environments.indexOf(environment);
    return index === -1 ? environments.length : index;
  };
  return (left, right) =>
    (left.group ?? '').localeCompare(right.group ?? '') ||
    place(left.environment) - place(right.environment) ||
    (left.environment ?? '').localeCompare(right.environment ?? '');
}
