import { randomUUID } from 'node:crypto';
import { hashPassword } from '../features/session/password-hash.ts';
import type { CellRole } from '../access/subject.ts';
import type { TestApiClient } from './api-client.ts';
import type { TestBff } from './start-bff.ts';

const password = 'A password for all test people 1';
let hash: Promise<string> | undefined;

/** A project's roles: of the column “all environments” under '', of single environments under their names. */
export type Roles = Readonly<Record<string, CellRole>>;

/** Somebody who is no system administrator, with these roles by project, signed in. */
export async function signInAs(bff: TestBff, username: string, roles: Readonly<Record<string, Roles>> = {}) {
  const id = await addPerson(bff, username);
  for (const [project, cells] of Object.entries(roles)) await setRoles(bff, project, id, cells);
  const client: TestApiClient = await bff.signIn(username, password);
  return Object.assign(client, { userId: id });
}

export async function addPerson(bff: TestBff, username: string): Promise<string> {
  const id = randomUUID();
  hash ??= hashPassword(password);
  await bff.running.foundation.database.kysely
    .insertInto('users')
    .values({ id, username, display_name: username, password_hash: await hash })
    .execute();
  return id;
}

/** Instead of what the person had in the project. */
export async function setRoles(bff: TestBff, project: string, userId: string, cells: Roles): Promise<void> {
  const { kysely } = bff.running.foundation.database;
  await kysely
    .insertInto('projects')
    .values({ name: project })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await kysely.deleteFrom('members').where('project', '=', project).where('user_id', '=', userId).execute();
  const rows = Object.entries(cells).map(([environment, role]) => ({ project, user_id: userId, environment, role }));
  if (rows.length > 0) await kysely.insertInto('members').values(rows).execute();
}
