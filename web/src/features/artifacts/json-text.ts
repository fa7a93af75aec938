/** Beyond this a page becomes slow to draw and to search; the copy button still takes everything. */
export const SHOWN_CHARACTERS = 200_000;

/** JSON with two blanks of indent; anything else as it came. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
