import { ApiError } from './api-error.ts';

/** Where a page ended: the values of the sort's columns in its last row; instants as milliseconds. */
export type Position = readonly (string | number)[];

/** An opaque text that only the same list in the same order takes back. */
export function writeCursor(sort: string, position: Position): string {
  return Buffer.from(JSON.stringify([sort, ...position]), 'utf8').toString('base64url');
}

/**
 * @param columns of the sort: what a position of it is made of
 * @throws ApiError `cursor-invalid`
 */
export function readCursor(
  cursor: string | undefined,
  sort: string,
  columns: readonly { readonly type: 'text' | 'integer' | 'instant' }[],
): Position | null {
  if (cursor === undefined) return null;
  const values = parse(cursor);
  const isValid =
    values !== undefined &&
    values.length === columns.length + 1 &&
    values[0] === sort &&
    columns.every(({ type }, index) => isOfType(values[index + 1], type));
  if (!isValid) {
    throw new ApiError(
      'cursor-invalid',
      'The cursor belongs to another list or order, or was changed: read the list from its beginning.',
    );
  }
  return values.slice(1);
}

function parse(cursor: string): (string | number)[] | undefined {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(values) ? values : undefined;
  } catch {
    return undefined;
  }
}

function isOfType(value: unknown, type: 'text' | 'integer' | 'instant'): boolean {
  if (type === 'text') return typeof value === 'string' && !value.includes('\u0000') && value.isWellFormed();
  return typeof value === 'number' && Number.isSafeInteger(value);
}
