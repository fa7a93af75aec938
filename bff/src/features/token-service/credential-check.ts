import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { Ceiling, RobotSubject, RoleRow, Subject, UserSubject } from '../../access/subject.ts';
import { countedAttempt, type SignInLimits } from '../session/session.service.ts';
import { ExpiringMap, ReadingCache } from './expiring-map.ts';

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly isSystemAdmin: boolean;
  readonly isDisabled: boolean;
  /** Changes with the password. */
  readonly credentialVersion: string;
}

export interface Passwords {
  /** The enabled account of this password; computes a slow hash, whatever is wrong. */
  readonly authenticate: (credentials: { username: string; password: string }) => Promise<Account | undefined>;
  readonly findById: (accountId: string) => Promise<Account | undefined>;
}

/** Undefined where name or secret are wrong, expired or revoked. Quick: these secrets need no slow hash. */
type AuthenticateSecret<T> = (name: string, secret: string, address: string) => Promise<T | undefined>;
export type AuthenticateRobot = AuthenticateSecret<RobotSubject>;
export type AuthenticateAccessToken = AuthenticateSecret<{ readonly userId: string; readonly ceiling: Ceiling }>;

export interface CredentialCheckDeps {
  readonly passwords: Passwords;
  readonly robots: AuthenticateRobot;
  readonly accessTokens: AuthenticateAccessToken;
  readonly rowsOf: (userId: string) => Promise<ReadonlyMap<string, readonly RoleRow[]>>;
  readonly limits: SignInLimits;
  readonly clock: { now(): Date };
  /** A credential was found right that had not been for a while. */
  readonly onProven: (subject: Subject, address: string) => Promise<void>;
}

export interface CredentialCheck {
  /** Undefined where they are wrong. @throws TooManyAttemptsError, PasswordsBusyError */
  readonly authenticate: (username: string, password: string, address: string) => Promise<Subject | undefined>;
  /** A name for a credential that tells nothing of it and means nothing outside this process. */
  readonly fingerprintOf: (username: string, password: string) => string;
  /** The rights of projects changed somewhere; with `everything` accounts may have changed as well. */
  readonly forget: (what: 'places' | 'everything') => void;
}

/** A password is hashed once in this time, not for every token. */
const proofMs = 5 * 60_000;
/** Rights may be as old as this where the announcement of their change got lost. */
export const subjectMs = 2000;

/** What makes somebody known again without the slow hash; the rights are looked up anew all the same. */
type Proof =
  | { readonly kind: 'password'; readonly accountId: string; readonly credentialVersion: string }
  | { readonly kind: 'secret' };

export function createCredentialCheck(deps: CredentialCheckDeps): CredentialCheck {
  const { clock } = deps;
  // Made into a key once: of plain bytes one would be made for every token, at six times the cost.
  const hmacKey = createSecretKey(randomBytes(32));
  const fingerprintOf = (username: string, password: string) =>
    createHmac('sha256', hmacKey).update(`${username.length}:${username}${password}`).digest('base64');
  const proofs = new ExpiringMap<Proof>(proofMs, clock);
  const subjects = new ReadingCache<Subject | undefined>(subjectMs, clock);
  const running = new Map<string, Promise<Subject | undefined>>();

  const known = async (key: string, credential: Credential): Promise<Subject | undefined> => {
    const proof = proofs.get(key);
    if (proof === undefined) return undefined;
    const subject = await subjects.getOrLoad(key, () => subjectOfProof(deps, proof, credential));
    if (subject === undefined) {
      proofs.delete(key);
      subjects.delete(key);
    }
    return subject;
  };

  const prove = async (key: string, credential: Credential): Promise<Subject | undefined> => {
    const { username, address } = credential;
    const found = await countedAttempt(deps.limits, [username, address], () => proven(deps, credential));
    if (found === undefined) return undefined;
    await deps.limits.accept(username, address);
    proofs.set(key, found.proof);
    await deps.onProven(found.subject, address);
    return found.subject;
  };

  return {
    fingerprintOf,
    forget(what) {
      subjects.clear();
      if (what === 'everything') proofs.clear();
    },
    async authenticate(username, password, address) {
      if (!isPlausible(username, password)) return undefined;
      const credential = { username, password, address };
      const key = fingerprintOf(username, password);
      const subject = await known(key, credential);
      if (subject !== undefined) return subject;
      // A node that starts asks for many tokens at once: they wait for one proof, which counts as one attempt.
      const attempt = `${address} ${key}`;
      const proving = running.get(attempt) ?? prove(key, credential).finally(() => running.delete(attempt));
      running.set(attempt, proving);
      return proving;
    },
  };
}

interface Credential {
  readonly username: string;
  readonly password: string;
  readonly address: string;
}

/** Neither the database nor the log is asked about what no account can have. */
function isPlausible(username: string, password: string): boolean {
  const isName = username.length > 0 && username.length <= 255 && !/[\p{Cc}\p{Cs}]/u.test(username);
  return isName && password.length > 0 && password.length <= 1024;
}

function quickCheckOf(
  deps: CredentialCheckDeps,
  { username, password, address }: Credential,
): (() => Promise<Subject | undefined>) | undefined {
  if (username.startsWith('robot.') && password.startsWith('lsr_')) {
    return () => deps.robots(username, password, address);
  }
  if (!/^lsp_[0-9A-Za-z]{43}$/.test(password)) return undefined;
  return async () => {
    const found = await deps.accessTokens(username, password, address);
    const account = found && (await deps.passwords.findById(found.userId));
    if (found === undefined || account === undefined || account.isDisabled) return undefined;
    return { ...(await userSubject(deps, account)), ceiling: found.ceiling };
  };
}

async function proven(
  deps: CredentialCheckDeps,
  credential: Credential,
): Promise<{ subject: Subject; proof: Proof } | undefined> {
  const { username, password } = credential;
  const quickCheck = quickCheckOf(deps, credential);
  if (quickCheck !== undefined) {
    const subject = await quickCheck();
    return subject && { subject, proof: { kind: 'secret' } };
  }
  const account = await deps.passwords.authenticate({ username, password });
  if (account === undefined) return undefined;
  const { id: accountId, credentialVersion } = account;
  return { subject: await userSubject(deps, account), proof: { kind: 'password', accountId, credentialVersion } };
}

/** Undefined where the credential is worth nothing any more. */
async function subjectOfProof(
  deps: CredentialCheckDeps,
  proof: Proof,
  credential: Credential,
): Promise<Subject | undefined> {
  if (proof.kind === 'secret') return quickCheckOf(deps, credential)?.();
  const account = await deps.passwords.findById(proof.accountId);
  if (account === undefined || account.isDisabled || account.credentialVersion !== proof.credentialVersion) {
    return undefined;
  }
  // Somebody renamed, or the name went to somebody else.
  return account.username.toLowerCase() === credential.username.toLowerCase() ? userSubject(deps, account) : undefined;
}

export async function userSubject(
  { rowsOf }: Pick<CredentialCheckDeps, 'rowsOf'>,
  { id, username, isSystemAdmin }: Account,
): Promise<UserSubject> {
  return { kind: 'user', id, name: username, isSystemAdmin, rows: await rowsOf(id) };
}
