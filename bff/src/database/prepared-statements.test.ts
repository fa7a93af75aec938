import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, sql } from 'kysely';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { preparing } from './prepared-statements.ts';

const pglite = await PGlite.create();
const database = new Kysely<{ things: { id: number; name: string | null; at: Date } }>({
  dialect: new PGliteDialect({ pglite: preparing(pglite) }),
});
afterAll(() => database.destroy());
beforeEach(() =>
  pglite.exec('drop table if exists things; create table things (id int primary key, name text, at timestamptz)'),
);

/** The statements that the server keeps, in no order: its clock there ticks in milliseconds, many share one. */
const prepared = async (): Promise<string[]> =>
  (await pglite.query<{ statement: string }>('select statement from pg_prepared_statements')).rows.map(
    ({ statement }) => statement,
  );

test('answers are the same the first time, when it prepares, and after that', async () => {
  const ask = (values: { text: string | null; list: string[]; at: Date; count: number }) =>
    sql<object>`
      select ${values.text}::text as "text", ${values.list}::text[] as list, ${values.at}::timestamptz as at,
        ${JSON.stringify({ a: [1, null] })}::jsonb as json, ${values.count}::bigint as big, true as yes,
        ${values.count}::int + 1 as next, null::int as nothing`.execute(database);
  const at = new Date('2026-01-02T03:04:05.678Z');
  const given = { text: 'a “b” \\ c', list: ['x,y', '"'], at, count: 7 };
  const first = await ask(given);
  expect(await ask(given)).toEqual(first);
  expect(await ask(given)).toEqual(first);
  expect(first.rows).toEqual([
    { text: 'a “b” \\ c', list: ['x,y', '"'], at, json: { a: [1, null] }, big: 7, yes: true, next: 8, nothing: null },
  ]);
  const other = await ask({ text: null, list: [], at, count: -1 });
  expect(other.rows).toMatchObject([{ text: null, list: [], next: 0 }]);
  expect((await prepared()).filter((statement) => statement.includes('as nothing'))).toHaveLength(1);
});

test('changes say how many rows they changed', async () => {
  const add = (id: number) =>
    database
      .insertInto('things')
      .values({ id, name: 'n', at: new Date(0) })
      .executeTakeFirst();
  for (const id of [1, 2, 3]) expect((await add(id)).numInsertedOrUpdatedRows).toBe(1n);
  const rename = (name: string) => database.updateTable('things').set({ name }).executeTakeFirst();
  for (const name of ['a', 'b', 'c']) expect((await rename(name)).numUpdatedRows).toBe(3n);
  const remove = () => database.deleteFrom('things').executeTakeFirst();
  expect([await remove(), await remove(), await remove()].map(({ numDeletedRows }) => numDeletedRows)).toEqual([
    3n,
    0n,
    0n,
  ]);
});

test('an error is that statement’s alone, also in a transaction', async () => {
  const add = (connection = database) =>
    connection
      .insertInto('things')
      .values({ id: 1, name: null, at: new Date(0) })
      .execute();
  await add();
  for (const _ of [1, 2, 3]) await expect(add()).rejects.toMatchObject({ code: '23505' });
  for (const _ of [1, 2]) {
    await expect(database.transaction().execute((transaction) => add(transaction))).rejects.toMatchObject({
      code: '23505',
    });
  }
  const count = () =>
    database
      .selectFrom('things')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .execute();
  expect(await count()).toEqual([{ count: 1 }]);
});

test('a rollback takes nothing from what was prepared within it', async () => {
  const name = (connection: typeof database) => sql<{ n: number }>`select 40 + ${2}::int as n`.execute(connection);
  await expect(
    database.transaction().execute(async (transaction) => {
      await name(transaction);
      await name(transaction);
      throw new Error('rolled back');
    }),
  ).rejects.toThrow('rolled back');
  expect((await name(database)).rows).toEqual([{ n: 42 }]);
});

test('a change of tables is seen', async () => {
  const all = () => database.selectFrom('things').selectAll().execute();
  await database
    .insertInto('things')
    .values({ id: 1, name: 'a', at: new Date(0) })
    .execute();
  await all();
  await all();
  await pglite.exec('alter table things add column more int default 5');
  expect(await all()).toEqual([{ id: 1, name: 'a', at: new Date(0), more: 5 }]);
  await pglite.exec('alter table things drop column more, alter column name type varchar(10)');
  expect(await all()).toEqual([{ id: 1, name: 'a', at: new Date(0) }]);
  expect((await prepared()).filter((statement) => statement.startsWith('select * from "things"'))).toHaveLength(1);
});

test('within a transaction it fails, as what came before it is undone; the next one works', async () => {
  const change = (id: number) =>
    database.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('things')
        .values({ id, name: 'b', at: new Date(0) })
        .execute();
      return transaction.selectFrom('things').selectAll().orderBy('id').execute();
    });
  await change(1);
  await change(2);
  await change(3);
  await pglite.exec('alter table things add column more int default 5');
  await expect(change(4)).rejects.toMatchObject({ code: '0A000' });
  expect(await change(5)).toHaveLength(4);
});

test('only the statements used last are kept', async () => {
  const ask = (place: number) => sql`select ${sql.raw(String(place))} as place`.execute(database);
  for (let place = 0; place < 230; place += 1) {
    await ask(place);
    await ask(place);
  }
  const last = Array.from({ length: 200 }, (_, place) => `select ${place + 30} as place`);
  expect((await prepared()).toSorted()).toEqual(last.toSorted());
  expect((await ask(0)).rows).toEqual([{ place: 0 }]);
});
