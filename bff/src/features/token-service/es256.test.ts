import { generateKeyPairSync } from 'node:crypto';
import { compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { signEs256 } from './es256.ts';

describe('Signatures of tokens', () => {
  // Of so many, some have numbers that begin with a byte of zero, and some of 31 bytes.
  it('are what another implementation takes for right, whatever their two numbers begin with', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const firstBytes = new Set<number>();
    for (let number = 0; number < 2000; number += 1) {
      const token = signEs256(privateKey, { alg: 'ES256' }, { number });
      const { payload, protectedHeader } = await compactVerify(token, publicKey, { algorithms: ['ES256'] });
      expect(JSON.parse(Buffer.from(payload).toString('utf8'))).toEqual({ number });
      expect(protectedHeader).toEqual({ alg: 'ES256' });
      const signature = Buffer.from(token.split('.')[2] ?? '', 'base64url');
      expect(signature).toHaveLength(64);
      for (const at of [0, 32]) firstBytes.add(signature[at] ?? -1);
    }
    expect(firstBytes).toContain(0);
    expect(Math.max(...firstBytes)).toBeGreaterThan(127);
  });

  it('are of their token only', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [header, , signature] = signEs256(privateKey, { alg: 'ES256' }, { sub: 'ann' }).split('.');
    const [, claims] = signEs256(privateKey, { alg: 'ES256' }, { sub: 'admin' }).split('.');
    await expect(compactVerify(`${header}.${claims}.${signature}`, publicKey)).rejects.toThrow('verification failed');
  });
});
