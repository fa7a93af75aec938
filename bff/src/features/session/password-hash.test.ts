import { describe, expect, it } from 'vitest';
import { generatePassword } from './generated-password.ts';
import { hashPassword, PasswordsBusyError, verifyPassword, waitingMax } from './password-hash.ts';

describe('Passwords', () => {
  it('are kept as argon2id in PHC notation, with a salt each', async () => {
    const [first, second] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(second).not.toBe(first);
    expect(await verifyPassword('correct horse', first)).toBe(true);
    expect(await verifyPassword('correct house', first)).toBe(false);
  });

  it('that were hashed with other parameters still work', async () => {
    // From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1 -l 32
    const phc = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword('password', phc)).toBe(true);
  });

  it('are the same however their accents were typed', async () => {
    expect(await verifyPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait'))).toBe(true);
  });

  it.each([null, '', '$argon2id$', '$2b$10$abc', '$argon2id$v=19$m=1,t=1,p=1$AA$'])(
    'are never right against %j',
    async (phc) => {
      expect(await verifyPassword('anything', phc)).toBe(false);
    },
  );

  it('are refused unseen where too many wait, and looked at again when they have gone', async () => {
    // Quick ones; that they wait is not a matter of time.
    const quick = `$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$${'A'.repeat(43)}`;
    const results = await Promise.allSettled(
      Array.from({ length: waitingMax + 12 }, () => verifyPassword('anything', quick)),
    );
    const refused = results.filter(({ status }) => status === 'rejected');
    // Two are at work, the others wait.
    expect(refused).toHaveLength(10);
    for (const { reason } of refused as PromiseRejectedResult[]) expect(reason).toBeInstanceOf(PasswordsBusyError);
    expect(results.slice(-10)).toEqual(refused);
    expect(await verifyPassword('anything', quick)).toBe(false);
  });

  it('that are generated are readable and never the same', () => {
    const passwords = Array.from({ length: 100 }, generatePassword);
    for (const password of passwords) expect(password).toMatch(/^(?:[a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/);
    expect(new Set(passwords).size).toBe(100);
  });
});
