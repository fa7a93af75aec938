import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { RobotPermission } from './robot-permissions.ts';

export interface StoredSecret {
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface StoredRobot {
  readonly id: string;
  readonly name: string;
  readonly loginName: string;
  /** Null: a system robot. */
  readonly project: string | null;
  readonly description: string;
  readonly permissions: readonly RobotPermission[];
  readonly expiresAt: Date | null;
  readonly isDisabled: boolean;
  /** Those that are accepted now, the newest first. */
  readonly secrets: readonly StoredSecret[];
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly version: number;
}

export interface NewRobot {
  readonly id: string;
  readonly name: string;
  readonly loginName: string;
  readonly project: string | null;
  readonly description: string;
  readonly permissions: readonly RobotPermission[];
  readonly expiresAt: Date | null;
  readonly createdBy: string | null;
  readonly secretHash: string;
}

export interface RobotFields {
  readonly description: string | undefined;
  readonly permissions: readonly RobotPermission[];
  readonly expiresAt: Date | null;
  readonly isDisabled: boolean | undefined;
}

export interface RobotUse {
  readonly robotId: string;
  readonly secretHash: string;
  readonly at: Date;
  readonly address: string;
}

export type RobotsStore = ReturnType<typeof createRobotsStore>;

/** By the database's clock, so that every instance says at the same time that something has expired. */
const isAccepted = sql<boolean>`(s.expires_at is null or s.expires_at > now())`;
const isActive = sql<boolean>`(r.disabled_at is null and (r.expires_at is null or r.expires_at > now()))`;

export function createRobotsStore(kysely: Kysely<Tables>) {
  return {
    list: (project: string | null) =>
      read(kysely, project === null ? sql<boolean>`r.project is null` : sql<boolean>`r.project = ${project}`),
    /** One of this project; of the system where that is null. */
    find: async (project: string | null, id: string): Promise<StoredRobot | undefined> =>
      (await read(kysely, sql<boolean>`r.id = ${id} and r.project is not distinct from ${project}`))[0],
    async hasProject(name: string): Promise<boolean> {
      const found = await kysely.selectFrom('projects').select('name').where('name', '=', name).executeTakeFirst();
      return found !== undefined;
    },
    insert: (robot: NewRobot) => kysely.transaction().execute((transaction) => insert(transaction, robot)),
    /** False where `version` is not the current one. */
    update: (id: string, version: number, fields: RobotFields) => update(kysely, id, version, fields),
    async remove(id: string): Promise<boolean> {
      return (await kysely.deleteFrom('robots').where('id', '=', id).executeTakeFirst()).numDeletedRows > 0n;
    },
    rotate: (id: string, secretHash: string, overlapHours: number) =>
      kysely.transaction().execute((transaction) => rotate(transaction, id, secretHash, overlapHours)),
    /** The robot that may sign in with this secret now. */
    async findBySecret(loginName: string, secretHash: string): Promise<RobotIdentity | undefined> {
      const row = await kysely
        .selectFrom('robots as r')
        .innerJoin('robot_secrets as s', 's.robot_id', 'r.id')
        .select(['r.id', 'r.login_name', 'r.project', 'r.permissions'])
        .where('r.login_name', '=', loginName)
        .where('s.secret_hash', '=', secretHash)
        .where(isAccepted)
        .where(isActive)
        .executeTakeFirst();
      return row && identityOf(row);
    },
    /** Undefined for one that is gone, disabled or expired. */
    async findActive(id: string): Promise<RobotIdentity | undefined> {
      const row = await kysely
        .selectFrom('robots as r')
        .select(['r.id', 'r.login_name', 'r.project', 'r.permissions'])
        .where('r.id', '=', id)
        .where(isActive)
        .executeTakeFirst();
      return row && identityOf(row);
    },
    async saveUse({ robotId, secretHash, at, address }: RobotUse): Promise<void> {
      const use = { last_used_at: at, last_used_from: address };
      await kysely.updateTable('robots').set(use).where('id', '=', robotId).execute();
      const secret = kysely.updateTable('robot_secrets').set({ last_used_at: at });
      await secret.where('secret_hash', '=', secretHash).execute();
    },
  };
}

type Connection = Kysely<Tables>;

async function read(connection: Connection, condition: RawBuilder<boolean>): Promise<StoredRobot[]> {
  const robots = await connection
    .selectFrom('robots as r')
    .selectAll()
    .where(condition)
    .orderBy('r.login_name')
    .execute();
  if (robots.length === 0) return [];
  const ids = robots.map(({ id }) => id);
  const secrets = await connection
    .selectFrom('robot_secrets as s')
    .selectAll()
    .where('s.robot_id', 'in', ids)
    .where(isAccepted)
    .orderBy('s.created_at', 'desc')
    .execute();
  return robots.map((robot) =>
    fromRow(
      robot,
      secrets.filter((secret) => secret.robot_id === robot.id),
    ),
  );
}

async function insert(transaction: Connection, robot: NewRobot): Promise<'made' | 'name-taken' | 'project-missing'> {
  if (robot.project !== null) {
    const project = transaction.selectFrom('projects').select('name').where('name', '=', robot.project);
    if ((await project.forKeyShare().executeTakeFirst()) === undefined) return 'project-missing';
  }
  const made = await transaction
    .insertInto('robots')
    .values({
      id: robot.id,
      name: robot.name,
      login_name: robot.loginName,
      project: robot.project,
      description: robot.description,
      permissions: JSON.stringify(robot.permissions),
      expires_at: robot.expiresAt,
      created_by: robot.createdBy,
    })
    .onConflict((conflict) => conflict.column('login_name').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made === undefined) return 'name-taken';
  await transaction.insertInto('robot_secrets').values({ robot_id: robot.id, secret_hash: robot.secretHash }).execute();
  return 'made';
}

async function update(connection: Connection, id: string, version: number, fields: RobotFields): Promise<boolean> {
  const { description, isDisabled } = fields;
  const disabledAt = isDisabled === true ? sql<Date>`coalesce(disabled_at, now())` : null;
  const result = await connection
    .updateTable('robots')
    .set((row) => ({
      permissions: JSON.stringify(fields.permissions),
      expires_at: fields.expiresAt,
      ...(description === undefined ? {} : { description }),
      ...(isDisabled === undefined ? {} : { disabled_at: disabledAt }),
      version: row('version', '+', 1),
    }))
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** What was replaced before is worth nothing any more: at most two are accepted at a time. False: it is gone. */
async function rotate(transaction: Connection, id: string, secretHash: string, overlapHours: number): Promise<boolean> {
  const robot = await transaction.selectFrom('robots').select('id').where('id', '=', id).forUpdate().execute();
  if (robot.length === 0) return false;
  let replaced = transaction.deleteFrom('robot_secrets').where('robot_id', '=', id);
  if (overlapHours > 0) replaced = replaced.where('expires_at', 'is not', null);
  await replaced.execute();
  await transaction
    .updateTable('robot_secrets')
    .set({ expires_at: sql<Date>`now() + make_interval(hours => ${overlapHours}::int)` })
    .where('robot_id', '=', id)
    .execute();
  await transaction
    .insertInto('robot_secrets')
    // Not now(), which is the time of the transaction's start: two rotations at once keep their order.
    .values({ robot_id: id, secret_hash: secretHash, created_at: sql<Date>`clock_timestamp()` })
    .execute();
  return true;
}

export interface RobotIdentity {
  readonly id: string;
  readonly loginName: string;
  readonly project: string | null;
  readonly permissions: readonly RobotPermission[];
}

type IdentityRow = Pick<Row<'robots'>, 'id' | 'login_name' | 'project' | 'permissions'>;

function identityOf({ id, login_name: loginName, project, permissions }: IdentityRow): RobotIdentity {
  return { id, loginName, project, permissions: permissions as RobotPermission[] };
}

function fromRow(row: Row<'robots'>, secrets: ReadonlyArray<Row<'robot_secrets'>>): StoredRobot {
  return {
    ...identityOf(row),
    name: row.name,
    description: row.description,
    expiresAt: row.expires_at,
    isDisabled: row.disabled_at !== null,
    secrets: secrets.map((secret) => ({
      createdAt: secret.created_at,
      expiresAt: secret.expires_at,
      lastUsedAt: secret.last_used_at,
    })),
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
    createdBy: row.created_by,
    createdAt: row.created_at,
    version: row.version,
  };
}
