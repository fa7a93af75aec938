import { type RawBuilder, sql } from 'kysely';

/** One column of an order. The last one must make it total: a name, an id. */
export interface KeysetColumn {
  readonly expression: RawBuilder<unknown>;
  readonly direction: 'asc' | 'desc';
  /** `instant` columns hold whole milliseconds; their positions are milliseconds since 1970. */
  readonly type: 'text' | 'integer' | 'instant';
}

export type KeysetPosition = readonly (string | number)[];

export function orderBy(columns: readonly KeysetColumn[]): RawBuilder<unknown> {
  return sql.join(
    columns.map(({ expression, direction }) => (direction === 'asc' ? expression : sql`${expression} desc`)),
  );
}

/** What comes after `position`, written so that an index of these columns is entered at the right place. */
export function isAfter(columns: readonly KeysetColumn[], position: KeysetPosition | null): RawBuilder<boolean> {
  if (position === null) return sql<boolean>`true`;
  const [first] = columns;
  if (first === undefined) throw new Error('An order needs a column.');
  const count = columns.findIndex(({ direction }) => direction !== first.direction);
  const alike = count === -1 ? columns : columns.slice(0, count);
  const values = alike.map((column, index) => valueOf(column, position[index]));
  const compare = first.direction === 'asc' ? sql`>` : sql`<`;
  const left = sql`(${sql.join(alike.map(({ expression }) => expression))})`;
  const right = sql`(${sql.join(values)})`;
  if (count === -1) return sql<boolean>`${left} ${compare} ${right}`;
  const rest = isAfter(columns.slice(count), position.slice(count));
  // The first condition is implied by the second; it is what the index can use.
  return sql<boolean>`(${left} ${compare}= ${right} and (${left} ${compare} ${right} or ${rest}))`;
}

function valueOf({ type }: KeysetColumn, value: string | number | undefined): RawBuilder<unknown> {
  if (type === 'text') return sql`${String(value)}::text`;
  if (type === 'integer') return sql`${Number(value)}::bigint`;
  const instant = new Date(Math.min(Math.max(Number(value), earliestMs), latestMs));
  return sql`${instant.toISOString()}::timestamptz`;
}

// Beyond these years dates have other spellings; nothing stored is there.
const earliestMs = Date.UTC(1900, 0, 1);
const latestMs = Date.UTC(9998, 11, 31);

/** `text` as it is inside a LIKE pattern: `%`, `_` and `\` mean themselves. */
export function likeLiteral(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
