import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Router } from 'express';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { contract } from '../contract/index.ts';
import { until } from '../features/replication/testing/waiting.ts';
import { endpointPath, type TestApiClient } from '../testing/api-client.ts';
import type { TestBff } from '../testing/start-bff.ts';
import { isolationRows, type RowInput } from './testing/isolation-rows.ts';
import { addProject, type Ids, startIsolationBff } from './testing/isolation-world.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** What changes by itself, whoever asks or does not: the times of looks, scans and uses. */
const volatile = [
  'checked_at',
  'latency_ms',
  'state_since',
  'probed_at',
  'updated_at',
  'scanned_at',
  'scan_due_at',
  'scan_duration_ms',
  'scan_lease_until',
  'scan_owner',
  'scan_reason',
  'scan_state',
  'last_used_at',
];
/** A session is put off by its use; the log is looked at apart. */
const apart = ['sessions', 'audit_log'];
/** Outside the features' routers. */
const others = [
  '/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/api/v1/openapi.json',
  '/api/v1/docs',
  '/v2/',
  '/v2/_catalog',
  '/v2/development/alpha/alpha-service/tags/list',
  '/v2/development/alpha/alpha-service/manifests/alpha-release',
  `/v2/development/alpha/alpha-service/blobs/sha256:${'0'.repeat(64)}`,
  `/v2/development/alpha/alpha-service/referrers/sha256:${'0'.repeat(64)}`,
];

let bff: TestBff;
let admin: TestApiClient;
let ids: Ids & { readonly collectionId: string };
beforeAll(async () => {
  bff = await startIsolationBff();
  ids = { ...(await addProject(bff, 'alpha')), collectionId: randomUUID() };
  await bff.running.foundation.database.kysely
    .insertInto('gc_runs')
    .values({
      id: ids.collectionId,
      registry_id: ids.registryId,
      kind: 'preview',
      state: 'done',
      limit_minutes: 10,
      finished_at: new Date(),
    })
    .execute();
  admin = await bff.signIn();
  await quiet();
});
afterAll(() => bff?.close());

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** Every address below the prefix that a router answers to GET, read from the router itself. */
function readable(router: Router | undefined, prefix: string): string[] {
  const layers = (router?.stack ?? []) as unknown as readonly Layer[];
  return layers.flatMap(({ route }) => (route?.methods['get'] === true ? [`${prefix}${route.path}`] : []));
}

/** With what fits the names of its parameters, and, for an endpoint of the contract, everything its row names. */
function requestsOf(route: string): string[] {
  const path = route.replace(/^\/api\/v1/, '');
  const filled = (input: RowInput) =>
    endpointPath(path, { ...ids, ...input.params }, input.query).replace(
      /^\/api\/v1/,
      route.startsWith('/api/') ? '/api/v1' : '',
    );
  const named = Object.entries(contract).find(([, { method, path: own }]) => method === 'GET' && own === path);
  const rows = named === undefined ? [] : isolationRows[named[0] as keyof typeof contract](ids, ids);
  return (rows.length === 0 ? [{}] : rows).map(filled);
}

