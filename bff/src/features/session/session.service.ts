import type { AccountsStore, StoredAccount } from './accounts.store.ts';
import { generatePassword } from './generated-password.ts';
import { hashPassword, PasswordsBusyError, verifyPassword } from './password-hash.ts';

export { PasswordsBusyError } from './password-hash.ts';

export class WrongCredentialsError extends Error {
  override readonly name = 'WrongCredentialsError';
}

export class TooManyAttemptsError extends Error {
  override readonly name = 'TooManyAttemptsError';
  /** When the next attempt is looked at. */
  readonly retryAfterSeconds: number;
  /** The first one that was refused unseen: worth a line in the audit log, which a flood of them would drown. */
  readonly isFirst: boolean;
  constructor(retryAfterSeconds: number, isFirst: boolean) {
    super(`Too many attempts; the next one is looked at in ${retryAfterSeconds} s.`);
    this.retryAfterSeconds = retryAfterSeconds;
    this.isFirst = isFirst;
  }
}

export class WeakPasswordError extends Error {
  override readonly name = 'WeakPasswordError';
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Says who somebody is. Local passwords are one way; single sign-on becomes another behind the same words. */
export interface Authenticator {
  /** Undefined where this authenticator does not accept the credentials. */
  authenticate(credentials: Credentials): Promise<StoredAccount | undefined>;
}

/** Counts attempts. `begin` throws TooManyAttemptsError; an accepted attempt is taken back with `accept`. */
export interface SignInLimits {
  begin(username: string, clientAddress: string): Promise<void>;
  accept(username: string, clientAddress: string): Promise<void>;
  /** The attempt was not looked at: it counts no more than if it had not been made. */
  giveBack(username: string, clientAddress: string): Promise<void>;
}

/** An attempt that is counted, unless nobody had the time to look at it. @throws TooManyAttemptsError, PasswordsBusyError */
export async function countedAttempt<T>(
  limits: SignInLimits,
  [username, clientAddress]: readonly [username: string, clientAddress: string],
  look: () => Promise<T>,
): Promise<T> {
  await limits.begin(username, clientAddress);
  try {
    return await look();
  } catch (error) {
    if (error instanceof PasswordsBusyError) await limits.giveBack(username, clientAddress);
    throw error;
  }
}

export interface SessionServiceOptions {
  readonly accounts: AccountsStore;
  readonly authenticators: readonly Authenticator[];
  readonly limits: SignInLimits;
  readonly newId: () => string;
}

export interface FirstAdministrator {
  readonly username: string;
  /** To be shown once; null where it was given, not generated, or where the account existed. */
  readonly generatedPassword: string | null;
}

export type SessionService = ReturnType<typeof createSessionService>;

export const administratorName = 'admin';

export function localPasswords(accounts: AccountsStore): Authenticator {
  return {
    async authenticate({ username, password }) {
      const account = await accounts.findByUsername(username);
      const isRight = await verifyPassword(password, account?.passwordHash ?? null);
      return isRight && account !== undefined && !account.isDisabled ? account : undefined;
    },
  };
}

export function createSessionService({ accounts, authenticators, limits, newId }: SessionServiceOptions) {
  return {
    /** @throws WrongCredentialsError, TooManyAttemptsError, PasswordsBusyError */
    async signIn(credentials: Credentials, clientAddress: string): Promise<StoredAccount> {
      const account = await countedAttempt(limits, [credentials.username, clientAddress], () =>
        firstAccepted(authenticators, credentials),
      );
      if (account === undefined) throw new WrongCredentialsError();
      await limits.accept(credentials.username, clientAddress);
      await accounts.noteSignIn(account.id);
      return account;
    },

    /**
     * Ends every session of the account.
     * @throws WrongCredentialsError, TooManyAttemptsError, PasswordsBusyError, WeakPasswordError
     */
    async changePassword(
      accountId: string,
      change: { currentPassword: string; newPassword: string },
      clientAddress: string,
    ): Promise<void> {
      const account = await accounts.findById(accountId);
      if (account === undefined) throw new WrongCredentialsError();
      const isRight = await countedAttempt(limits, [account.username, clientAddress], () =>
        verifyPassword(change.currentPassword, account.passwordHash),
      );
      if (!isRight) throw new WrongCredentialsError();
      await limits.accept(account.username, clientAddress);
      refuseWeak(account.username, change);
      await accounts.setPassword(account.id, await hashPassword(change.newPassword));
    },

    /** Makes the administrator of a first start; of several instances that start at once, one does. */
    async ensureAdministrator(givenPassword: string | null): Promise<FirstAdministrator> {
      const nothing = { username: administratorName, generatedPassword: null };
      if (await accounts.hasAny()) return nothing;
      const password = givenPassword ?? generatePassword();
      const isMade = await accounts.insert({
        id: newId(),
        username: administratorName,
        displayName: 'Administrator',
        passwordHash: await hashPassword(password),
        isSystemAdmin: true,
      });
      return isMade && givenPassword === null ? { ...nothing, generatedPassword: password } : nothing;
    },
  };
}

async function firstAccepted(
  authenticators: readonly Authenticator[],
  credentials: Credentials,
): Promise<StoredAccount | undefined> {
  for (const authenticator of authenticators) {
    const account = await authenticator.authenticate(credentials);
    if (account !== undefined) return account;
  }
  return undefined;
}

/** Length is checked by the contract. What is left are the words somebody would try first. */
function refuseWeak(username: string, change: { currentPassword: string; newPassword: string }): void {
  const { currentPassword, newPassword } = change;
  const plain = newPassword.toLowerCase();
  if (newPassword === currentPassword) throw new WeakPasswordError('The new password is the one you have already.');
  if (new Set(plain).size < 5) {
    throw new WeakPasswordError(
      'The new password repeats the same few characters; choose one that is harder to guess.',
    );
  }
  const tooKnown = [username.toLowerCase(), 'longshore', 'password'];
  const rest = tooKnown.reduce((text, word) => (word.length < 3 ? text : text.replaceAll(word, '')), plain);
  if (rest.length < 8) {
    throw new WeakPasswordError('The new password is little more than a name that anybody would try; choose another.');
  }
}
