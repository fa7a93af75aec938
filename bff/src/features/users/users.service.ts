import type { UserChange, UserFields, UsersStore } from './users.store.ts';

export class UserNotFoundError extends Error {
  override readonly name = 'UserNotFoundError';

  constructor() {
    super('There is no such user.');
  }
}

export class UsernameTakenError extends Error {
  override readonly name = 'UsernameTakenError';

  constructor(username: string) {
    super(`There is already a user “${username}”. Upper and lower case are the same name; choose another.`);
  }
}

export class UserChangedError extends Error {
  override readonly name = 'UserChangedError';

  constructor(username: string) {
    super(`${username} was changed by someone else in the meantime. Look at the new values, then save again.`);
  }
}

export class LastSystemAdminError extends Error {
  override readonly name = 'LastSystemAdminError';

  constructor(username: string) {
    super(
      `${username} is the only system administrator who can sign in. Make somebody else one first: without any, nobody could.`,
    );
  }
}

export interface UserDraft {
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly isSystemAdmin: boolean;
}

export interface UsersServiceDeps {
  readonly store: UsersStore;
  /** Made up for somebody who will change it; shown once, kept as its hash. */
  readonly makePassword: () => Promise<{ readonly password: string; readonly hash: string }>;
  /** Ends the user's sessions too. */
  readonly setPassword: (userId: string, passwordHash: string) => Promise<void>;
  /** What somebody may do, or with what they prove who they are, has changed: sessions, streams and caches look again. */
  readonly announceAccess: () => void;
  readonly announceProject: (project: string) => void;
  readonly newId: () => string;
}

export type UsersService = ReturnType<typeof createUsersService>;

export function createUsersService(deps: UsersServiceDeps) {
  const { store, makePassword, setPassword, announceAccess, announceProject, newId } = deps;
  const getUsername = async (userId: string): Promise<string> => {
    const username = await store.findUsername(userId);
    if (username === undefined) throw new UserNotFoundError();
    return username;
  };
  return {
    /** @throws UserNotFoundError */
    getUsername,

    /** @throws UsernameTakenError */
    async create(draft: UserDraft): Promise<{ id: string; password: string }> {
      const id = newId();
      const { password, hash } = await makePassword();
      if (!(await store.insert({ ...draft, id, passwordHash: hash }))) throw new UsernameTakenError(draft.username);
      return { id, password };
    },

    /** @throws UserNotFoundError, UserChangedError, LastSystemAdminError */
    async update(
      userId: string,
      version: number,
      change: UserChange,
    ): Promise<{ readonly before: UserFields; readonly after: UserFields }> {
      const username = await getUsername(userId);
      const update = await store.update(userId, version, change);
      if (update.outcome === 'missing') throw new UserNotFoundError();
      if (update.outcome === 'changed-meanwhile') throw new UserChangedError(username);
      if (update.outcome === 'last-system-admin') throw new LastSystemAdminError(username);
      const { before, after } = update;
      const differs = (field: keyof UserFields) => before[field] !== after[field];
      if (differs('isDisabled') || differs('isSystemAdmin')) announceAccess();
      if (differs('isDisabled') || differs('displayName')) {
        for (const project of await store.listProjectsNaming(userId)) announceProject(project);
      }
      return { before, after };
    },

    /** A disabled account stays so. @throws UserNotFoundError */
    async resetPassword(userId: string): Promise<string> {
      await getUsername(userId);
      const { password, hash } = await makePassword();
      await setPassword(userId, hash);
      announceAccess();
      return password;
    },
  };
}