/** A hash of each table, so that a difference names the table. */
async function tables(): Promise<Record<string, string>> {
  const { kysely } = bff.running.foundation.database;
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' order by 1
  `.execute(kysely);
  const hashes: Record<string, string> = {};
  for (const { name } of rows.filter((table) => !apart.includes(table.name))) {
    const found = await sql<{ hash: string }>`
      select count(*) || ' ' || md5(coalesce(string_agg(line, ',' order by line), '')) as hash
      from (select (to_jsonb(held) - ${volatile}::text[])::text as line from ${sql.table(name)} as held) as lines
    `.execute(kysely);
    hashes[name] = found.rows[0]?.hash ?? '';
  }
  return hashes;
}

const logged = async (): Promise<string[]> =>
  (await bff.running.foundation.database.kysely.selectFrom('audit_log').select('action').orderBy('id').execute()).map(
    ({ action }) => action,
  );

/** What starting began, such as the first look at every registry, is over. */
async function quiet(): Promise<void> {
  await until('what was made to be measured', async () => {
    const { kysely } = bff.running.foundation.database;
    const changed = await kysely.selectFrom('storage_changes').select('repository').execute();
    const taken = await kysely
      .selectFrom('storage_registries')
      .select('number')
      .where('lease_owner', 'is not', null)
      .execute();
    return changed.length + taken.length === 0 ? true : undefined;
  });
  await until('a second in which nothing changes', async () => {
    const before = JSON.stringify(await tables());
    await sleep(1000);
    return before === JSON.stringify(await tables()) ? true : undefined;
  });
}

describe('GET and HEAD', () => {
  it('are all there is to read by, of the contract as well as beside it', () => {
    const routes = allRoutes();
    for (const { method, path } of Object.values(contract)) {
      if (method === 'GET') expect(routes).toContain(`/api/v1${path}`);
    }
    expect(routes).toEqual(expect.arrayContaining(['/api/v1/audit.csv', '/service/token', '/service/token/jwks.json']));
  });

  it('change nothing, even with a header or a parameter that asks for another method', async () => {
    const authorization = `Basic ${Buffer.from(`admin:${bff.adminPassword}`).toString('base64')}`;
    // The first token makes the key; what it proves is remembered.
    await fetch(`${bff.url}/service/token`, { headers: { authorization } });
    const before = await tables();
    const statuses = new Map<string, number[]>();
    for (const route of [...allRoutes(), ...others]) {
      const isApi = route.startsWith('/api/');
      const client = isApi ? admin : bff.anonymous();
      for (const path of isApi || route.startsWith('/service/') ? requestsOf(route) : [route]) {
        const answered = await askInEveryWay(client, path, isApi ? {} : { authorization });
        statuses.set(route, [...(statuses.get(route) ?? []), answered]);
      }
      expect(await tables(), route).toEqual(before);
    }
    // Whoever is refused everything writes nothing either: these were answered.
    const unanswered = [...statuses].filter(([, seen]) => !seen.some((status) => status < 300));
    expect(unanswered.map(([route]) => route).toSorted()).toEqual([...mayGoUnanswered].toSorted());
  });

  it('leave a line in the log only where something is taken out, or somebody proves who they are', async () => {
    expect([...new Set(await logged())].toSorted()).toEqual([
      'exportAudit',
      'exportProjectAudit',
      'registrySignIn',
      'signIn',
    ]);
  });
});

/** The registries of this console are away, and no client of the page is built. */
const mayGoUnanswered = ['/', ...others.filter((path) => path.startsWith('/v2/development/'))];

/** @returns the status of the plain GET */
async function askInEveryWay(client: TestApiClient, path: string, headers: Record<string, string>): Promise<number> {
  const overrides = ['DELETE', 'POST'].map((method) => ({
    'x-http-method-override': method,
    'x-method-override': method,
  }));
  const ask = async (address: string, method: string, more: Record<string, string> = {}) => {
    const response = await client.fetch(address, { method, headers: { ...headers, ...more } });
    await response.arrayBuffer();
    expect(response.status, `${method} ${address}`).not.toBe(500);
    return response.status;
  };
  for (const override of overrides) for (const method of ['GET', 'HEAD']) await ask(path, method, override);
  await ask(path, 'HEAD');
  await ask(`${path}${path.includes('?') ? '&' : '?'}_method=DELETE`, 'GET');
  return ask(path, 'GET');
}

function allRoutes(): string[] {
  const routes = bff.running.features.flatMap(({ router, intake, outside }) => [
    ...readable(router, '/api/v1'),
    ...readable(intake, '/api/v1'),
    ...readable(outside, ''),
  ]);
  return [...new Set(routes)].toSorted();
}
