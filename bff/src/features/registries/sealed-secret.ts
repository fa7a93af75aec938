import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * AES-256-GCM envelopes: `v1.<key id>.<nonce, tag and ciphertext in base64url>`. The context is authenticated with the
 * text, so that an envelope moved to another row does not open.
 */
export interface SecretSealer {
  seal(plainText: string, context: string): string;
  /** @throws SealedSecretError */
  open(envelope: string, context: string): string;
  /** Sealed with another key than the current one: seal it again when it is next written. */
  needsResealing(envelope: string): boolean;
}

export class SealedSecretError extends Error {
  override readonly name = 'SealedSecretError';
}

const version = 'v1';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** @param keys of 32 bytes each: the first seals, all open, so that a key can be replaced without losing what it sealed */
export function createSecretSealer(keys: readonly Uint8Array[]): SecretSealer {
  const ring = new Map(keys.map((key) => [keyId(key), key]));
  const current = keys[0];
  if (current === undefined) throw new SealedSecretError('There is no key to seal secrets with.');
  const currentId = keyId(current);
  return {
    seal(plainText, context) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', current, nonce).setAAD(Buffer.from(context, 'utf8'));
      const sealed = Buffer.concat([cipher.update(plainText, 'utf8'), cipher.final()]);
      return `${version}.${currentId}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
    },
    open(envelope, context) {
      const [found, id = '', body = ''] = envelope.split('.');
      const key = ring.get(id);
      if (found !== version || key === undefined) {
        throw new SealedSecretError('It was sealed with a key that this server does not have.');
      }
      const bytes = Buffer.from(body, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        })
          .setAAD(Buffer.from(context, 'utf8'))
          .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
        const plain = decipher.update(bytes.subarray(nonceBytes + tagBytes));
        return Buffer.concat([plain, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SealedSecretError('It was changed, or belongs to another registry.', { cause });
      }
    },
    needsResealing: (envelope) => envelope.split('.')[1] !== currentId,
  };
}

function keyId(key: Uint8Array): string {
  if (key.byteLength !== keyBytes) throw new SealedSecretError(`A key for secrets must be ${keyBytes} bytes.`);
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}
