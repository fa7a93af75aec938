import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';

test('a secret never prints itself', () => {
  const secret = new Secret('hunter2');
  const shown = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true }),
    secret.toString(),
  ];
  for (const text of shown) expect(text).not.toContain('hunter2');
  expect(secret.reveal()).toBe('hunter2');
});
