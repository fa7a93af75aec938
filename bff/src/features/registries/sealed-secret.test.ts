import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSecretSealer, SealedSecretError } from './sealed-secret.ts';

const oldKey = randomBytes(32);
const newKey = randomBytes(32);

test('what was sealed opens again, and never twice as the same text', () => {
  const sealer = createSecretSealer([oldKey]);
  const sealed = sealer.seal('pässword', 'production');
  expect(sealer.open(sealed, 'production')).toBe('pässword');
  expect(sealed).not.toContain('ssword');
  expect(sealer.seal('pässword', 'production')).not.toBe(sealed);
});

test('an envelope that was moved to another registry does not open', () => {
  const sealer = createSecretSealer([oldKey]);
  expect(() => sealer.open(sealer.seal('secret', 'production'), 'testing')).toThrow(SealedSecretError);
});

test('a changed envelope does not open', () => {
  const sealer = createSecretSealer([oldKey]);
  const [version, id, body = ''] = sealer.seal('secret', 'production').split('.');
  const bytes = Buffer.from(body, 'base64url');
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  expect(() => sealer.open([version, id, bytes.toString('base64url')].join('.'), 'production')).toThrow(
    SealedSecretError,
  );
  expect(() => sealer.open('v1', 'production')).toThrow(SealedSecretError);
});

test('a replaced key still opens what it sealed and asks for it to be sealed anew', () => {
  const sealed = createSecretSealer([oldKey]).seal('secret', 'production');
  const both = createSecretSealer([newKey, oldKey]);
  expect(both.open(sealed, 'production')).toBe('secret');
  expect(both.needsResealing(sealed)).toBe(true);
  expect(both.needsResealing(both.seal('secret', 'production'))).toBe(false);
  expect(() => createSecretSealer([newKey]).open(sealed, 'production')).toThrow(/does not have/);
});

test('a key of another length is refused', () => {
  expect(() => createSecretSealer([randomBytes(16)])).toThrow(SealedSecretError);
});
