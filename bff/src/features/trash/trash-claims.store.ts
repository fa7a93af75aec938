import { type Kysely, sql } from 'kysely';
import { gathered } from '../../database/gathered.ts';
import type { Row, Tables } from '../../database/index.ts';
import type { ClaimedItem, KeptIn, KeptManifest, Reason } from './trash.ts';
import { claimedItemOf } from './trash-rows.store.ts';

/** Whoever is silent for longer is dead or frozen. */
const leaseMs = 15_000;
/** What cannot be done for so long has failed. */
const deadline = sql`interval '24 hours'`;

export interface Outcome {
  readonly item: Pick<ClaimedItem, 'id' | 'fence'>;
  /** `deleted` after a deletion, or because what was asked for with it was refused. */
  readonly state: 'deleted' | 'restored' | 'purged' | 'failed' | 'waiting';
  readonly reason: Reason | null;
  /** Null: as it was. */
  readonly aliases: readonly string[] | null;
  readonly keptIn: KeptIn | null;
  /** Null: as it was. */
  readonly hasShadow: boolean | null;
  readonly delayMs: number;
}

interface NotedPlan {
  readonly manifests: readonly KeptManifest[];
  readonly sizeBytes: number;
  readonly keptIn: KeptIn;
  readonly aliases: readonly string[];
}

const isOpen = sql`(state in ('deleting', 'restoring', 'purging') or (has_shadow and state in ('restored', 'failed')))`;

const leaseEnd = sql<Date>`now() + ${leaseMs} * interval '1 millisecond'`;

/** Taking work, holding it and saying what became of it; all times are the database's. */
export class TrashClaimsStore {
  readonly #kysely: Kysely<Tables>;

