// What registries send is written by anyone: these make it fit for the database.

/** Dates that builders use for "none" (year 1) and such as no database holds are no dates. */
export function readDate(text: unknown): Date | null {
  if (typeof text !== 'string' || text.length > 64) return null;
  const date = new Date(text);
  const year = date.getUTCFullYear();
  return year >= 1970 && year <= 9998 ? date : null;
}

/** PostgreSQL text holds no NUL; half of a surrogate pair is no text either. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed().slice(0, 1024);
}
