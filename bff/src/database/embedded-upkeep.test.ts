import { afterAll, expect, test } from 'vitest';
import { lookAfterOneTable } from './embedded-upkeep.ts';
import { openEmbeddedDatabase } from './embedded-database.ts';

const database = await openEmbeddedDatabase({ folder: null });
const { pglite } = database;
const exclusively = <T>(work: () => Promise<T>) => database.kysely.connection().execute(work);
const lookAfter = () => lookAfterOneTable(pglite, exclusively);
afterAll(() => database.close());

test('dead rows are vacuumed and statistics made, one table at a time, until there is nothing to do', async () => {
  await pglite.exec(`
    create schema other; create table other."Odd name" (id int); create table steady (id int); create table fresh (id int);
    insert into other."Odd name" select generate_series(1, 5000); update other."Odd name" set id = id + 1;
    insert into fresh select generate_series(1, 3000); insert into steady select generate_series(1, 100)`);
  expect(await lookAfter()).toBe('other."Odd name"');
  expect(await lookAfter()).toBe('public.fresh');
  expect(await lookAfter()).toBeUndefined();
  const { rows } = await pglite.query<{ relname: string; reltuples: number; relallvisible: number }>(
    `select relname, reltuples, relallvisible from pg_class where relname in ('Odd name', 'fresh', 'steady') order by 1`,
  );
  expect(rows.map(({ relname, reltuples }) => [relname, reltuples])).toEqual([
    ['Odd name', 5000],
    ['fresh', 3000],
    ['steady', -1],
  ]);
  // Only a vacuum marks pages as visible to all.
  expect(rows[0]?.relallvisible).toBeGreaterThan(0);
});
