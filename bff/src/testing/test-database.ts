import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, describe, inject } from 'vitest';
import { openEmbeddedDatabase } from '../database/embedded-database.ts';
import { type Database, migrateToLatest, openDatabase } from '../database/index.ts';
import { joinCluster } from './postgres-cluster.ts';

export type DatabaseKind = Database['kind'];
export const databaseKinds = ['embedded', 'postgres'] as const satisfies readonly DatabaseKind[];

const templateName = 'longshore_template';

/** A new, migrated, empty database of its own; the caller closes it. */
export async function openTestDatabase(kind: DatabaseKind): Promise<Database> {
  if (kind === 'postgres') return openDatabase({ kind, url: await createPostgresDatabase() });
  return openDatabase({ kind, folder: null, initialContent: new Blob([await embeddedTemplate()]) });
}

/** The URL of a new PostgreSQL database, migrated unless told otherwise. It goes with the test run. */
export async function createPostgresDatabase(options: { isMigrated?: boolean } = {}): Promise<string> {
  const cluster = await joinCluster(inject('postgresFolder'), async ({ url }) => {
    await runSql(`${url}/postgres`, `create database ${templateName}`);
    const template = await openDatabase({ kind: 'postgres', url: `${url}/${templateName}` });
    await migrateToLatest(template);
    await template.close();
  });
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = (options.isMigrated ?? true) ? templateName : 'template0';
  await runSql(`${cluster.url}/postgres`, `create database ${name} template ${template}`);
  return `${cluster.url}/${name}`;
}

async function runSql(url: string, statement: string): Promise<void> {
  const database = await openDatabase({ kind: 'postgres', url, maxConnections: 1 });
  try {
    await sql.raw(statement).execute(database.kysely);
  } finally {
    await database.close();
  }
}

/** Starting from a migrated copy saves each test file a second or two of initdb. Two workers may both make it; either is fine. */
async function embeddedTemplate(): Promise<Buffer> {
  const file = path.join(inject('postgresFolder'), 'embedded-template.tar');
  const existing = await readFile(file).catch(() => null);
  if (existing !== null) return existing;
  const database = await openEmbeddedDatabase({ folder: null });
  await migrateToLatest(database);
  const content = Buffer.from(await (await database.pglite.dumpDataDir('none')).arrayBuffer());
  await database.close();
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, content);
  await rename(temporary, file);
  return content;
}

/**
 * Runs the same tests on the embedded database and on PostgreSQL. `open()` gives a migrated, empty database; within one
 * suite it is one database, emptied again at every call and closed at the end.
 */
export function describeEachDatabase(
  name: string,
  suite: (open: () => Promise<Database>, kind: DatabaseKind) => void,
): void {
  describe.each(databaseKinds)(`${name} (%s)`, (kind) => {
    let opening: Promise<Database> | undefined;
    afterAll(async () => {
      await (await opening)?.close();
    });
    suite(async () => {
      const isFirst = opening === undefined;
      opening ??= openTestDatabase(kind);
      const database = await opening;
      if (!isFirst) await emptyDatabase(database);
      return database;
    }, kind);
  });
}

async function emptyDatabase(database: Database): Promise<void> {
  const tables = await sql<{ tablename: string }>`
    select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'
  `.execute(database.kysely);
  const names = tables.rows.map(({ tablename }) => `"${tablename}"`).join(', ');
  await database.kysely.transaction().execute(async (transaction) => {
    // The audit log refuses to be emptied, and the settings are one row that is always there.
    await sql`alter table audit_log disable trigger audit_log_append_only`.execute(transaction);
    await sql.raw(`truncate ${names} restart identity cascade`).execute(transaction);
    await sql`alter table audit_log enable trigger audit_log_append_only`.execute(transaction);
    await sql`insert into settings (only_row) values (true)`.execute(transaction);
  });
}
