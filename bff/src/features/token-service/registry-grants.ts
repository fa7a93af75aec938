import type { RegistryAction } from '../../access/credentials.ts';
import { actionsAt, decideAt } from '../../access/decide.ts';
import { roleNames } from '../../access/permission-table.ts';
import { projectOf, type ProjectDirectory, type Subject } from '../../access/subject.ts';
import { rolesWith } from '../../contract/permission-table.ts';
import type { AskedScope } from './registry-scope.ts';

/** The service of the front door; its names begin with the registry's id. No registry may be called so. */
export const frontDoor = 'longshore';

export interface RegistryFacts {
  readonly environment: string;
  readonly isInMaintenance: boolean;
}

export interface GrantFacts {
  readonly registries: ReadonlyMap<string, RegistryFacts>;
  readonly projects: ProjectDirectory;
}

/** What was asked for and not given. */
export interface Cut {
  readonly name: string;
  readonly actions: readonly RegistryAction[];
  readonly project: string | null;
  readonly environment: string | null;
  /** For whoever reads the audit log, who may know everything of the project. */
  readonly reason: string;
}

export interface Granted {
  readonly actions: readonly RegistryAction[];
  readonly cut: Cut | undefined;
}

const placeActionOf = { pull: 'artifact.pull', push: 'artifact.push', delete: 'artifact.delete' } as const;
const registryActions = ['pull', 'push', 'delete'] as const satisfies readonly RegistryAction[];
const repositoryMax = 255;

interface RepositoryPlace {
  readonly registryId: string;
  readonly repository: string;
}

/** Undefined where the name cannot be one of this service. */
function placeOf(service: string, name: string): RepositoryPlace | undefined {
  const slash = name.indexOf('/');
  const place =
    service === frontDoor
      ? { registryId: name.slice(0, Math.max(0, slash)), repository: name.slice(slash + 1) }
      : { registryId: service, repository: name };
  return place.registryId === '' || place.repository.length > repositoryMax ? undefined : place;
}

/** What `subject` may do with one repository of one registry now. */
export function grantsAt(subject: Subject, place: RepositoryPlace, facts: GrantFacts): RegistryAction[] {
  const registry = facts.registries.get(place.registryId);
  if (registry === undefined) return [];
  const { repository } = place;
  const { environment, isInMaintenance } = registry;
  const held = actionsAt(subject, { project: projectOf(repository), environment, repository }, facts.projects);
  return registryActions.filter(
    (action) => held.includes(placeActionOf[action]) && (action === 'pull' || !isInMaintenance),
  );
}

/** The intersection of what is asked and what is allowed. */
export function grantAsked(subject: Subject, service: string, asked: AskedScope, facts: GrantFacts): Granted {
  const place = placeOf(service, asked.name);
  const allowed = place === undefined ? [] : grantsAt(subject, place, facts);
  const actions = registryActions.filter((action) => asked.actions.includes(action) && allowed.includes(action));
  const refused = asked.actions.filter((action) => !actions.includes(action));
  if (refused.length === 0) return { actions, cut: undefined };
  return { actions, cut: cutOf(subject, { name: asked.name, actions: refused }, place, facts) };
}

function cutOf(
  subject: Subject,
  refused: Pick<Cut, 'name' | 'actions'>,
  place: RepositoryPlace | undefined,
  { registries, projects }: GrantFacts,
): Cut {
  const registry = place && registries.get(place.registryId);
  if (place === undefined || registry === undefined) {
    return { ...refused, project: null, environment: null, reason: 'No registry is behind this name.' };
  }
  const { registryId, repository } = place;
  const { environment, isInMaintenance } = registry;
  const project = projectOf(repository);
  const reasons = refused.actions.map((action) => {
    const decision = decideAt(subject, placeActionOf[action], { project, environment, repository }, projects);
    if (decision.allowed) return isInMaintenance ? `${registryId} is in maintenance and takes no writes.` : '';
    if (decision.code === 'permission-missing') return decision.sentence;
    const [least = 'project-admin'] = rolesWith(placeActionOf[action]);
    return `To ${action} in ${environment} of ${project} the role ${roleNames[least]} or higher is needed there.`;
  });
  return { ...refused, project, environment, reason: [...new Set(reasons)].join(' ') };
}