  readonly #heldFences;
  readonly #notedPlans;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
    this.#heldFences = gathered((owner, items: ReadonlyArray<Pick<ClaimedItem, 'id' | 'fence'>>) =>
      findHeld(kysely, owner, items),
    );
    this.#notedPlans = gathered((_key, plans: ReadonlyArray<NotedPlan & Pick<ClaimedItem, 'id' | 'fence'>>) =>
      notePlans(kysely, plans),
    );
  }

  async claim(owner: string, count: number): Promise<ClaimedItem[]> {
    const { rows } = await sql<Row<'trash_items'> & { deadline_left_ms: number }>`
      with due as (
        select id from trash_items
        where ${isOpen} and next_attempt_at <= now() and (lease_until is null or lease_until < now())
          and exists (
            select from registries where registries.id = trash_items.registry_id
              and (registries.maintenance_until is null or registries.maintenance_until <= now()))
        order by next_attempt_at, created_at, id limit ${count} for update skip locked
      )
      update trash_items t set lease_owner = ${owner}, lease_until = ${leaseEnd}, fence = fence + 1, attempt = attempt + 1
      from due where t.id = due.id
      returning t.*, (extract(epoch from t.asked_at + ${deadline} - now()) * 1000)::float8 as deadline_left_ms
    `.execute(this.#kysely);
    return rows.map(claimedItemOf).toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  }

  /** @returns those that are still this worker's */
  async renew(owner: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await sql<{ id: string }>`
      update trash_items set lease_until = ${leaseEnd}
      where id = any (${[...ids]}::uuid[]) and lease_owner = ${owner} and lease_until >= now() returning id
    `.execute(this.#kysely);
    return new Set(rows.map(({ id }) => id));
  }

  /** Several at once: one statement. */
  async holdsFence(owner: string, item: Pick<ClaimedItem, 'id' | 'fence'>): Promise<boolean> {
    return (await this.#heldFences(owner, item)).has(item.id);
  }

  /** Nothing was done about them; whoever comes first takes them. */
  async giveBack(owner: string, items: ReadonlyArray<Pick<ClaimedItem, 'id' | 'fence'>>): Promise<void> {
    if (items.length === 0) return;
    await sql`
      update trash_items t set lease_owner = null, lease_until = null, attempt = t.attempt - 1
      from ${fences(items)} where t.id = given.id and t.fence = given.fence and t.lease_owner = ${owner}
    `.execute(this.#kysely);
  }

  async pin({ id, fence }: Pick<ClaimedItem, 'id' | 'fence'>, digest: string): Promise<void> {
    await sql`update trash_items set digest = ${digest} where id = ${id}::uuid and fence = ${fence}`.execute(
      this.#kysely,
    );
  }

  /** What is about to be put aside: a purge by somebody else leaves it alone from now on. Several at once: one statement. */
  notePlan(item: Pick<ClaimedItem, 'id' | 'fence'>, plan: NotedPlan): Promise<void> {
    return this.#notedPlans('', { id: item.id, fence: item.fence, ...plan });
  }

  async listKept(itemId: string): Promise<KeptManifest[]> {
    return this.#kysely
      .selectFrom('trash_manifests')
      .select(['digest', 'role'])
      .where('item_id', '=', itemId)
      .orderBy('position')
      .execute();
  }

  /** Of these the ones that other items of the repository are kept by. */
  async findKeptByOthers(
    { id, registryId, repository }: Pick<ClaimedItem, 'id' | 'registryId' | 'repository'>,
    digests: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const { rows } = await sql<{ digest: string }>`
      select distinct kept.digest from trash_manifests kept join trash_items item on item.id = kept.item_id
      where kept.digest = any (${[...digests]}::text[]) and item.id <> ${id}::uuid
        and item.registry_id = ${registryId} and item.repository = ${repository} and item.has_shadow
        and item.state in ('deleting', 'deleted', 'restoring')
    `.execute(this.#kysely);
    return new Set(rows.map(({ digest }) => digest));
  }

  /** Several at once: one statement. What another worker has taken over meanwhile is left to it. */
  async finish(owner: string, outcomes: readonly Outcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    const given = outcomes.map(({ item, ...outcome }) => ({ id: item.id, fence: item.fence, ...outcome }));
    await sql`
      update trash_items t set
        state = case when given.state = 'waiting' then t.state else given.state end,
        reason = given.reason,
        aliases = coalesce(given.aliases, t.aliases),
        kept_in = coalesce(given."keptIn", t.kept_in),
        has_shadow = coalesce(given."hasShadow", t.has_shadow),
        next_attempt_at = now() + given."delayMs" * interval '1 millisecond',
        lease_owner = null, lease_until = null,
        deleted_at = case when given.state = 'deleted' then coalesce(t.deleted_at, now()) else t.deleted_at end,
        expires_at = case when given.state = 'deleted' then coalesce(t.expires_at, now() + interval '1 day' * coalesce(
          (select trash_days from projects where projects.name = t.project), 14)) else t.expires_at end,
        finished_at = case when given.state in ('restored', 'purged', 'failed') then coalesce(t.finished_at, now()) end
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given (
        id uuid, fence integer, state text, reason jsonb, aliases text[], "keptIn" text, "hasShadow" boolean,
        "delayMs" float8)
      where t.id = given.id and t.fence = given.fence and t.lease_owner = ${owner}
    `.execute(this.#kysely);
  }

  /** The lock on its folder proves that every older worker is dead. */
  async takeOver(): Promise<void> {
    await sql`update trash_items set lease_until = null where lease_until is not null and ${isOpen}`.execute(
      this.#kysely,
    );
  }

  /** @returns those whose time is over, on their way out */
  async expire(
    count: number,
  ): Promise<ReadonlyArray<Pick<ClaimedItem, 'project' | 'repository' | 'tag' | 'digest' | 'registryId'>>> {
    const { rows } = await sql<Row<'trash_items'>>`
      update trash_items set state = 'purging', asked_at = now(), attempt = 0, acted_by = null, reason = null
      where id in (
        select id from trash_items where state = 'deleted' and expires_at <= now() and next_attempt_at <= now()
        order by expires_at limit ${count} for update skip locked
      ) and state = 'deleted'
      returning *
    `.execute(this.#kysely);
    return rows.map(({ registry_id, project, repository, tag, digest }) => ({
      registryId: registry_id,
      project,
      repository,
      tag,
      digest,
    }));
  }
}

function fences(items: ReadonlyArray<Pick<ClaimedItem, 'id' | 'fence'>>) {
  const given = JSON.stringify(items.map(({ id, fence }) => ({ id, fence })));
  return sql`jsonb_to_recordset(${given}::jsonb) as given (id uuid, fence integer)`;
}

async function findHeld(
  kysely: Kysely<Tables>,
  owner: string,
  items: ReadonlyArray<Pick<ClaimedItem, 'id' | 'fence'>>,
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select t.id from trash_items t join ${fences(items)} on t.id = given.id and t.fence = given.fence
    where t.lease_owner = ${owner} and t.lease_until >= clock_timestamp()
  `.execute(kysely);
  return new Set(rows.map(({ id }) => id));
}

async function notePlans(
  kysely: Kysely<Tables>,
  plans: ReadonlyArray<NotedPlan & Pick<ClaimedItem, 'id' | 'fence'>>,
): Promise<void> {
  const manifests = plans.flatMap(({ id, manifests: own }) =>
    own.map(({ digest, role }, position) => ({ id, digest, role, position: position + 1 })),
  );
  await sql`
    with items as (
      update trash_items t set has_shadow = true, size_bytes = given."sizeBytes", kept_in = given."keptIn",
        aliases = given.aliases
      from jsonb_to_recordset(${JSON.stringify(plans)}::jsonb) as given (
        id uuid, fence integer, "sizeBytes" bigint, "keptIn" text, aliases text[])
      where t.id = given.id and t.fence = given.fence returning t.id
    )
    insert into trash_manifests (item_id, digest, role, position)
    select items.id, given.digest, given.role, given.position
    from items join jsonb_to_recordset(${JSON.stringify(manifests)}::jsonb) as given (
      id uuid, digest text, role text, position integer) on given.id = items.id
    on conflict (item_id, digest) do update set role = excluded.role, position = excluded.position
  `.execute(kysely);
}
