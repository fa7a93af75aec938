import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a scanner for leaked secrets, and a person, knows an access token of this console by. */
const prefix = 'lsp_';
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretBytes = 32;
/** 62^43 > 2^256 and 62^6 > 2^32. */
const [secretLength, checksumLength] = [43, 6];
const shape = new RegExp(`^${prefix}[0-9A-Za-z]{${secretLength + checksumLength}}$`);

/** 256 bits of chance and a checksum, so that a mistyped or cut one is known for that without a look into the database. */
export function generateAccessTokenSecret(): string {
  const random = BigInt(`0x${randomBytes(secretBytes).toString('hex')}`);
  const body = prefix + base62(random, secretLength);
  return body + checksumOf(body);
}

/** Whether it is an access token at all, and not a password; says nothing of whether it is worth anything. */
export function isAccessToken(secret: string): boolean {
  return shape.test(secret) && checksumOf(secret.slice(0, -checksumLength)) === secret.slice(-checksumLength);
}

/** With 256 bits of chance in it a secret needs no slower hash. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function checksumOf(body: string): string {
  return base62(BigInt(crc32(body)), checksumLength);
}

function base62(value: bigint, length: number): string {
  let [rest, text] = [value, ''];
  while (text.length < length) {
    text = (digits[Number(rest % 62n)] ?? '') + text;
    rest /= 62n;
  }
  return text;
}
