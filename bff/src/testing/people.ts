import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { CellRole } from '../access/subject.ts';
import type { Tables } from '../database/index.ts';
import { createAccountsStore } from '../features/session/accounts.store.ts';
import { hashPassword } from '../features/session/password-hash.ts';
import type { TestApiClient } from './api-client.ts';
import type { TestBff } from './start-bff.ts';

export interface TestPerson {
  readonly id: string;
  readonly username: string;
  readonly client: TestApiClient;
}

/** A project's roles: of the column “all environments” under '', of single environments under their names. */
export type Roles = Readonly<Record<string, CellRole>>;

const password = 'a-long-password-for-tests';
let hash: Promise<string> | undefined;

/** An account that can sign in. @returns its id */
export async function addAccount(bff: TestBff, username: string, isSystemAdmin = false): Promise<string> {
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
  return id;
}

/** An account and its client, signed in. */
export async function addPerson(bff: TestBff, username: string, isSystemAdmin = false): Promise<TestPerson> {
  const id = await addAccount(bff, username, isSystemAdmin);
  return { id, username, client: await bff.signIn(username, password) };
}

/** Somebody who is no system administrator, with these roles by project, signed in. */
export async function signInAs(bff: TestBff, username: string, roles: Readonly<Record<string, Roles>> = {}) {
  const userId = await addAccount(bff, username);
  for (const [project, cells] of Object.entries(roles)) await setRoles(bff, project, userId, cells);
  const client = await bff.signIn(username, password);
  return Object.assign(client, { userId });
}

/** Instead of what the person had in the project. */
export async function setRoles(bff: TestBff, project: string, userId: string, cells: Roles): Promise<void> {
  const { kysely } = bff.running.foundation.database;
  await addProject(kysely, project);
  await kysely.deleteFrom('members').where('project', '=', project).where('user_id', '=', userId).execute();
  const rows = Object.entries(cells).map(([environment, role]) => ({ project, user_id: userId, environment, role }));
  if (rows.length > 0) await kysely.insertInto('members').values(rows).execute();
}

/** Unless it is there. */
export async function addProject(kysely: Kysely<Tables>, name: string): Promise<void> {
  await kysely
    .insertInto('projects')
    .values({ name })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function addGroup(kysely: Kysely<Tables>, name: string, userIds: readonly string[]): Promise<string> {
  const id = randomUUID();
  await kysely.insertInto('groups').values({ id, name }).execute();
  for (const userId of userIds) {
    await kysely.insertInto('group_users').values({ group_id: id, user_id: userId }).execute();
  }
  return id;
}
