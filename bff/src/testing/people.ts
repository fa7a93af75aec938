import { randomUUID } from 'node:crypto';
import type { Tables } from '../database/index.ts';
import type { Kysely } from 'kysely';
import { createAccountsStore } from '../features/session/accounts.store.ts';
import { hashPassword } from '../features/session/password-hash.ts';
import type { TestApiClient } from './api-client.ts';
import type { TestBff } from './start-bff.ts';

export interface TestPerson {
  readonly id: string;
  readonly username: string;
  readonly client: TestApiClient;
}

const password = 'a-long-password-for-tests';
let hash: Promise<string> | undefined;

/** An account that can sign in, and its client, signed in. */
export async function addPerson(bff: TestBff, username: string, isSystemAdmin = false): Promise<TestPerson> {
  // Slow on purpose, and the same for all of them.
  hash ??= hashPassword(password);
  const id = randomUUID();
  await createAccountsStore(bff.running.foundation.database.kysely).insert({
    id,
    username,
    displayName: username,
    passwordHash: await hash,
    isSystemAdmin,
  });
  return { id, username, client: await bff.signIn(username, password) };
}

export async function addProject(kysely: Kysely<Tables>, name: string): Promise<void> {
  await kysely.insertInto('projects').values({ name }).execute();
}

export async function addGroup(kysely: Kysely<Tables>, name: string, userIds: readonly string[]): Promise<string> {
  const id = randomUUID();
  await kysely.insertInto('groups').values({ id, name }).execute();
  for (const userId of userIds) {
    await kysely.insertInto('group_users').values({ group_id: id, user_id: userId }).execute();
  }
  return id;
}
