import { decideAt } from '../../access/decide.ts';
import type { RegistryPlace } from '../../access/scope.ts';
import { type ProjectDirectory, projectOf, type RoleRow, type UserSubject } from '../../access/subject.ts';
import type { ClaimedTask, Reason } from './replication.ts';
import { sentences } from './task-outcome.ts';

export interface RightsFacts {
  readonly rowsOf: (userId: string) => Promise<ReadonlyMap<string, readonly RoleRow[]>>;
  readonly projects: () => Promise<ProjectDirectory>;
  readonly registries: () => Promise<readonly RegistryPlace[]>;
}

type CheckedTask = Pick<ClaimedTask, 'kind' | 'source' | 'destination' | 'requester'>;

/**
 * Whether whoever asked for a task may still have it run: rights can go while it waits. For system administrators, and for
 * tasks of unknown origin, nothing is read from the database.
 */
export function createTaskRights(facts: RightsFacts): (task: CheckedTask) => Promise<Reason | undefined> {
  return async ({ kind, source, destination, requester }) => {
    const [projects, registries] = await Promise.all([facts.projects(), facts.registries()]);
    const placeOf = ({ registryId, repository }: { registryId: string; repository: string }) => {
      const environment = registries.find((place) => place.registryId === registryId)?.environment ?? '';
      return { project: projectOf(repository), environment };
    };
    const [from, to] = [placeOf(source), placeOf(destination)];
    if (projects.get(to.project)?.isArchived === true) return sentences.projectArchived(to.project);
    if (requester === null) return undefined;
    const lost = (place: typeof to) => ({ requester: requester.name, ...place });
    const isDeletion = kind === 'delete';
    const mayNotWrite = isDeletion ? sentences.requesterMayNotDelete : sentences.requesterMayNotPush;
    if (!requester.isActive) return mayNotWrite(lost(to));
    const { id, name, isSystemAdmin } = requester;
    const rows = isSystemAdmin ? new Map<string, readonly RoleRow[]>() : await facts.rowsOf(id);
    const subject: UserSubject = { kind: 'user', id, name, isSystemAdmin, rows };
    if (!decideAt(subject, 'artifact.pull', from, projects).allowed) return sentences.requesterMayNotPull(lost(from));
    const right = isDeletion ? 'artifact.delete' : 'artifact.push';
    if (!decideAt(subject, right, to, projects).allowed) return mayNotWrite(lost(to));
    return undefined;
  };
}
