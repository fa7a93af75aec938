import type { Subject } from './subject.ts';

export type RegistryAction = 'pull' | 'push' | 'delete';

/** `name`: for the front door `registry/project/repository`, for a registry of its own `project/repository`. */
export interface TokenGrant {
  readonly name: string;
  readonly actions: readonly RegistryAction[];
}

export interface VerifiedToken {
  /** Who it was made for, with the rights of now: the token's grants were the rights of then. */
  readonly subject: Subject;
  readonly grants: readonly TokenGrant[];
  readonly expiresAt: Date;
}

/** What `docker` and its like prove themselves with; the token service is it, the front door asks it. */
export interface RegistryCredentials {
  /**
   * Username with password, access token or robot secret.
   * @returns undefined where they are wrong, expired or disabled, all alike
   * @throws TooManyAttemptsError, PasswordsBusyError
   */
  readonly authenticate: (username: string, password: string, address: string) => Promise<Subject | undefined>;
  /** Of people without credentials. */
  readonly anonymous: () => Promise<Subject>;
  /** What `subject` may do with a repository behind the front door now. */
  readonly grantsAt: (subject: Subject, registryId: string, repository: string) => Promise<readonly RegistryAction[]>;
  /** A bearer token of this console for its front door; undefined for any other. */
  readonly verify: (token: string) => Promise<VerifiedToken | undefined>;
}
