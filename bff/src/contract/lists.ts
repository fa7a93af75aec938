import * as z from 'zod/mini';

/** Query strings arrive as text; an integer in them must say so. */
export const queryInteger = (minimum: number, maximum: number) =>
  z.pipe(
    z.string().check(z.regex(/^\d{1,9}$/, 'must be a whole number')),
    z.pipe(
      z.transform((text: string) => Number(text)),
      z.int().check(z.minimum(minimum), z.maximum(maximum)),
    ),
  );

/** An integer for callers in code: the client writes numbers into the query as text. */
const limit = z.optional(z.union([z.int().check(z.minimum(1), z.maximum(500)), queryInteger(1, 500)]));

export const searchText = z.string().check(
  z.maxLength(256),
  // A NUL cannot be stored in PostgreSQL text; refusing it here keeps it a 400.
  z.refine((text: string) => !text.includes('\u0000'), 'must not contain a NUL character'),
);

/** `q`, `sort` (a leading `-` is descending), `limit` and an opaque `cursor`, for every list. */
export const listQuery = <const S extends readonly [string, ...string[]]>(sorts: S) => ({
  q: z.optional(searchText),
  sort: z.optional(z.enum(sorts)),
  limit,
  cursor: z.optional(z.string().check(z.maxLength(2048), z.regex(/^[A-Za-z0-9_-]+$/))),
});

/** `nextCursor` is null on the last page; `total` is null where counting would cost more than it tells. */
export const page = <T extends z.core.$ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.nullable(z.string()), total: z.nullable(z.int()) });
