import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeEachDatabase } from '../testing/test-database.ts';

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
