import type * as crypto from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { changePassword, signIn } from '../../contract/session.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { askToken } from '../token-service/testing/people.ts';
import { verifyPassword, waitingMax } from './password-hash.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Computations of hashes that wait until the test lets them go; null lets each go at once. */
const held = vi.hoisted(() => ({ starts: null as Array<() => void> | null }));
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof crypto>();
  const argon2: typeof crypto.argon2 = (algorithm, parameters, callback) => {
    const start = () => original.argon2(algorithm, parameters, callback);
    if (held.starts === null) start();
    else held.starts.push(start);
  };
  return { ...original, argon2 };
});

let bff: TestBff;
beforeAll(async () => {
  bff = await startBff();
});
afterAll(() => bff?.close());

test('while too many passwords wait to be looked at, others are told at once to come again, and that counts as no attempt', async () => {
  const admin = await bff.signIn();
  held.starts = [];
  const flood = Array.from({ length: waitingMax + 2 }, () => verifyPassword('anything', null));
  const sentence = 'The console is checking as many passwords as it can at this moment. Try again in a few seconds.';
  // More than the ten wrong ones that a name has from an address.
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const body = { username: 'admin', password: 'wrong' };
    const problem = await problemOf(bff.anonymous().call(signIn, { body }));
    expect(problem).toMatchObject({ status: 429, code: 'too-many-attempts', detail: sentence, retryAfterSeconds: 5 });
  }
  const change = { currentPassword: bff.adminPassword, newPassword: 'a quite different sentence' };
  expect(await problemOf(admin.call(changePassword, { body: change }))).toMatchObject({
    status: 429,
    detail: sentence,
  });

  const token = await askToken(bff, `admin:${bff.adminPassword}`, []);
  expect(token).toMatchObject({ status: 429, body: { errors: [{ code: 'TOOMANYREQUESTS', message: sentence }] } });
  expect(token.headers.get('retry-after')).toBe('5');

  const authorization = `Basic ${Buffer.from(`admin:${bff.adminPassword}`).toString('base64')}`;
  const door = await fetch(`${bff.url}/v2/`, { headers: { authorization } });
  expect(door.status).toBe(429);
  expect(door.headers.get('retry-after')).toBe('5');
  expect(await door.json()).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS', message: sentence }] });

  // Sessions, and whoever needs no password, are not concerned.
  expect((await admin.fetch('/api/v1/projects')).status).toBe(200);

  const starts = held.starts;
  held.starts = null;
  for (const start of starts) start();
  await Promise.all(flood);
  expect((await problemOf(bff.signIn('admin', 'wrong'))).code).toBe('credentials-wrong');
  expect((await askToken(bff, `admin:${bff.adminPassword}`, [])).status).toBe(200);
  await bff.signIn();
  // A flood leaves no line for each of them.
  const { kysely } = bff.running.foundation.database;
  const lines = await kysely.selectFrom('audit_log').select(['action', 'outcome']).orderBy('id').execute();
  expect(lines.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'signIn done',
    'signIn refused',
    'registrySignIn done',
    'signIn done',
  ]);
});
