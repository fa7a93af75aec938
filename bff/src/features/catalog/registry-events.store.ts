import { type Kysely, sql } from 'kysely';
import { gathered } from '../../database/gathered.ts';
import type { Tables } from '../../database/index.ts';
import type { RegistryEvent } from './notification-envelope.ts';

export interface StoredEvent extends RegistryEvent {
  readonly id: number;
}

// Of a busy registry it would be written a hundred times a second, to be shown in words such as "a minute ago".
const isNotifiedAtOld = sql<boolean>`
  (notified_at is null or notified_at < clock_timestamp() - interval '10 seconds')`;
const eventsMax = 1000;

export class RegistryEventsStore {
  readonly #kysely: Kysely<Tables>;
  readonly #insertGathered = gathered<readonly RegistryEvent[], number>((registryId, envelopes) =>
    this.#insert(registryId, envelopes.flat()),
  );

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /**
   * Durable when it resolves. Events that are known by their id are passed over. Returns how many are new, together with
   * those that came at the same time: in a storm they are written in one go.
   */
  insert(registryId: string, events: readonly RegistryEvent[]): Promise<number> {
    return this.#insertGathered(registryId, events);
  }

  async #insert(registryId: string, events: readonly RegistryEvent[]): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      with notified as (
        select id from registries where id = ${registryId}
      ), told as (
        update registries set notified_at = clock_timestamp() where id = ${registryId} and ${isNotifiedAtOld}
      ), written as (
        insert into registry_events
          (registry_id, event_id, action, repository, reference, digest, actor, occurred_at)
        select notified.id, given.* from notified, unnest(
          ${events.map(({ eventId }) => eventId)}::text[],
          ${events.map(({ action }) => action)}::text[],
          ${events.map(({ repository }) => repository)}::text[],
          ${events.map(({ tag }) => tag)}::text[],
          ${events.map(({ digest }) => digest)}::text[],
          ${events.map(({ actor }) => actor)}::text[],
          ${events.map(({ occurredAt }) => occurredAt?.toISOString() ?? null)}::timestamptz[]
        ) as given
        on conflict (registry_id, event_id) do nothing
        returning id
      )
      select count(*) as count from written
    `.execute(this.#kysely);
    return rows[0]?.count ?? 0;
  }

  /** A registry that notifies is known to do so even by events that need no work. */
  async markNotified(registryId: string): Promise<void> {
    await sql`
      update registries set notified_at = clock_timestamp() where id = ${registryId} and ${isNotifiedAtOld}
    `.execute(this.#kysely);
  }

  /** All of the repositories that have waited longest, but for some; a thousand at most, oldest first. */
  async listOpen(registryId: string, repositories: number, except: readonly string[]): Promise<StoredEvent[]> {
    const rows = await this.#kysely
      .with('longest', (query) =>
        query
          .selectFrom('registry_events')
          .select('repository')
          .where('registry_id', '=', registryId)
          .where('handled_at', 'is', null)
          .where(sql<boolean>`repository <> all (${[...except]}::text[])`)
          .groupBy('repository')
          .orderBy(({ fn }) => fn.min('id'))
          .limit(repositories),
      )
      .selectFrom('registry_events')
      .innerJoin('longest', 'longest.repository', 'registry_events.repository')
      .selectAll('registry_events')
      .where('registry_id', '=', registryId)
      .where('handled_at', 'is', null)
      .orderBy('id')
      .limit(eventsMax)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      eventId: row.event_id,
      action: row.action === 'delete' ? 'delete' : 'push',
      repository: row.repository,
      tag: row.reference,
      digest: row.digest,
      actor: row.actor,
      occurredAt: row.occurred_at,
    }));
  }

  async listRegistriesWithOpen(): Promise<string[]> {
    const rows = await this.#kysely
      .selectFrom('registry_events')
      .select('registry_id')
      .distinct()
      .where('handled_at', 'is', null)
      .execute();
    return rows.map(({ registry_id }) => registry_id);
  }

  /** Where the catalog of a registry is refused, these are the repositories that are known to be there. */
  async listRepositories(registryId: string): Promise<string[]> {
    const rows = await this.#kysely
      .selectFrom('registry_events')
      .select('repository')
      .distinct()
      .where('registry_id', '=', registryId)
      .execute();
    return rows.map(({ repository }) => repository);
  }

  async markHandled(ids: readonly number[]): Promise<void> {
    await sql`
      update registry_events set handled_at = clock_timestamp() where id = any (${[...ids]}::bigint[])
    `.execute(this.#kysely);
  }

  /**
   * A complete scan that began some time after they came has read what they hint at: a tag may move after its event. Not when
   * it was pushed: of a content that was found before its news, the news is still to be read.
   */
  async markHandledBefore(registryId: string, before: Date): Promise<void> {
    await sql`
      update registry_events set handled_at = clock_timestamp()
      where registry_id = ${registryId} and handled_at is null and received_at < ${before}::timestamptz - interval '5 seconds'
        and not exists (
          select from tags
          where tags.registry_id = registry_events.registry_id and tags.repository = registry_events.repository
            and tags.name = registry_events.reference and tags.digest = registry_events.digest
            and not tags.is_origin_known
        )
    `.execute(this.#kysely);
  }

  /** Handled ones are kept a day, so that what a registry sends again is still recognised. */
  async prune(): Promise<void> {
    await sql`
      delete from registry_events where handled_at < clock_timestamp() - interval '1 day'
    `.execute(this.#kysely);
  }
}

export function createRegistryEventsStore(kysely: Kysely<Tables>): RegistryEventsStore {
  return new RegistryEventsStore(kysely);
}
