import { randomUUID } from 'node:crypto';
import { hashPassword } from '../../session/password-hash.ts';
import type { TestBff } from '../../../testing/start-bff.ts';
import type { CellRole } from '../../../access/subject.ts';

/** A user with roles: project → environment (or `all`) → role. @returns the id */
export async function addPerson(
  bff: TestBff,
  username: string,
  password: string,
  roles: Record<string, Record<string, CellRole>> = {},
): Promise<string> {
  const { kysely } = bff.running.foundation.database;
  const id = randomUUID();
  await kysely
    .insertInto('users')
    .values({ id, username, display_name: username, password_hash: await hashPassword(password) })
    .execute();
  for (const [project, cells] of Object.entries(roles)) {
    await addProject(bff, project);
    for (const [environment, role] of Object.entries(cells)) {
      const cell = {
        project,
        user_id: id,
        group_id: null,
        environment: environment === 'all' ? '' : environment,
        role,
      };
      await kysely.insertInto('members').values(cell).execute();
    }
  }
  bff.running.foundation.announceAccess();
  return id;
}

export async function addProject(bff: TestBff, name: string, isPublic = false): Promise<void> {
  await bff.running.foundation.database.kysely
    .insertInto('projects')
    .values({ name, is_public: isPublic })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ is_public: isPublic }))
    .execute();
  bff.running.foundation.announceAccess();
}

export async function allowAnonymous(bff: TestBff, allowed: boolean): Promise<void> {
  await bff.running.foundation.database.kysely.updateTable('settings').set({ allows_anonymous: allowed }).execute();
  bff.running.foundation.announceAccess();
}

export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  /** The claims of the token, unchecked. */
  readonly claims: {
    readonly iss?: string;
    readonly sub?: string;
    readonly aud?: string;
    readonly exp?: number;
    readonly nbf?: number;
    readonly iat?: number;
    readonly jti?: string;
    readonly access?: ReadonlyArray<{ type: string; name: string; actions: string[] }>;
  };
}

/** As `docker` asks: GET, with Basic where somebody is given as `username:password`. */
export async function askToken(
  bff: Pick<TestBff, 'url'>,
  somebody: string | null,
  scopes: readonly string[],
  options: { service?: string; headers?: Record<string, string> } = {},
): Promise<TokenAnswer> {
  const query = new URLSearchParams({ service: options.service ?? 'longshore' });
  for (const scope of scopes) query.append('scope', scope);
  const response = await fetch(`${bff.url}/service/token?${query.toString()}`, {
    headers: {
      ...(somebody === null ? {} : { authorization: `Basic ${Buffer.from(somebody).toString('base64')}` }),
      ...options.headers,
    },
  });
  return tokenAnswer(response);
}

export async function tokenAnswer(response: Response): Promise<TokenAnswer> {
  const body = (await response.json()) as Record<string, unknown>;
  const payload = typeof body['token'] === 'string' ? body['token'].split('.')[1] : undefined;
  const claims = payload === undefined ? {} : (JSON.parse(Buffer.from(payload, 'base64url').toString()) as object);
  return { status: response.status, headers: response.headers, body, claims };
}
