import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { selfSignedCertificate } from './signing-certificate.ts';
import type { NewKey, SigningKeysStore, StoredKey } from './signing-keys.store.ts';

/** The sealer of registry passwords. */
export interface KeySealer {
  seal(plainText: string, context: string): string;
  /** @throws where the server's key is another one than it was sealed with */
  open(envelope: string, context: string): string;
}

export interface TrustedKey {
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly certificatePem: string;
  readonly createdAt: Date;
  readonly retiresAt: Date | null;
}

/** The first part of every token of a key. Distribution 2.8 knows a key by the certificate, 3 by the thumbprint. */
export interface TokenHeader {
  readonly typ: 'JWT';
  readonly alg: 'ES256';
  readonly kid: string;
  readonly x5c: readonly [string];
}

export interface KeyRing {
  /** Its private part; the first of `trusted`. @throws where it cannot be read with the server's key */
  readonly signing: () => { readonly privateKey: KeyObject; readonly tokenHeader: TokenHeader };
  readonly trusted: readonly TrustedKey[];
}

export interface SigningKeys {
  /** Made at first use. */
  readonly ring: () => Promise<KeyRing>;
  readonly rotate: () => Promise<void>;
  /** The keys changed, here or on another instance. */
  readonly forget: () => void;
}

export interface SigningKeysDeps {
  readonly store: SigningKeysStore;
  readonly sealer: KeySealer;
  readonly clock: { now(): Date };
}

/** Changes are announced; this is for an announcement that got lost. */
const keepMs = 30_000;
const certificateYears = 20;
/** The life of its last token, what a lost announcement adds, and a minute for clocks that differ. */
export const trustedForSeconds = 300 + keepMs / 1000 + 90;

export function createSigningKeys({ store, sealer, clock }: SigningKeysDeps): SigningKeys {
  let current: { readonly ring: Promise<KeyRing>; readonly untilMs: number } | undefined;
  const make = () => makeKey(sealer, clock.now());
  const load = async (): Promise<KeyRing> => {
    const stored = await store.listTrusted();
    if (stored[0]?.retiresAt === null) return ringOf(stored, sealer);
    await store.insertFirst(await make());
    return ringOf(await store.listTrusted(), sealer);
  };
  return {
    ring() {
      const nowMs = clock.now().getTime();
      if (current !== undefined && nowMs < current.untilMs) return current.ring;
      const reading = { ring: load(), untilMs: nowMs + keepMs };
      current = reading;
      reading.ring.catch(() => {
        if (current === reading) current = undefined;
      });
      return reading.ring;
    },
    async rotate() {
      await store.rotate(await make(), trustedForSeconds);
      current = undefined;
    },
    forget: () => {
      current = undefined;
    },
  };
}

async function makeKey(sealer: KeySealer, now: Date): Promise<NewKey> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyId = await calculateJwkThumbprint(await exportJWK(createPublicKey(privateKey)));
  // A registry whose clock is behind must accept it too.
  const notBefore = new Date(now.getTime() - 24 * 60 * 60 * 1000);
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + certificateYears);
  // The key's id in the name: two certificates of one console are told apart by it.
  const commonName = `Longshore tokens ${keyId}`;
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    keyId,
    privateKeySealed: sealer.seal(pem, contextOf(keyId)),
    certificatePem: selfSignedCertificate(privateKey, { commonName, notBefore, notAfter }),
  };
}

function ringOf(stored: readonly StoredKey[], sealer: KeySealer): KeyRing {
  const [first] = stored;
  if (first === undefined) throw new Error('There is no key to sign registry tokens with.');
  let opened: ReturnType<KeyRing['signing']> | undefined;
  return {
    signing: () => {
      if (opened !== undefined) return opened;
      // Made once: it signs hundreds of times a second.
      const privateKey = createPrivateKey(sealer.open(first.privateKeySealed, contextOf(first.keyId)));
      const x5c = new X509Certificate(first.certificatePem).raw.toString('base64');
      opened = { privateKey, tokenHeader: { typ: 'JWT', alg: 'ES256', kid: first.keyId, x5c: [x5c] } };
      return opened;
    },
    trusted: stored.map(({ keyId, certificatePem, createdAt, retiresAt }) => ({
      keyId,
      certificatePem,
      createdAt,
      retiresAt,
      publicKey: new X509Certificate(certificatePem).publicKey,
    })),
  };
}

function contextOf(keyId: string): string {
  return `signing-key ${keyId}`;
}

/** Of every trusted key, as RFC 7517 has it. */
export async function jwksOf({ trusted }: KeyRing): Promise<{ keys: object[] }> {
  const keys = trusted.map(async ({ keyId, publicKey }) => ({
    ...(await exportJWK(publicKey)),
    kid: keyId,
    use: 'sig',
    alg: 'ES256',
  }));
  return { keys: await Promise.all(keys) };
}
