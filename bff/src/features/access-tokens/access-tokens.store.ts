import { type Kysely, sql } from 'kysely';
import type { Ceiling } from '../../access/subject.ts';
import type { Row, Tables } from '../../database/index.ts';

export interface StoredAccessToken {
  readonly id: string;
  readonly name: string;
  readonly ceiling: Ceiling;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastUsedFrom: string | null;
}

export interface NewAccessToken {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly secretHash: string;
  readonly ceiling: Ceiling;
  readonly expiresInDays: number;
}

/** A token that may be worth something, with what decides whether it is. */
export interface PresentedToken {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly ceiling: Ceiling;
  readonly expiresAt: Date;
  /** Neither expired, by the database's clock, nor of a disabled user. */
  readonly isLive: boolean;
  /** Its last use was written down within the last minute. */
  readonly isUseFresh: boolean;
}

export type AccessTokensStore = ReturnType<typeof createAccessTokensStore>;
export type PresentedTokensStore = ReturnType<typeof createPresentedTokensStore>;

export function createAccessTokensStore(kysely: Kysely<Tables>) {
  return {
    async list(userId: string): Promise<StoredAccessToken[]> {
      const rows = await kysely
        .selectFrom('access_tokens')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(fromRow);
    },

    async count(userId: string): Promise<number> {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from access_tokens where user_id = ${userId}
      `.execute(kysely);
      return rows[0]?.count ?? 0;
    },

    /** Undefined where the user has a token of that name. */
    async insert(token: NewAccessToken): Promise<StoredAccessToken | undefined> {
      const { id, userId, name, secretHash, ceiling, expiresInDays } = token;
      const row = await kysely
        .insertInto('access_tokens')
        .values({
          id,
          user_id: userId,
          name,
          secret_hash: secretHash,
          actions: JSON.stringify(ceiling.actions),
          projects: ceiling.projects && JSON.stringify(ceiling.projects),
          environments: ceiling.environments && JSON.stringify(ceiling.environments),
          expires_at: sql<Date>`now() + make_interval(days => ${expiresInDays}::integer)`,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      return row && fromRow(row);
    },

    /** The name of the token that is gone now; undefined where the user has none of that id. */
    async remove(userId: string, id: string): Promise<string | undefined> {
      const row = await kysely
        .deleteFrom('access_tokens')
        .where('user_id', '=', userId)
        .where('id', '=', id)
        .returning('name')
        .executeTakeFirst();
      return row?.name;
    },
  };
}

/** Tokens as somebody shows them, known by their secret only. */
export function createPresentedTokensStore(kysely: Kysely<Tables>) {
  return {
    async findByHash(secretHash: string): Promise<PresentedToken | undefined> {
      const row = await kysely
        .selectFrom('access_tokens as t')
        .innerJoin('users as u', 'u.id', 't.user_id')
        .select(['t.id', 't.user_id', 't.actions', 't.projects', 't.environments', 't.expires_at', 'u.username'])
        .select(sql<boolean>`t.expires_at > now() and u.disabled_at is null`.as('is_live'))
        .select(sql<boolean>`coalesce(t.last_used_at > now() - interval '1 minute', false)`.as('is_use_fresh'))
        .where('t.secret_hash', '=', secretHash)
        .executeTakeFirst();
      return (
        row && {
          id: row.id,
          userId: row.user_id,
          username: row.username,
          ceiling: ceilingOf(row),
          expiresAt: row.expires_at,
          isLive: row.is_live,
          isUseFresh: row.is_use_fresh,
        }
      );
    },

    async noteUse(id: string, address: string): Promise<void> {
      await kysely
        .updateTable('access_tokens')
        .set({ last_used_at: sql<Date>`now()`, last_used_from: address.slice(0, 64) })
        .where('id', '=', id)
        .execute();
    },
  };
}

/** The actions were checked when they were written. */
function ceilingOf({
  actions,
  projects,
  environments,
}: Pick<Row<'access_tokens'>, 'actions' | 'projects' | 'environments'>) {
  return { actions: actions as readonly string[] as Ceiling['actions'], projects, environments };
}

function fromRow(row: Row<'access_tokens'>): StoredAccessToken {
  return {
    id: row.id,
    name: row.name,
    ceiling: ceilingOf(row),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
  };
}
