import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPostgresDatabase } from '../../testing/test-database.ts';
import { type Database, openDatabase } from '../index.ts';
import { up as foundation } from './0001-foundation.ts';
import { up as catalogNames } from './0002-catalog-names.ts';
import { up as access } from './0003-access.ts';
import { up as parts } from './0004-parts.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const opened: Database[] = [];
let databases: Array<[string, Kysely<unknown>]> = [];
beforeAll(async () => {
  const url = await createPostgresDatabase({ isMigrated: false });
  opened.push(await openDatabase({ kind: 'embedded', folder: null }), await openDatabase({ kind: 'postgres', url }));
  databases = opened.map(({ kind, kysely }) => [kind, kysely as unknown as Kysely<unknown>]);
});
afterAll(async () => {
  for (const database of opened) await database.close();
});

/** Two registries: both have the first image, one the second, which shares a blob of 1000 bytes with it. */
async function fillAsBefore(kysely: Kysely<unknown>): Promise<void> {
  await sql`insert into registries (id, name, environment) values ('dev', 'dev', 'dev'), ('prod', 'prod', 'prod')`.execute(
    kysely,
  );
  await sql`insert into repositories (registry_id, name, project) values
    ('prod', 'a/b', 'a'), ('dev', 'a/b', 'a'), ('dev', 'a/empty', 'a')`.execute(kysely);
  await sql`insert into manifests (digest, media_type, kind, content, size_bytes) values
    ('one', 'x', 'image', '', 1), ('two', 'x', 'image', '', 2)`.execute(kysely);
  await sql`insert into manifest_blobs (manifest_digest, blob_digest, size_bytes) values
    ('one', 'shared', 1000), ('one', 'of one', 10), ('two', 'shared', 1000), ('two', 'of two', 20)`.execute(kysely);
  await sql`insert into repository_manifests (repository_id, digest)
    select id, 'one' from repositories where name = 'a/b'
    union all select id, 'two' from repositories where name = 'a/b' and registry_id = 'dev'`.execute(kysely);
  await sql`insert into tags (repository_id, registry_id, repository, project, name, digest, semver_key)
    select id, registry_id, name, project, 'v1', 'one', 'v1' from repositories where name = 'a/b'`.execute(kysely);
}

test('a database that was filled before it has sizes and counts of every part at once, without a scan', async () => {
  for (const [kind, kysely] of databases) {
    await kysely.transaction().execute(async (transaction) => {
      for (const up of [foundation, catalogNames, access]) await up(transaction);
    });
    await fillAsBefore(kysely);
    await kysely.transaction().execute((transaction) => parts(transaction));
    const sizes = await sql`select * from repository_sizes order by name, registry_ids`.execute(kysely);
    expect(sizes.rows, kind).toEqual([
      { name: 'a/b', registry_ids: ['dev'], project: 'a', size_bytes: 2 + 20 },
      { name: 'a/b', registry_ids: ['dev', 'prod'], project: 'a', size_bytes: 1 + 1000 + 10 },
    ]);
    const counts = await sql`select * from repository_tag_counts`.execute(kysely);
    expect(counts.rows, kind).toEqual([{ name: 'a/b', registry_ids: ['dev', 'prod'], project: 'a', tag_count: 1 }]);
  }
});
