import type { Answer } from 'bff/contract/endpoint';
import type { getUser } from 'bff/contract/users';

type Membership = Answer<typeof getUser>['memberships'][number];

export interface ProjectMemberships {
  readonly project: string;
  /** Own roles first, then those of groups; “all environments” before single ones. */
  readonly memberships: readonly Membership[];
}

/** A user's roles by project, as one looks for them. */
export function groupByProject(memberships: readonly Membership[]): ProjectMemberships[] {
  const byProject = new Map<string, Membership[]>();
  for (const membership of memberships) {
    byProject.set(membership.project, [...(byProject.get(membership.project) ?? []), membership]);
  }
  return [...byProject]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([project, found]) => ({ project, memberships: found.toSorted(byOrigin) }));
}

function byOrigin(left: Membership, right: Membership): number {
  return (
    (left.group ?? '').localeCompare(right.group ?? '') ||
    (left.environment ?? '').localeCompare(right.environment ?? '')
  );
}
