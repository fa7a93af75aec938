/**
 * Where to go after signing in: `wanted` if it is a page of this console, else `fallback`. A link to another site is
 * never followed, however it is disguised (`//evil`, `/\evil`, `https:evil`, control characters).
 */
export function safeReturnTo(wanted: string | null, origin: string, fallback: string): string {
  if (wanted === null || !wanted.startsWith('/')) return fallback;
  let url: URL;
  try {
    url = new URL(wanted, origin);
  } catch {
    return fallback;
  }
  if (url.origin !== origin || url.pathname.startsWith('/sign-in')) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}
