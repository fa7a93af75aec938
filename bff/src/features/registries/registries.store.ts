import { type Kysely, sql } from 'kysely';
import { gathered } from '../../database/gathered.ts';
import type { Row, Tables } from '../../database/tables.ts';
import type { Capability, EndpointFinding, Maintenance, RegistryEndpoint, StoredRegistry } from './registry.ts';

/** What a person or the configuration says about a registry. `undefined` leaves what is stored. */
export interface RegistryFields {
  readonly name: string;
  readonly environment: string;
  readonly position: number | undefined;
  readonly endpointUrls: readonly string[];
  readonly username: string | null | undefined;
  readonly passwordSealed: string | null | undefined;
  readonly caPem: string | null | undefined;
  readonly trustsLongshore: boolean | undefined;
  readonly redirectHosts: readonly string[] | undefined;
}

export interface ConfiguredFields extends RegistryFields {
  readonly id: string;
  readonly notificationSecretHash: string | null;
}

export type RegistriesStore = ReturnType<typeof createRegistriesStore>;
type Connection = Kysely<Tables>;

export function createRegistriesStore(database: Connection) {
  // Each notification asks for it: in a storm of them, all that wait with one statement.
  const secretHash = gathered<undefined, string | null>(async (id) => {
    const row = await database
      .selectFrom('registries')
      .select('notification_secret_hash')
      .where('id', '=', id)
      .executeTakeFirst();
    return row?.notification_secret_hash ?? null;
  });
  return {
    list: () => read(database),
    find: async (id: string) => (await read(database, id))[0],
    create: (id: string, fields: RegistryFields) => database.transaction().execute((t) => create(t, id, fields)),
    update: (id: string, version: number, fields: RegistryFields) =>
      database.transaction().execute((t) => update(t, id, version, fields)),
    remove: (id: string) => database.transaction().execute((t) => remove(t, id)),
    synchronize: (changed: readonly ConfiguredFields[], configuredIds: readonly string[]) =>
      database.transaction().execute((t) => synchronize(t, changed, configuredIds)),
    saveEndpoint: (id: string, found: EndpointFinding) => saveEndpoint(database, id, found),
    async saveCapabilities(id: string, capabilities: readonly Capability[]): Promise<void> {
      const content = JSON.stringify(capabilities);
      await database
        .updateTable('registries')
        .set({ capabilities: content, probed_at: sql<Date>`now()` })
        .where('id', '=', id)
        .execute();
    },
    async saveNotificationSecretHash(id: string, hash: string): Promise<void> {
      await database.updateTable('registries').set({ notification_secret_hash: hash }).where('id', '=', id).execute();
    },
    async savePassword(id: string, passwordSealed: string): Promise<void> {
      await database.updateTable('registries').set({ password_sealed: passwordSealed }).where('id', '=', id).execute();
    },
    notificationSecretHash: (id: string): Promise<string | null> => secretHash(id, undefined),
    /** Any one: some questions about a registry can only be asked about a repository. */
    async findRepositoryName(id: string): Promise<string | undefined> {
      const row = await database
        .selectFrom('repositories')
        .select('name')
        .where('registry_id', '=', id)
        .where('tag_count', '>', 0)
        .limit(1)
        .executeTakeFirst();
      return row?.name;
    },
  };
}

async function read(database: Connection, id?: string): Promise<StoredRegistry[]> {
  let registries = database.selectFrom('registries').selectAll().orderBy('position').orderBy('id');
  let endpoints = database.selectFrom('registry_endpoints').selectAll().orderBy('position');
  if (id !== undefined) {
    registries = registries.where('id', '=', id);
    endpoints = endpoints.where('registry_id', '=', id);
  }
  const endpointRows = await endpoints.execute();
  // By the database's clock: every instance says at the same time that it is over.
  const current = registries.select(sql<boolean>`coalesce(maintenance_until > now(), false)`.as('is_in_maintenance'));
  return (await current.execute()).map((row) => ({
    id: row.id,
    name: row.name,
    environment: row.environment,
    position: row.position,
    username: row.username,
    passwordSealed: row.password_sealed,
    caPem: row.ca_pem,
    capabilities: row.capabilities as Capability[],
    probedAt: row.probed_at,
    notifiedAt: row.notified_at,
    managedBy: row.managed_by,
    version: row.version,
    trustsLongshore: row.trusts_longshore,
    redirectHosts: row.redirect_hosts,
    maintenance: maintenanceOf(row),
    endpoints: endpointRows
      .filter((endpoint) => endpoint.registry_id === row.id)
      .map(
        (endpoint): RegistryEndpoint => ({
          url: endpoint.url,
          state: endpoint.state,
          checkedAt: endpoint.checked_at,
          since: endpoint.state_since,
          latencyMs: endpoint.latency_ms,
          reason: endpoint.reason,
        }),
      ),
  }));
}

function maintenanceOf(row: Row<'registries'> & { is_in_maintenance: boolean }): Maintenance | null {
  const { maintenance_until: until, maintenance_since: startedAt } = row;
  if (!row.is_in_maintenance || until === null || startedAt === null) return null;
  return { until, startedAt, message: row.maintenance_message ?? '', startedBy: row.maintenance_by };
}

