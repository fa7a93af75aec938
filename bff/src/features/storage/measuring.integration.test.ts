import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Database, Tables } from '../../database/index.ts';
import { databaseKinds, openTestDatabase } from '../../testing/test-database.ts';
import { until } from '../replication/testing/waiting.ts';
import { FiguresStore } from './figures.store.ts';
import { measureRegistry } from './measure-registry.ts';
import { MeasureStore } from './measure.store.ts';
import { MeasuringLostError, type TakenRegistry } from './storage.ts';
import { StorageClaimsStore } from './storage-claims.store.ts';
import { StorageRunner } from './storage-runner.ts';
import { StorageView } from './storage.view.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const dayMs = 86_400_000;
let database: Database;
let runners: StorageRunner[] = [];
afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.stop()));
  runners = [];
  await database?.close();
});

const digestOf = (text: string) => sql`'sha256:' || encode(sha256((${sql.raw(text)})::bytea), 'hex')`;

interface Size {
  readonly repositories: number;
  readonly manifests: number;
  readonly layers: number;
}

/** Images with a tag each; half of the layers are the same in all of them. Layers have 1,000 bytes, manifests 10. */
async function fill(kysely: Kysely<Tables>, { repositories, manifests, layers }: Size): Promise<void> {
  await sql`insert into registries (id, name, environment, scanned_at) values ('dev', 'dev', 'development', now())
    on conflict do nothing`.execute(kysely);
  await sql`insert into repositories (registry_id, name, project)
    select 'dev', 'team-' || n % 7 || '/r' || n, 'team-' || n % 7 from generate_series(1, ${repositories}) n`.execute(
    kysely,
  );
  const images = sql`select n, (n - 1) % ${repositories} + 1 as repository from generate_series(1, ${manifests}) n`;
  await sql`insert into manifests (digest, media_type, kind, content, size_bytes, total_size_bytes)
    select ${digestOf("'m' || n")}, 'application/json', 'image', '{}', 10, 10 + 1000 * ${layers}
    from generate_series(1, ${manifests}) n`.execute(kysely);
  await sql`insert into manifest_blobs (manifest_digest, blob_digest, size_bytes)
    select ${digestOf("'m' || n")}, case when layer <= ${layers / 2} then ${digestOf("'base' || layer")}
      else ${digestOf("'l' || n || '-' || layer")} end, 1000
    from generate_series(1, ${manifests}) n cross join generate_series(1, ${layers}) layer`.execute(kysely);
  await sql`insert into repository_manifests (repository_id, digest)
    select repositories.id, ${digestOf("'m' || n")} from (${images}) images
    join repositories on repositories.name = 'team-' || repository % 7 || '/r' || repository`.execute(kysely);
  await sql`insert into tags (repository_id, registry_id, repository, project, name, digest, semver_key)
    select repositories.id, 'dev', repositories.name, repositories.project, 'v' || n, ${digestOf("'m' || n")}, 'v' || n
    from (${images}) images
    join repositories on repositories.name = 'team-' || repository % 7 || '/r' || repository`.execute(kysely);
  await sql`analyze`.execute(kysely);
}

function partsOf(kysely: Kysely<Tables>) {
  return {
    claims: new StorageClaimsStore(kysely),
    measures: new MeasureStore(kysely),
    figures: new FiguresStore(kysely),
  };
}

async function take(claims: StorageClaimsStore, owner: string): Promise<TakenRegistry> {
  await claims.prepare(7 * dayMs);
  const taken = await claims.take(owner);
  if (taken === undefined) throw new Error('There is nothing to measure.');
  return taken;
}

interface RunOptions {
  readonly holdOn?: () => Promise<void>;
  readonly onRepository?: (repository: string) => void;
}

function run(kysely: Kysely<Tables>, taken: TakenRegistry, { holdOn, onRepository }: RunOptions = {}) {
  const { claims, measures, figures } = partsOf(kysely);
  return measureRegistry({
    taken,
    measures,
    figures,
    nextUnheard: () => claims.nextUnheard(taken),
    lookAt: () => Promise.resolve(),
    nextChanged: (after) => claims.nextChanged(taken, after),
    noteMeasured: async (changed) => {
      await claims.noteMeasured(taken, changed);
      onRepository?.(changed.repository);
    },
    holdOn: holdOn ?? (() => Promise.resolve()),
    graceMs: 7 * dayMs,
    now: () => claims.now(),
    signal: new AbortController().signal,
  });
}

