/** Characters that turn or embed directions. Letters have theirs without them; in a sentence of ours they only mislead. */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** Hebrew, Arabic and what else is written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Words that hold other people's text: what would turn the words around it is left out. */
export function withoutTurns(text: string): string {
  return text.replaceAll(TURNS, '');
}

/** Other people's text as a part of a sentence, which keeps its own direction whatever that text is. */
export function isolated(text: string): string {
  const plain = withoutTurns(text);
  // First-strong isolate and its end: https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}