async function create(database: Connection, id: string, fields: RegistryFields): Promise<boolean> {
  const made = await database
    .insertInto('registries')
    .values({
      id,
      name: fields.name,
      environment: fields.environment,
      position:
        fields.position ??
        database.selectFrom('registries').select(sql<number>`coalesce(max(position) + 1, 0)`.as('position')),
      username: fields.username ?? null,
      password_sealed: fields.passwordSealed ?? null,
      ca_pem: fields.caPem ?? null,
      trusts_longshore: fields.trustsLongshore ?? false,
      redirect_hosts: JSON.stringify(fields.redirectHosts ?? []),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made === undefined) return false;
  await writeEndpoints(database, id, fields.endpointUrls);
  return true;
}

async function update(
  database: Connection,
  id: string,
  version: number,
  fields: RegistryFields,
): Promise<'updated' | 'changed-meanwhile' | 'missing'> {
  const updated = await change(database, id, fields).where('version', '=', version).executeTakeFirst();
  if (updated.numUpdatedRows > 0n) {
    await writeEndpoints(database, id, fields.endpointUrls);
    return 'updated';
  }
  const found = await database.selectFrom('registries').select('id').where('id', '=', id).executeTakeFirst();
  return found === undefined ? 'missing' : 'changed-meanwhile';
}

function change(database: Connection, id: string, fields: RegistryFields) {
  return database
    .updateTable('registries')
    .set((row) => ({
      name: fields.name,
      environment: fields.environment,
      ...(fields.position === undefined ? {} : { position: fields.position }),
      ...(fields.username === undefined ? {} : { username: fields.username }),
      ...(fields.passwordSealed === undefined ? {} : { password_sealed: fields.passwordSealed }),
      ...(fields.caPem === undefined ? {} : { ca_pem: fields.caPem }),
      ...(fields.trustsLongshore === undefined ? {} : { trusts_longshore: fields.trustsLongshore }),
      ...(fields.redirectHosts === undefined ? {} : { redirect_hosts: JSON.stringify(fields.redirectHosts) }),
      version: row('version', '+', 1),
      updated_at: sql<Date>`now()`,
    }))
    .where('id', '=', id);
}

/** Keeps what is known of the addresses that stay. */
async function writeEndpoints(database: Connection, id: string, urls: readonly string[]): Promise<void> {
  await database.deleteFrom('registry_endpoints').where('registry_id', '=', id).where('url', 'not in', urls).execute();
  await database
    .insertInto('registry_endpoints')
    .values(urls.map((url, position) => ({ registry_id: id, url, position })))
    .onConflict((conflict) =>
      conflict.columns(['registry_id', 'url']).doUpdateSet({ position: (row) => row.ref('excluded.position') }),
    )
    .execute();
}

/** Its part of the catalog goes with it; finished tasks keep its id as text. */
async function remove(database: Connection, id: string): Promise<'removed' | 'in-use' | 'missing'> {
  const busy = await database
    .selectFrom('tasks')
    .select('id')
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .where((row) => row.or([row('source_registry_id', '=', id), row('destination_registry_id', '=', id)]))
    .limit(1)
    .executeTakeFirst();
  if (busy !== undefined) return 'in-use';
  const removed = await database.deleteFrom('registries').where('id', '=', id).executeTakeFirst();
  return removed.numDeletedRows > 0n ? 'removed' : 'missing';
}

/** @returns the ids that the configuration no longer names */
async function synchronize(
  database: Connection,
  changed: readonly ConfiguredFields[],
  configuredIds: readonly string[],
): Promise<string[]> {
  for (const fields of changed) {
    await create(database, fields.id, fields);
    await change(database, fields.id, fields)
      .set({ managed_by: 'configuration', notification_secret_hash: fields.notificationSecretHash })
      .execute();
    await writeEndpoints(database, fields.id, fields.endpointUrls);
  }
  let release = database
    .updateTable('registries')
    .set({ managed_by: 'console', updated_at: sql<Date>`now()` })
    .where('managed_by', '=', 'configuration')
    .returning('id');
  if (configuredIds.length > 0) release = release.where('id', 'not in', configuredIds);
  return (await release.execute()).map(({ id }) => id);
}

/** @returns whether its state changed */
async function saveEndpoint(database: Connection, id: string, found: EndpointFinding): Promise<boolean> {
  const previous = database
    .selectFrom('registry_endpoints')
    .select('state')
    .where('registry_id', '=', id)
    .where('url', '=', found.url);
  const saved = await database
    .with('previous', () => previous)
    .updateTable('registry_endpoints')
    .from('previous')
    .set({
      state: found.state,
      checked_at: sql<Date>`now()`,
      ...(found.latencyMs === undefined ? {} : { latency_ms: found.latencyMs }),
      reason: found.reason === null ? null : JSON.stringify(found.reason),
      state_since: sql<Date>`case when registry_endpoints.state = ${found.state} then state_since else now() end`,
    })
    .where('registry_id', '=', id)
    .where('url', '=', found.url)
    .returning('previous.state as previousState')
    .executeTakeFirst();
  return saved !== undefined && saved.previousState !== found.state;
}
