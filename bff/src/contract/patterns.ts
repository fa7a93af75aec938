import * as z from 'zod/mini';

/**
 * Glob patterns with the doublestar meaning: `*` and `?` stay within a path segment, `**` as a whole segment crosses
 * them, `{a,b}` is either. Everything else stands for itself.
 */
export const RepositoryPattern = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(255),
    z.regex(/^[a-z0-9._\-/*?{},]+$/, 'must be a pattern such as api or team/**'),
  );
/** Nothing is named like that: no repository's name has an empty segment, nor a slash at an end. */
export const hasEmptySegment = (pattern: string): boolean => `/${pattern}/`.includes('//');

export const TagPattern = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(128),
    z.regex(/^[A-Za-z0-9._\-*?{},]+$/, 'must be a pattern such as release-* or v{1,2}.*'),
  );
