import { sql } from 'kysely';
import { describe, expect, it, vi } from 'vitest';
import { createPostgresDatabase } from '../testing/test-database.ts';
import { openDatabase } from './index.ts';
import { migrateToLatest } from './migrate.ts';

// Some tests make a database or start a whole server in themselves, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

async function openThree() {
  const url = await createPostgresDatabase({ isMigrated: false });
  return Promise.all([1, 2, 3].map(() => openDatabase({ kind: 'postgres', url, maxConnections: 3 })));
}

async function migrationCount(database: Awaited<ReturnType<typeof openDatabase>>): Promise<number> {
  const counted = await sql<{ count: number }>`select count(*) as count from kysely_migration`.execute(database.kysely);
  return counted.rows[0]?.count ?? -1;
}

describe('Migrations', () => {
  it('bring three instances that start at once to the head', async () => {
    const databases = await openThree();
    try {
      const results = await Promise.allSettled(databases.map(migrateToLatest));
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
      const expected = await migrationCount(databases[0] ?? expect.fail());
      expect(expected).toBeGreaterThan(0);
      for (const database of databases) {
        expect(await database.kysely.selectFrom('users').selectAll().execute()).toEqual([]);
      }
    } finally {
      await Promise.all(databases.map((database) => database.close()));
    }
  });

  it('are finished by the others when the first is killed', async () => {
    const databases = await openThree();
    const [first, second, third] = databases;
    if (first === undefined || second === undefined || third === undefined) expect.fail();
    try {
      const killed = migrateToLatest(first).then(
        () => 'finished',
        () => 'killed',
      );
      const others = Promise.all([migrateToLatest(second), migrateToLatest(third)]);
      // Whoever holds the lock of the migrations now loses its connection, as if its process had been killed.
      await sql`
        select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and granted
          and database = (select oid from pg_database where datname = current_database())
      `.execute(third.kysely);
      await Promise.allSettled([killed, others]);
      // A restarted instance tries again; so does one whose turn was the one that was cut.
      for (const database of databases) await migrateToLatest(database);
      expect(await migrationCount(third)).toBeGreaterThan(0);
    } finally {
      await Promise.all(databases.map((database) => database.close()));
    }
  });

  it('refuse a schema that is newer than the program', async () => {
    const url = await createPostgresDatabase();
    const database = await openDatabase({ kind: 'postgres', url });
    try {
      await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', now()::text)`.execute(
        database.kysely,
      );
      await expect(migrateToLatest(database)).rejects.toThrow(/9999-from-the-future/);
    } finally {
      await database.close();
    }
  });
});
