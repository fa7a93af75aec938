import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateAccessTokenSecret, isAccessToken } from './access-token-secret.ts';

describe('The secret of an access token', () => {
  it('has its prefix, 256 bits of chance and a checksum, and no sign that a shell or an address would change', () => {
    const secrets = Array.from({ length: 1000 }, generateAccessTokenSecret);
    expect(new Set(secrets).size).toBe(1000);
    for (const secret of secrets) expect(secret).toMatch(/^lsp_[0-9A-Za-z]{49}$/);
    expect(secrets.every(isAccessToken)).toBe(true);
  });

  it('is known to be mistyped by any one wrong character', () => {
    const secret = generateAccessTokenSecret();
    for (let index = 4; index < secret.length; index += 1) {
      const wrong = secret[index] === 'a' ? 'b' : 'a';
      expect(isAccessToken(secret.slice(0, index) + wrong + secret.slice(index + 1))).toBe(false);
    }
    expect(isAccessToken(secret.slice(0, -1))).toBe(false);
  });

  it('is no password that somebody has', () => {
    fc.assert(fc.property(fc.string(), (text) => !isAccessToken(text) && !isAccessToken(`lsp_${text}`)));
  });
});
