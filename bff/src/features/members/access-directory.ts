import type { RegistryPlace } from '../../access/scope.ts';
import type { ProjectDirectory, RoleRow } from '../../access/subject.ts';
import type { AccessFactsStore } from './access-facts.store.ts';

export interface AccessDirectory {
  /** Read anew each time: a role that was taken away is gone with the next request. */
  readonly rowsOf: (userId: string) => Promise<ReadonlyMap<string, readonly RoleRow[]>>;
  readonly projects: () => Promise<ProjectDirectory>;
  /** In the order of their environments. */
  readonly registries: () => Promise<readonly RegistryPlace[]>;
  readonly allowsAnonymous: () => Promise<boolean>;
  /** Something of it changed, here or on another instance. */
  readonly forget: () => void;
}

/** Changes are announced; this is for an announcement that got lost. */
const keepMs = 5000;

/** What few people change and every request needs is kept until it is said to have changed. */
export function createAccessDirectory(store: AccessFactsStore, clock: { now(): Date }): AccessDirectory {
  const projects = kept(() => store.listNotableProjects(), clock);
  const registries = kept(() => store.listRegistryPlaces(), clock);
  const allowsAnonymous = kept(() => store.allowsAnonymous(), clock);
  return {
    rowsOf: (userId) => store.rowsOf(userId),
    projects: projects.read,
    registries: registries.read,
    allowsAnonymous: allowsAnonymous.read,
    forget: () => {
      for (const { forget } of [projects, registries, allowsAnonymous]) forget();
    },
  };
}

/** One reading serves all who ask until it is forgotten or too old; a failed one serves nobody after it. */
function kept<T>(load: () => Promise<T>, clock: { now(): Date }) {
  let current: { readonly value: Promise<T>; readonly untilMs: number } | undefined;
  const forget = () => {
    current = undefined;
  };
  return {
    forget,
    read: (): Promise<T> => {
      const nowMs = clock.now().getTime();
      if (current !== undefined && nowMs < current.untilMs) return current.value;
      const value = load();
      const reading = { value, untilMs: nowMs + keepMs };
      current = reading;
      value.catch(() => {
        if (current === reading) forget();
      });
      return value;
    },
  };
}
