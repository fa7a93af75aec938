import { createHash, randomUUID } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import type { RegistryAction, TokenGrant } from '../../access/credentials.ts';
import type { Ceiling } from '../../access/subject.ts';
import { signEs256 } from './es256.ts';
import type { KeyRing } from './signing-keys.ts';

/** The most that is useful: rights that were taken away live on in a registry for as long. */
export const tokenLifeSeconds = 300;
export const issuer = 'longshore';
/** For clocks of several instances. */
const toleranceSeconds = 30;
const verifiedMax = 2000;

/** Whom a token was made for, so that their rights of now can be looked up. */
export interface TokenHolder {
  readonly kind: 'user' | 'robot' | 'anonymous' | 'console';
  readonly id: string | null;
  /** Of the access token that was shown for it. */
  readonly ceiling?: Ceiling | undefined;
}

/** As Distribution reads it: https://distribution.github.io/distribution/spec/auth/jwt/ */
export interface AccessEntry {
  readonly type: 'repository' | 'registry';
  readonly name: string;
  readonly actions: readonly string[];
}

export interface TokenContent {
  readonly audience: string;
  /** The registry shows it in its log and in its notifications. */
  readonly subjectName: string;
  readonly holder: TokenHolder;
  readonly access: readonly AccessEntry[];
}

export interface SignedToken {
  readonly token: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export function signToken(
  ring: KeyRing,
  { audience, subjectName, holder, access }: TokenContent,
  now: Date,
): SignedToken {
  const { privateKey, tokenHeader } = ring.signing();
  const issuedAtSeconds = Math.floor(now.getTime() / 1000);
  const expiresAtSeconds = issuedAtSeconds + tokenLifeSeconds;
  const claims = {
    access,
    holder,
    iss: issuer,
    sub: subjectName,
    aud: audience,
    iat: issuedAtSeconds,
    nbf: issuedAtSeconds,
    exp: expiresAtSeconds,
    jti: randomUUID(),
  };
  const token = signEs256(privateKey, tokenHeader, claims);
  return { token, issuedAt: new Date(issuedAtSeconds * 1000), expiresAt: new Date(expiresAtSeconds * 1000) };
}

export interface CheckedToken {
  readonly holder: TokenHolder;
  readonly grants: readonly TokenGrant[];
  readonly expiresAt: Date;
}

/**
 * Checks tokens for one audience. A signature that was found good is not computed again for the same token: its key must
 * still be trusted and its time not be over.
 */
export function createTokenVerifier(audience: string, clock: { now(): Date }) {
  const verified = new Map<string, CheckedToken & { keyId: string }>();
  return async (token: string, ring: KeyRing): Promise<CheckedToken | undefined> => {
    const key = createHash('sha256').update(token).digest('base64');
    const known = verified.get(key);
    if (
      known !== undefined &&
      known.expiresAt > clock.now() &&
      ring.trusted.some(({ keyId }) => keyId === known.keyId)
    ) {
      return known;
    }
    verified.delete(key);
    const checked = await checkToken(token, ring, { audience, now: clock.now() });
    if (checked === undefined) return undefined;
    verified.set(key, checked);
    if (verified.size > verifiedMax) verified.delete(verified.keys().next().value ?? '');
    return checked;
  };
}

async function checkToken(token: string, ring: KeyRing, { audience, now }: { audience: string; now: Date }) {
  const header = headerOf(token);
  // A token may not say itself with what it is to be checked: our own name of a key that we know, and nothing else.
  if (header === undefined || header.jwk !== undefined || header.jku !== undefined || header.x5u !== undefined) {
    return undefined;
  }
  const key = ring.trusted.find(({ keyId }) => keyId === header.kid);
  if (key === undefined) return undefined;
  try {
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: ['ES256'],
      issuer,
      audience,
      requiredClaims: ['exp', 'iat', 'sub'],
      clockTolerance: toleranceSeconds,
      currentDate: now,
    });
    const content = contentOf(payload);
    return content && { ...content, keyId: key.keyId };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

function headerOf(token: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

function contentOf({
  exp,
  access,
  holder,
}: JWTPayload & { access?: unknown; holder?: unknown }): CheckedToken | undefined {
  if (exp === undefined || !Array.isArray(access) || typeof holder !== 'object' || holder === null) return undefined;
  // Signed by us, so that its shape is ours.
  const entries = access as AccessEntry[];
  const grants = entries
    .filter(({ type }) => type === 'repository')
    .map(({ name, actions }) => ({ name, actions: actions as RegistryAction[] }));
  return { holder: holder as TokenHolder, grants, expiresAt: new Date(exp * 1000) };
}