function startRunner(kysely: Kysely<Tables>, owner: string, announced: string[]): StorageRunner {
  const runner = new StorageRunner({
    ...partsOf(kysely),
    graceMs: 7 * dayMs,
    lookAt: () => Promise.resolve(),
    announce: () => announced.push(owner),
    owner,
    isOnlyProcess: false,
    onFault: (error) => {
      throw error;
    },
  });
  runners.push(runner);
  return runner;
}

const expected = ({ manifests, layers }: Size) =>
  manifests * 10 + (manifests * layers * 1000) / 2 + (layers * 1000) / 2;

describe.each(databaseKinds)('Measuring (%s)', (kind) => {
  test('what has not changed is not read again, and what has is', async () => {
    database = await openTestDatabase(kind);
    const { kysely } = database;
    const size = { repositories: 20, manifests: 200, layers: 4 };
    await fill(kysely, size);
    const { claims } = partsOf(kysely);
    const read: string[] = [];
    const taken = await take(claims, 'one');
    const sums = await run(kysely, taken, { onRepository: (repository) => read.push(repository) });
    expect(read).toHaveLength(20);
    expect(sums.registry).toMatchObject({ totalBytes: expected(size), sharedBytes: 2000 });
    await claims.finish(taken, sums.registry, { tookMs: 1, restMs: 0 });
    expect(await claims.take('one')).toBeUndefined();
    await sql`delete from tags where repository = 'team-3/r3' and name = 'v3'`.execute(kysely);
    read.length = 0;
    const again = await take(claims, 'one');
    const young = await run(kysely, again, { onRepository: (repository) => read.push(repository) });
    expect(read).toEqual(['team-3/r3']);
    expect(young.registry).toMatchObject({ totalBytes: expected(size), youngBytes: 2010, untaggedBytes: 0 });
    await claims.finish(again, young.registry, { tookMs: 1, restMs: 0 });
    const [figures] = await new StorageView(kysely).findFigures(['dev']);
    expect(figures).toMatchObject({ untaggedCount: 1, ripeCount: 0, changedCount: 0, repositoryCount: 20 });
  });

  test('a registry that is copied into is measured afterwards, or after two minutes, or at once where somebody asks', async () => {
    database = await openTestDatabase(kind);
    const { kysely } = database;
    await fill(kysely, { repositories: 1, manifests: 10, layers: 2 });
    const { claims } = partsOf(kysely);
    const execution = randomUUID();
    await sql`insert into executions (id, trigger, state, include_referrers, when_different)
      values (${execution}, 'copy', 'running', true, 'replace')`.execute(kysely);
    await sql`insert into tasks (id, execution_id, source_registry_id, source_repository, source_reference,
        destination_registry_id, destination_repository, destination_tag, state)
      values (${randomUUID()}, ${execution}, 'hq', 'a', '1', 'dev', 'a', '1', 'running')`.execute(kysely);
    const isTaken = async () => {
      await claims.prepare(7 * dayMs);
      const taken = await claims.take('one');
      if (taken !== undefined) await claims.giveBack(taken, 0);
      await sql`update storage_registries set is_asked = false, due_at = now()`.execute(kysely);
      return taken !== undefined;
    };
    expect(await isTaken()).toBe(false);
    await claims.ask(['dev']);
    expect(await isTaken()).toBe(true);
    await sql`update storage_registries set due_at = now() - interval '121 seconds'`.execute(kysely);
    expect(await isTaken()).toBe(true);
    expect(await isTaken()).toBe(false);
    await sql`update tasks set state = 'succeeded'`.execute(kysely);
    expect(await isTaken()).toBe(true);
  });

  test('a change that is made while its repository is measured is not forgotten', async () => {
    database = await openTestDatabase(kind);
    const { kysely } = database;
    await fill(kysely, { repositories: 1, manifests: 10, layers: 2 });
    const { claims } = partsOf(kysely);
    const taken = await take(claims, 'one');
    const changed = await claims.nextChanged(taken, null);
    await sql`delete from tags where name = 'v1'`.execute(kysely);
    if (changed !== undefined) await claims.noteMeasured(taken, changed);
    expect((await claims.nextChanged(taken, null))?.repository).toBe('team-1/r1');
  });

  test('of two workers one measures; who was frozen for too long writes nothing', async () => {
    database = await openTestDatabase(kind);
    const { kysely } = database;
    const size = { repositories: 3, manifests: 30, layers: 2 };
    await fill(kysely, size);
    const { claims, figures } = partsOf(kysely);
    const frozen = await take(claims, 'frozen');
    expect(await claims.take('other')).toBeUndefined();
    await sql`update storage_registries set lease_until = now() - interval '1 second'`.execute(kysely);
    const other = await take(claims, 'other');
    expect(other.fence).toBe(frozen.fence + 1);
    expect(await claims.renew('frozen', frozen)).toBe(false);
    const sums = await run(kysely, other);
    await claims.finish(other, sums.registry, { tookMs: 1, restMs: 0 });
    sums.registry.totalBytes = 1;
    await figures.writeSums(
      frozen,
      new (sums.constructor as new (of: () => string) => typeof sums)(() => ''),
      [1, 2, 3],
    );
    await claims.finish(frozen, sums.registry, { tookMs: 1, restMs: 0 });
    const [held] = await new StorageView(kysely).findFigures(['dev']);
    expect(held?.totalBytes).toBe(expected(size));
    const { rows } = await new StorageView(kysely).listRepositories({
      scope: { isEverything: true },
      project: undefined,
      registryId: 'dev',
      q: undefined,
      sort: 'name',
      limit: 10,
      after: null,
    });
    expect(rows.map(({ bytes }) => bytes)).toEqual([11_100, 11_100, 11_100]);
    await expect(
      run(kysely, frozen, { holdOn: () => Promise.reject(new MeasuringLostError()) }),
    ).rejects.toBeInstanceOf(MeasuringLostError);
  });

  test('one that was killed anywhere is done by the next one, once and whole', async () => {
    database = await openTestDatabase(kind);
    const { kysely } = database;
    const size = { repositories: 5, manifests: 50, layers: 4 };
    await fill(kysely, size);
    const { claims } = partsOf(kysely);
    // Killed at its first, second … sign of life, until one gets through.
    let kills = 0;
    for (let isThrough = false; !isThrough; kills += 1) {
      const taken = await take(claims, 'mortal');
      let signs = 0;
      const holdOn = async () => {
        signs += 1;
        if (signs > kills + 1) throw new MeasuringLostError();
      };
      isThrough = await run(kysely, taken, { holdOn }).then(
        () => true,
        () => false,
      );
      // It never said that it ended.
      await sql`update storage_registries set lease_until = now() - interval '1 second'`.execute(kysely);
    }
    expect(kills).toBeGreaterThan(3);
    const announced: string[] = [];
    const [one, two] = [startRunner(kysely, 'one', announced), startRunner(kysely, 'two', announced)];
    await Promise.all([one.start(), two.start()]);
    await until('somebody to measure', async () => (announced.length > 0 ? true : undefined));
    await sleep(300);
    expect(announced).toHaveLength(1);
    const [figures] = await new StorageView(kysely).findFigures(['dev']);
    expect(figures).toMatchObject({ totalBytes: expected(size), changedCount: 0, isMeasuring: false });
  });

  test('what a removed registry leaves goes in pieces', async () => {
    database = await openTestDatabase(kind);
    const { kysely } = database;
    await fill(kysely, { repositories: 2, manifests: 2500, layers: 2 });
    const { claims } = partsOf(kysely);
    const taken = await take(claims, 'one');
    await claims.finish(taken, (await run(kysely, taken)).registry, { tookMs: 1, restMs: 0 });
    await sql`delete from registries`.execute(kysely);
    let pieces = 0;
    while (await claims.removeLeftovers()) pieces += 1;
    expect(pieces).toBeGreaterThan(3);
    for (const table of ['storage_blobs', 'storage_repositories', 'storage_samples', 'storage_changes'] as const) {
      expect(await kysely.selectFrom(table).selectAll().execute(), table).toEqual([]);
    }
  });
});

test('twelve thousand tags are measured in pieces, between which everybody else gets their turn', async () => {
  database = await openTestDatabase('embedded');
  const { kysely } = database;
  const size = { repositories: 40, manifests: 12_000, layers: 8 };
  await fill(kysely, size);
  const { claims } = partsOf(kysely);
  const taken = await take(claims, 'one');
  let turns = 0;
  const over = new AbortController();
  const others = (async () => {
    while (!over.signal.aborted) {
      await sql`select 1`.execute(kysely);
      turns += 1;
      await sleep(5);
    }
  })();
  const sums = await run(kysely, taken);
  over.abort();
  await others;
  expect(sums.registry.totalBytes).toBe(expected(size));
  // In one piece, or in a few, there would be one turn or a few.
  expect(turns).toBeGreaterThan(100);
});
