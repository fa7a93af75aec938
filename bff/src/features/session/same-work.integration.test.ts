import type * as crypto from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { signIn } from '../../contract/session.ts';
import { addAccount } from '../../testing/people.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { askToken } from '../token-service/testing/people.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Every computation of a password's hash: what of it takes time. The time itself would say nothing on a busy machine. */
const computed = vi.hoisted(() => [] as string[]);
vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof crypto>();
  const argon2: typeof crypto.argon2 = (algorithm, parameters, callback) => {
    const { memory, passes, parallelism, tagLength } = parameters;
    computed.push(JSON.stringify({ algorithm, memory, passes, parallelism, tagLength }));
    original.argon2(algorithm, parameters, callback);
  };
  return { ...original, argon2 };
});

let bff: TestBff;
const wrong = 'not-the-right-password';
/** Once there, once never heard of, once there and disabled, once no name at all. */
const names = ['known', 'unknown', 'disabled', 'robot.nobody', 'x'];

beforeAll(async () => {
  bff = await startBff();
  await addAccount(bff, 'known');
  const id = await addAccount(bff, 'disabled');
  const { kysely } = bff.running.foundation.database;
  await kysely.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', id).execute();
});
afterAll(() => bff?.close());
beforeEach(() => {
  computed.length = 0;
});

test('a wrong password costs the same at sign-in, whoever is named, and is answered the same', async () => {
  const seen: unknown[] = [];
  for (const username of names) {
    computed.length = 0;
    const problem = await problemOf(bff.anonymous().call(signIn, { body: { username, password: wrong } }));
    expect(computed).toHaveLength(1);
    seen.push({ ...problem, requestId: '', work: computed[0] });
  }
  expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
});

test('and at the token service', async () => {
  const seen: unknown[] = [];
  for (const username of names) {
    computed.length = 0;
    const { status, body, headers } = await askToken(bff, `${username}:${wrong}`, ['repository:a/b/c:pull']);
    expect(computed).toHaveLength(1);
    seen.push({ status, body, challenge: headers.get('www-authenticate'), work: computed[0] });
  }
  expect(seen[0]).toMatchObject({ status: 401 });
  expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
});

test('a right password of somebody disabled is answered as a wrong one, after the same work', async () => {
  const right = 'a-long-password-for-tests';
  const of = async (username: string, password: string) => {
    computed.length = 0;
    const { detail, status } = await problemOf(bff.anonymous().call(signIn, { body: { username, password } }));
    return { detail, status, work: [...computed] };
  };
  expect(await of('disabled', right)).toEqual(await of('known', wrong));
});
