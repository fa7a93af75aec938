import { type Kysely, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { EndsTransaction, SubscribedNotice } from './ends.store.ts';
import type { NoticeReason } from './notices.ts';
import type { Ended, OpenPair, OpenTasks, Outage, Scope } from './outages.ts';

export interface OutagesStoreOptions {
  /** Causes that may pass by themselves. */
  readonly troubleCodes: readonly string[];
  /** Of those, what keeps nobody from reading there. */
  readonly aboutWriting: readonly string[];
}

export type OutagesStore = ReturnType<typeof createOutagesStore>;

/** Written before it is seen: what ended is looked for once more. */
const overlap = sql`interval '1 minute'`;

type Pair = Pick<Outage, 'sourceRegistryId' | 'destinationRegistryId'>;

/** Everything but the first question is done under the lock of the ends. */
export function createOutagesStore(database: Kysely<Tables>, options: OutagesStoreOptions) {
  return {
    /** Where this is false there is nothing to look at. */
    async isWorthALook(): Promise<boolean> {
      const { rows } = await sql<{ is_worth: boolean }>`
        select exists (select from notices where not is_disabled) and (
          exists (select from notice_outages) or exists (select from registry_breakers)
          or exists (select from tasks where state = 'waiting' and not stop_requested)
        ) as is_worth`.execute(database);
      return rows[0]?.is_worth === true;
    },
    /** Of everybody who may be told. */
    listNotices,
    readOpen: (transaction: EndsTransaction) => readOpen(transaction, options),
    readEnded: (transaction: EndsTransaction) => readEnded(transaction, options),
    list: async (transaction: EndsTransaction): Promise<Outage[]> =>
      (await transaction.selectFrom('notice_outages').selectAll().execute()).map(fromRow),
    begin,
    async note(
      transaction: EndsTransaction,
      { id, since, quietSince }: Pick<Outage, 'id' | 'since' | 'quietSince'>,
    ): Promise<void> {
      const changed = { since, quiet_since: quietSince };
      await transaction.updateTable('notice_outages').set(changed).where('id', '=', id).execute();
    },
    async noteLook(transaction: EndsTransaction, at: Date): Promise<void> {
      await transaction.updateTable('notice_outages').set({ looked_at: at }).execute();
    },
    /** It is told from now on, whether or not somebody listens. */
    async noteTold(transaction: EndsTransaction, id: string, at: Date, { policies }: OpenPair): Promise<void> {
      const told = { told_at: at, policies: JSON.stringify(policies) };
      await transaction.updateTable('notice_outages').set(told).where('id', '=', id).execute();
    },
    claimTellings,
    end,
    /** The end of an execution says that the pair works again. */
    forget,
    /** Those that no notice is about any more. */
    async forgetUnheard(transaction: EndsTransaction): Promise<void> {
      await sql`
        delete from notice_outages o where not exists (
          select from notices n where coalesce(n.project, '') = o.project and coalesce(n.policy_id, '') = o.policy_id
        )`.execute(transaction);
    },
  };
}

async function listNotices(
  transaction: EndsTransaction,
): Promise<(SubscribedNotice & { readonly isDisabled: boolean })[]> {
  const { rows } = await sql<SubscribedNotice & { readonly isDisabled: boolean }>`
    select n.id, n.name, n.project, n.policy_id as "policyId", p.name as "policyName", n.kinds,
      n.is_disabled as "isDisabled"
    from notices n left join policies p on p.id::text = n.policy_id order by n.id`.execute(transaction);
  return rows;
}

async function begin(transaction: EndsTransaction, scope: Scope, pair: Pair, at: Date): Promise<void> {
  await transaction
    .insertInto('notice_outages')
    .values({ ...keyOf(scope, pair), since: at, looked_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** @returns those of the outages that this notice had not been told of */
async function claimTellings(
  transaction: EndsTransaction,
  noticeId: string,
  outageIds: readonly string[],
): Promise<Set<string>> {
  if (outageIds.length === 0) return new Set();
  const rows = await transaction
    .insertInto('notice_outage_tellings')
    .values(outageIds.map((id) => ({ outage_id: id, notice_id: noticeId })))
    .onConflict((conflict) => conflict.doNothing())
    .returning('outage_id')
    .execute();
  return new Set(rows.map((row) => row.outage_id));
}

/** @param then what the next execution that ends is to take the pair for */
async function end(
  transaction: EndsTransaction,
  outage: Outage,
  then: 'works' | 'failing' | 'as before',
): Promise<void> {
  const key = keyOf(outage, outage);
  await transaction.deleteFrom('notice_outages').where('id', '=', outage.id).execute();
  if (then === 'failing') {
    await transaction
      .insertInto('notice_pairs')
      .values({ ...key, failing_since: outage.since })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  } else if (then === 'works') {
    await transaction
      .deleteFrom('notice_pairs')
      .where((where) => where.and(key))
      .execute();
  }
}

async function forget(transaction: EndsTransaction, scope: Scope, pair: Pair): Promise<void> {
  const key = keyOf(scope, pair);
  await transaction
    .deleteFrom('notice_outages')
    .where((where) => where.and(key))
    .execute();
}

function keyOf({ project, policyId }: Scope, { sourceRegistryId, destinationRegistryId }: Pair) {
  return {
    project: project ?? '',
    policy_id: policyId ?? '',
    source_registry_id: sourceRegistryId,
    destination_registry_id: destinationRegistryId,
  };
}

/** The breaker that keeps a task from its registries. */
function breakerOf(of: 't' | 'o', { aboutWriting }: OutagesStoreOptions) {
  return sql`from registry_breakers b where b.registry_id = ${sql.ref(`${of}.destination_registry_id`)}
    or (b.registry_id = ${sql.ref(`${of}.source_registry_id`)} and b.reason->>'code' not in (${sql.join(aboutWriting)}))`;
}

/**
 * One that waits and is due waits for a slot, unless a breaker is before it. What waits for a person, or for the end of a
 * maintenance, has none of these causes.
 */
async function readOpen(transaction: Kysely<Tables>, options: OutagesStoreOptions): Promise<OpenTasks[]> {
  const { rows } = await sql<Omit<OpenTasks, 'trouble'> & { trouble: string | null }>`
    select grouped.project, grouped.policy_id::text as "policyId", p.name as "policyName",
      grouped.source_registry_id as "sourceRegistryId", grouped.destination_registry_id as "destinationRegistryId",
      grouped.count, grouped.trouble
    from (
      select project_of_repository(t.destination_repository) as project, t.policy_id, t.source_registry_id,
        t.destination_registry_id, count(*)::int as count, min(t.trouble::text) as trouble
      from (
        select t.destination_repository, t.policy_id, t.source_registry_id, t.destination_registry_id,
          case when t.state <> 'waiting' then breaker.reason
            when coalesce(t.reason->>'code', '') in (${sql.join(options.troubleCodes)})
            then coalesce(breaker.reason, case when t.next_attempt_at > now() then t.reason end) end as trouble
        from tasks t left join lateral (
          select b.reason ${breakerOf('t', options)} order by b.registry_id limit 1
        ) breaker on true
        where t.state in ('queued', 'running', 'waiting') and not t.stop_requested
      ) t
      group by 1, 2, 3, 4, t.trouble->>'code'
    ) grouped left join policies p on p.id = grouped.policy_id`.execute(transaction);
  return rows.map((row) => ({
    ...row,
    trouble: row.trouble === null ? null : (JSON.parse(row.trouble) as NoticeReason),
  }));
}

/** By outage. A success beside a breaker found everything there already, or began before. */
async function readEnded(transaction: Kysely<Tables>, options: OutagesStoreOptions): Promise<Map<string, Ended>> {
  const { rows } = await sql<Ended & { id: string }>`
    select o.id, coalesce(bool_or(t.state = 'succeeded'), false)
        and not exists (select ${breakerOf('o', options)}) as "hasSucceeded",
      coalesce(bool_or(t.state = 'failed'), false) as "hasFailed"
    from notice_outages o
    join tasks t on t.finished_at > greatest(o.since, o.looked_at - ${overlap})
      and t.source_registry_id = o.source_registry_id and t.destination_registry_id = o.destination_registry_id
      and (o.project = '' or project_of_repository(t.destination_repository) = o.project)
      and (o.policy_id = '' or t.policy_id::text = o.policy_id)
    group by o.id`.execute(transaction);
  return new Map(rows.map(({ id, ...ended }) => [id, ended]));
}

function fromRow(row: Row<'notice_outages'>): Outage {
  return {
    id: row.id,
    project: row.project === '' ? null : row.project,
    policyId: row.policy_id === '' ? null : row.policy_id,
    sourceRegistryId: row.source_registry_id,
    destinationRegistryId: row.destination_registry_id,
    since: row.since,
    quietSince: row.quiet_since,
    isTold: row.told_at !== null,
    policies: row.policies,
  };
}
