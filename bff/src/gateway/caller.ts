import { createHash } from 'node:crypto';
import type { RegistryCredentials, TokenGrant, VerifiedToken } from '../access/credentials.ts';
import type { Subject } from '../access/subject.ts';
import { OciError } from './oci-error.ts';

/** Who asks, and what the proof they brought is good for. */
export interface Caller {
  readonly subject: Subject;
  /** Null: the proof is of who they are, and limits nothing. */
  readonly grants: readonly TokenGrant[] | null;
  readonly proof: 'none' | 'password' | 'token';
}

export interface Callers {
  /** @throws OciError for a proof that is none */
  readonly of: (authorization: string | undefined, address: string) => Promise<Caller>;
  /** Rights changed somewhere: nothing that was found out before counts any more. */
  readonly forget: () => void;
}

/** A push or pull is dozens of requests with one token. */
const keepMs = 60_000;
const keptMax = 5000;

export function createCallers(credentials: RegistryCredentials, clock: { now(): Date }): Callers {
  const kept = new Map<string, { readonly token: VerifiedToken; readonly untilMs: number }>();
  let generation = 0;

  const verify = async (text: string): Promise<VerifiedToken | undefined> => {
    const key = createHash('sha256').update(text).digest('base64');
    const nowMs = clock.now().getTime();
    const known = kept.get(key);
    if (known !== undefined && nowMs < known.untilMs) return known.token;
    kept.delete(key);
    const startedIn = generation;
    const token = await credentials.verify(text);
    if (token === undefined) return undefined;
    const untilMs = Math.min(token.expiresAt.getTime(), nowMs + keepMs);
    if (startedIn === generation) kept.set(key, { token, untilMs });
    if (kept.size > keptMax) kept.delete(kept.keys().next().value ?? key);
    return token;
  };

  return {
    forget: () => {
      generation += 1;
      kept.clear();
    },
    of: async (authorization, address) => {
      if (authorization === undefined) {
        return { subject: await credentials.anonymous(), grants: null, proof: 'none' };
      }
      const [, scheme = '', value = ''] = /^(bearer|basic) +([\w.~+/=-]{1,65536})$/i.exec(authorization) ?? [];
      if (scheme.toLowerCase() === 'bearer') {
        const token = await verify(value);
        if (token === undefined) throw notProven('The token is not valid here, or no longer: sign in again.');
        return { subject: token.subject, grants: token.grants, proof: 'token' };
      }
      const pair = Buffer.from(value, 'base64').toString('utf8');
      const colon = pair.indexOf(':');
      if (scheme === '' || colon < 1) throw notProven('The Authorization header is neither Basic nor Bearer.');
      const subject = await authenticate(credentials, pair.slice(0, colon), pair.slice(colon + 1), address);
      if (subject === undefined) throw notProven('The user name, password or token is wrong, expired or disabled.');
      return { subject, grants: null, proof: 'password' };
    },
  };
}

const limiting: ReadonlySet<string> = new Set(['TooManyAttemptsError', 'PasswordsBusyError']);

async function authenticate(
  credentials: RegistryCredentials,
  username: string,
  password: string,
  address: string,
): Promise<Subject | undefined> {
  try {
    return await credentials.authenticate(username, password, address);
  } catch (error) {
    if (!(error instanceof Error) || !limiting.has(error.name)) throw error;
    const seconds = 'retryAfterSeconds' in error ? Number(error.retryAfterSeconds) : 60;
    const isBusy = error.name === 'PasswordsBusyError';
    const sentence = isBusy ? error.message : `Too many wrong passwords: try again in ${seconds} s.`;
    throw new OciError(429, 'TOOMANYREQUESTS', sentence, { headers: { 'retry-after': String(seconds) } });
  }
}

function notProven(sentence: string): OciError {
  return new OciError(401, 'UNAUTHORIZED', sentence);
}

/** Distinguishes callers where what one began must not be gone on with by another. */
export function subjectKey(subject: Subject): string {
  return subject.kind === 'anonymous' ? 'anonymous' : `${subject.kind}:${subject.id}`;
}
