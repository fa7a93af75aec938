import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { NoticeEvent, StoredAttempt, StoredDelivery } from './notices.ts';

type Connection = Kysely<Tables>;

export interface NewDelivery {
  readonly id: string;
  readonly noticeId: string;
  readonly executionId: string | null;
  readonly event: NoticeEvent;
  readonly body: string;
  readonly attemptsAllowed: number;
}

/** `busy`: the notice has enough of them under way. */
export type Claim =
  | { readonly kind: 'claimed'; readonly delivery: ClaimedDelivery }
  | { readonly kind: 'busy' }
  | { readonly kind: 'none' };

export interface ClaimedDelivery {
  readonly id: string;
  readonly noticeId: string;
  readonly event: NoticeEvent;
  readonly body: string;
  readonly attempt: number;
  readonly attemptsAllowed: number;
}

export interface AttemptEnd {
  readonly attempt: StoredAttempt;
  readonly state: 'delivered' | 'failed' | 'waiting';
  readonly delayMs: number | null;
}

export type DeliveriesStore = ReturnType<typeof createDeliveriesStore>;

const leaseSeconds = 60;
const atOnceMax = 2;
const shownMax = 50;
const shownAttemptsMax = 20;
const keptMax = 200;

export function createDeliveriesStore(database: Connection) {
  return {
    insert: async (delivery: NewDelivery, connection: Connection = database): Promise<void> => {
      await connection
        .insertInto('notice_deliveries')
        .values({
          id: delivery.id,
          notice_id: delivery.noticeId,
          execution_id: delivery.executionId,
          event: delivery.event,
          body: delivery.body,
          attempts_allowed: delivery.attemptsAllowed,
        })
        .execute();
    },
    inTransaction: <T>(work: (transaction: Connection) => Promise<T>): Promise<T> =>
      database.transaction().execute(work),
    list: (noticeId: string) => read(database, sql`d.notice_id = ${noticeId}`),
    find: async (noticeId: string, id: string): Promise<StoredDelivery | undefined> =>
      (await read(database, sql`d.notice_id = ${noticeId} and d.id = ${id}`))[0],
    claim: (id: string) => database.transaction().execute((transaction) => claim(transaction, id)),
    end: (id: string, end: AttemptEnd, alsoDo: (transaction: Connection) => Promise<void>) =>
      database.transaction().execute((transaction) => endAttempt(transaction, id, end, alsoDo)),
    /** What is under way stays as it is. */
    async sendAgain(transaction: Connection, id: string, attemptsMore: number): Promise<void> {
      await sql`
        update notice_deliveries set state = 'waiting', next_attempt_at = now(), finished_at = null, lease_until = null,
          attempts_allowed = attempt + ${attemptsMore}
        where id = ${id} and state <> 'sending'`.execute(transaction);
    },
    /** Whose worker died, or whose job was lost. */
    async listForgotten(): Promise<string[]> {
      const { rows } = await sql<{ id: string }>`
        select id from notice_deliveries
        where (state = 'waiting' and next_attempt_at < now() - interval '30 seconds')
          or (state = 'sending' and lease_until < now())
        order by created_at limit 100`.execute(database);
      return rows.map(({ id }) => id);
    },
    /** For the one process of an embedded database: every other worker is dead. */
    async releaseAll(): Promise<void> {
      await sql`update notice_deliveries set lease_until = now() where state = 'sending'`.execute(database);
    },
    /** Leaves the newest of what is over. */
    async forgetOld(): Promise<void> {
      await sql`
        delete from notice_deliveries where id in (
          select id from (
            select id, row_number() over (partition by notice_id order by created_at desc) as place
            from notice_deliveries where state in ('delivered', 'failed')
          ) as ranked where place > ${keptMax}
        )`.execute(database);
    },
  };
}

async function claim(transaction: Connection, id: string): Promise<Claim> {
  const { rows: found } = await sql<{ notice_id: string }>`
    select n.id as notice_id from notices n join notice_deliveries d on d.notice_id = n.id
    where d.id = ${id} and d.attempt < d.attempts_allowed + 1
      and ((d.state = 'waiting' and d.next_attempt_at <= now()) or (d.state = 'sending' and d.lease_until < now()))
    for no key update of n`.execute(transaction);
  const noticeId = found[0]?.notice_id;
  if (noticeId === undefined) return { kind: 'none' };
  const { rows: under } = await sql<{ count: number }>`
    select count(*)::int as count from notice_deliveries
    where notice_id = ${noticeId} and state = 'sending' and lease_until > now()`.execute(transaction);
  if ((under[0]?.count ?? 0) >= atOnceMax) return { kind: 'busy' };
  const { rows } = await sql<Row<'notice_deliveries'>>`
    update notice_deliveries set state = 'sending', attempt = attempt + 1, next_attempt_at = null,
      lease_until = now() + ${leaseSeconds} * interval '1 second'
    where id = ${id}
      and ((state = 'waiting' and next_attempt_at <= now()) or (state = 'sending' and lease_until < now()))
    returning *`.execute(transaction);
  const [row] = rows;
  if (row === undefined) return { kind: 'none' };
  const { event, body, attempt, attempts_allowed: attemptsAllowed } = row;
  const delivery = { id, noticeId, event: event as NoticeEvent, body, attempt, attemptsAllowed };
  return { kind: 'claimed', delivery };
}

/** Only where the attempt is the current one: a worker that was given up writes nothing. */
async function endAttempt(
  transaction: Connection,
  id: string,
  { attempt, state, delayMs }: AttemptEnd,
  alsoDo: (transaction: Connection) => Promise<void>,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    update notice_deliveries set state = ${state}, lease_until = null,
      next_attempt_at = case when ${state} = 'waiting' then now() + ${delayMs ?? 0} * interval '1 millisecond' end,
      finished_at = case when ${state} = 'waiting' then null else now() end
    where id = ${id} and state = 'sending' and attempt = ${attempt.number}
    returning id`.execute(transaction);
  if (rows.length === 0) return;
  await transaction
    .insertInto('notice_attempts')
    .values({
      delivery_id: id,
      number: attempt.number,
      at: attempt.at,
      duration_ms: attempt.durationMs,
      status: attempt.status,
      answer: attempt.answer,
      reason: attempt.reason === null ? null : JSON.stringify(attempt.reason),
    })
    .execute();
  await alsoDo(transaction);
}

async function read(connection: Connection, condition: ReturnType<typeof sql>): Promise<StoredDelivery[]> {
  const { rows } = await sql<Row<'notice_deliveries'>>`
    select d.* from notice_deliveries d where ${condition} order by d.created_at desc, d.id limit ${shownMax}`.execute(
    connection,
  );
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const attempts = await connection
    .selectFrom('notice_attempts')
    .selectAll()
    .where('delivery_id', 'in', ids)
    .orderBy('number', 'desc')
    .execute();
  const byDelivery = Map.groupBy(attempts, (attempt) => attempt.delivery_id);
  return rows.map((row) => ({
    id: row.id,
    event: row.event as NoticeEvent,
    executionId: row.execution_id,
    state: row.state,
    attempt: row.attempt,
    attemptsAllowed: row.attempts_allowed,
    nextAttemptAt: row.next_attempt_at,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    attempts: (byDelivery.get(row.id) ?? []).slice(0, shownAttemptsMax).map((attempt) => ({
      number: attempt.number,
      at: attempt.at,
      durationMs: attempt.duration_ms,
      status: attempt.status,
      answer: attempt.answer,
      reason: attempt.reason,
    })),
  }));
}
