import { type PlaceAction, placeActions, systemActions } from 'bff/contract/permissions';
import type { ProjectAccess, ProjectDetail } from 'bff/contract/projects';
import type { RegistryEntry } from 'bff/contract/registries';
import type { Session } from '../domain/account.ts';

const reading: PlaceAction[] = ['catalog.read', 'artifact.pull'];
const asGuest: PlaceAction[] = [...reading, 'member.read', 'replication.read'];

/** Who may look at a screen, as the server describes them. */
export const people = {
  admin: { isSystemAdmin: true, actions: [...placeActions, ...systemActions] },
  developer: { isSystemAdmin: false, actions: [...asGuest, 'artifact.push'] },
  guest: { isSystemAdmin: false, actions: asGuest },
  limited: { isSystemAdmin: false, actions: reading },
  newcomer: { isSystemAdmin: false, actions: [] },
} as const;

/** `null` is nobody. */
export function sessionOf(who: keyof typeof people | null, anonymous: readonly PlaceAction[] = []): Session {
  const anonymousPermissions: Session['anonymousPermissions'] = ['none', ...anonymous];
  if (who === null) return { account: null, anonymousPermissions, version: '1' };
  const { isSystemAdmin, actions } = people[who];
  const account = {
    id: '0190b3a0-0000-7000-8000-000000000001',
    username: who,
    displayName: who,
    isSystemAdmin,
    permissions: ['none' as const, 'signed-in' as const, ...actions],
  };
  return { account, anonymousPermissions, version: '1' };
}

export const publicReading = reading;

export function registryEntry(id: string, environment = id): RegistryEntry {
  return { id, name: id, environment, position: 0, health: 'up', pullHost: null, maintenance: null };
}

/** A project that is public only if told, with what the reader may do in each environment. */
export function projectWith(
  access: Readonly<Record<string, readonly PlaceAction[]>>,
  change: Partial<ProjectDetail> = {},
): ProjectDetail {
  return {
    name: 'payments',
    description: '',
    isPublic: false,
    publicEnvironments: {},
    isArchived: false,
    repositoryCount: 1,
    tagCount: 1,
    sizeBytes: 1,
    pushedAt: null,
    registries: [],
    access: Object.entries(access).map(
      ([environment, actions]): ProjectAccess => ({ environment, role: null, actions: [...actions] }),
    ),
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    ...change,
  };
}
