import { sql } from 'kysely';
import { expect, it, vi } from 'vitest';
import { describeEachDatabase } from '../testing/test-database.ts';

// Some tests make a database or start a whole server in themselves, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

describeEachDatabase('The database port', (open) => {
  it('gives the same types', async () => {
    const { kysely } = await open();
    const result = await sql`
      select 9007199254740991::int8 as "bytes", 1.5::numeric as "ratio", '2026-02-03'::date as "day",
        '1 day 02:00'::interval as "span", '{"a":[1]}'::jsonb as "json", '2026-02-03T04:05:06.789Z'::timestamptz as "at",
        '\\x0102'::bytea as "bytea", array[1,2]::int8[] as "numbers", array['a','b']::text[] as "texts", true as "flag",
        2.5::float8 as "double", null::int8 as "nothing"
    `.execute(kysely);
    const [row] = result.rows as [Record<string, unknown>];
    expect({ ...row, bytea: [...(row['bytea'] as Uint8Array)] }).toEqual({
      bytes: 9_007_199_254_740_991,
      ratio: 1.5,
      day: '2026-02-03',
      span: '1 day 02:00:00',
      json: { a: [1] },
      at: new Date('2026-02-03T04:05:06.789Z'),
      bytea: [1, 2],
      numbers: [1, 2],
      texts: ['a', 'b'],
      flag: true,
      double: 2.5,
      nothing: null,
    });
  });
});

describeEachDatabase('Notifications', (open, kind) => {
  it('reach who listens, in order, and nobody after that', async () => {
    const database = await open();
    const received: string[] = [];
    const unlisten = await database.listen('longshore_test', (payload) => received.push(payload));
    for (const payload of ['one', 'two', '三']) await database.notify('longshore_test', payload);
    await expect.poll(() => received, { timeout: 120_000 }).toEqual(['one', 'two', '三']);
    await unlisten();
    await database.notify('longshore_test', 'four');
    await database.ping();
    expect(received).toHaveLength(3);
  });

  if (kind !== 'postgres') return;
  it('go on when their connection was cut, and say that there was a gap', async () => {
    const database = await open();
    const received: string[] = [];
    let gaps = 0;
    await database.listen('longshore_cut', (payload) => received.push(payload), { onGap: () => (gaps += 1) });
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query like 'LISTEN%' and pid <> pg_backend_pid()
    `.execute(database.kysely);
    await expect.poll(() => gaps, { timeout: 120_000 }).toBe(1);
    await database.notify('longshore_cut', 'after');
    await expect.poll(() => received, { timeout: 120_000 }).toEqual(['after']);
  });
});

describeEachDatabase('Statements beside a transaction', (open) => {
  it('wait for it or see nothing of it', async () => {
    const { kysely } = await open();
    const seen: number[] = [];
    const count = async () => {
      const users = await kysely.selectFrom('users').select('id').execute();
      seen.push(users.length);
    };
    const outside: Promise<void>[] = [];
    await kysely
      .transaction()
      .execute(async (transaction) => {
        await transaction
          .insertInto('users')
          .values({ id: '00000000-0000-4000-8000-000000000001', username: 'x', display_name: 'x' })
          .execute();
        outside.push(count());
        await transaction.selectFrom('users').selectAll().execute();
        throw new Error('taken back');
      })
      .catch(() => {});
    await Promise.all(outside);
    expect(seen).toEqual([0]);
  });
});
