import {
  actionsAt,
  type Decision,
  decideAnywhere,
  decideAt,
  decideEnding,
  decideEverywhere,
  decideInProject,
  decideOpenly,
  decideUnseen,
  permissionsOf,
  roleAt,
} from '../access/decide.ts';
import { type RegistryPlace, type Scope, scopeOf } from '../access/scope.ts';
import type { Place, ProjectDirectory, Subject } from '../access/subject.ts';
import type { Permission, PlaceAction, Role } from '../contract/permissions.ts';
import { ApiError } from './api-error.ts';

/** What decisions rest on, as the features know it. */
export interface AccessFacts {
  readonly projects: () => Promise<ProjectDirectory>;
  /** In the order of their environments. */
  readonly registries: () => Promise<readonly RegistryPlace[]>;
  readonly allowsAnonymous: () => Promise<boolean>;
}

export interface EnvironmentAccess {
  /** Null where there is none yet. */
  readonly environment: string | null;
  readonly role: Role | null;
  readonly actions: readonly PlaceAction[];
}

/** What the caller of one request may do, and where. */
export class RequestAccess {
  readonly subject: Subject;
  readonly #facts: AccessFacts;

  constructor(subject: Subject, facts: AccessFacts) {
    this.subject = subject;
    this.#facts = facts;
  }

  /** For the endpoint as a whole: with a `project` in its path in that project, else anywhere. */
  async decide(permission: Permission, project: string | undefined, isPlace: boolean): Promise<Decision> {
    const projects = await this.#facts.projects();
    if (project === undefined || !isPlace) return decideAnywhere(this.subject, permission, projects);
    return decideInProject(this.subject, permission as PlaceAction, project, await this.environments(), projects);
  }

  async may(action: PlaceAction, place: Place): Promise<boolean> {
    return decideAt(this.subject, action, place, await this.#facts.projects()).allowed;
  }

  /**
   * @param hidden what is answered where the caller may not even know that the place exists: the very error of what does
   * not exist
   * @throws ApiError
   */
  async authorize(action: PlaceAction, place: Place, hidden: () => ApiError): Promise<void> {
    throwRefused(decideAt(this.subject, action, place, await this.#facts.projects()), hidden);
  }

  /** To end what `action` began; an archived project does not stand in the way. @throws ApiError */
  async authorizeEnding(action: PlaceAction, place: Place, hidden: () => ApiError): Promise<void> {
    throwRefused(decideEnding(this.subject, action, place, await this.#facts.projects()), hidden);
  }

  /** Where the caller sees the project and names the environment: the refusal may say what is needed. @throws ApiError */
  async authorizeOpenly(action: PlaceAction, place: Place): Promise<void> {
    const decision = decideOpenly(this.subject, action, place, await this.#facts.projects());
    throwRefused(decision, () => new ApiError('permission-missing', 'You may not do this.'));
  }

  /** In every environment there is: for what concerns a project as a whole. @throws ApiError */
  async authorizeEverywhere(action: PlaceAction, project: string, hidden: () => ApiError): Promise<void> {
    const [environments, projects] = await Promise.all([this.environments(), this.#facts.projects()]);
    throwRefused(decideEverywhere(this.subject, action, project, environments, projects), hidden);
  }

  /** What lists may show of the things that `action` is about. */
  async scope(action: PlaceAction): Promise<Scope> {
    return scopeOf(this.subject, action, await this.#facts.registries(), await this.#facts.projects());
  }

  /**
   * For what the caller may not know of and for what is not there alike, whichever it is: who is not signed in is asked to
   * sign in, anybody else gets the error of what does not exist.
   */
  refuseUnseen(hidden: () => ApiError): never {
    throwRefused(decideUnseen(this.subject), hidden);
    throw hidden();
  }

  /** Undefined for a registry that does not exist. */
  async environmentOf(registryId: string): Promise<string | undefined> {
    return (await this.#facts.registries()).find((place) => place.registryId === registryId)?.environment;
  }

  /** Each once, in their order. */
  async environments(): Promise<string[]> {
    return [...new Set((await this.#facts.registries()).map(({ environment }) => environment))];
  }

  async permissions(): Promise<Permission[]> {
    return permissionsOf(this.subject, await this.#facts.projects(), await this.environments());
  }

  /** For the client: environments in which the caller may do nothing are left out. Without any, what holds in all. */
  async accessTo(project: string): Promise<EnvironmentAccess[]> {
    const projects = await this.#facts.projects();
    const environments = await this.environments();
    return (environments.length === 0 ? [null] : environments)
      .map((environment) => {
        const place = { project, environment: environment ?? '' };
        const role = this.subject.kind === 'user' ? roleAt(this.subject, project, place.environment) : null;
        return { environment, role, actions: actionsAt(this.subject, place, projects) };
      })
      .filter(({ actions }) => actions.length > 0);
  }
}

/** @throws ApiError */
export function throwRefused(decision: Decision, hidden: () => ApiError): void {
  if (decision.allowed) return;
  if (decision.code === 'hidden') throw Object.assign(hidden(), { isRefusal: true });
  throw new ApiError(decision.code, decision.sentence, decision.needed === null ? {} : { needed: decision.needed });
}
