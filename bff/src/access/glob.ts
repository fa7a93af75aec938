/**
 * Globs with the doublestar meaning: `*` and `?` stay within a path segment, `**` as a whole segment stands for any number
 * of them, `{a,b}` is either. Everything else is itself. Time is linear in the text for every pattern: the states are
 * walked side by side, nothing is tried again.
 */
type Step =
  | { readonly kind: 'text'; readonly character: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'star' }
  /** `**` at the end, or alone: anything, slashes too. */
  | { readonly kind: 'rest' }
  /** `**` and its slash: nothing, or anything that ends with a slash. */
  | { readonly kind: 'folders' };

/** Patterns come from people: what multiplies is capped. */
const alternativesMax = 64;

export class GlobError extends Error {
  override readonly name = 'GlobError';
}

export type Glob = (text: string) => boolean;

/** @throws GlobError a sentence that says what is wrong with the pattern */
export function compileGlob(pattern: string): Glob {
  const alternatives = expand(pattern).map(stepsOf);
  return (text) => alternatives.some((steps) => isMatch(steps, text));
}

function expand(pattern: string): string[] {
  const open = pattern.indexOf('{');
  const firstClose = pattern.indexOf('}');
  if (open === -1 && firstClose === -1) return [pattern];
  const close = open === -1 || firstClose < open ? -1 : closingBrace(pattern, open);
  if (close === -1) throw new GlobError(`The pattern “${pattern}” has a brace without its other half.`);
  const before = pattern.slice(0, open);
  const tails = expand(pattern.slice(close + 1));
  const choices = splitChoices(pattern.slice(open + 1, close)).flatMap(expand);
  if (choices.length * tails.length > alternativesMax) {
    throw new GlobError(`The pattern “${pattern}” has more than ${alternativesMax} alternatives.`);
  }
  return choices.flatMap((choice) => tails.map((tail) => `${before}${choice}${tail}`));
}

function closingBrace(pattern: string, open: number): number {
  let depth = 0;
  for (let index = open; index < pattern.length; index += 1) {
    if (pattern[index] === '{') depth += 1;
    else if (pattern[index] === '}') depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}

function splitChoices(inner: string): string[] {
  const choices: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < inner.length; index += 1) {
    if (inner[index] === '{') depth += 1;
    else if (inner[index] === '}') depth -= 1;
    else if (inner[index] === ',' && depth === 0) {
      choices.push(inner.slice(start, index));
      start = index + 1;
    }
  }
  return [...choices, inner.slice(start)];
}

function stepsOf(pattern: string): Step[] {
  const steps: Step[] = [];
  const segments = pattern.split('/');
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '**') {
      steps.push({ kind: isLast ? 'rest' : 'folders' });
      continue;
    }
    for (const character of segment.replaceAll(/\*+/g, '*')) {
      if (character === '*') steps.push({ kind: 'star' });
      else if (character === '?') steps.push({ kind: 'one' });
      else steps.push({ kind: 'text', character });
    }
    if (!isLast) steps.push({ kind: 'text', character: '/' });
  }
  return steps;
}

function isMatch(steps: readonly Step[], text: string): boolean {
  let states = closure(steps, new Set([0]));
  let previous = '/';
  for (const character of text) {
    const next = new Set<number>();
    for (const state of states) {
      const step = steps[state];
      if (step === undefined) continue;
      if (step.kind === 'text' && step.character === character) next.add(state + 1);
      else if (step.kind === 'one' && character !== '/') next.add(state + 1);
      else if (step.kind === 'star' && character !== '/') next.add(state);
      else if (step.kind === 'rest' || step.kind === 'folders') {
        next.add(state);
        // An empty folder name is none.
        if (step.kind === 'folders' && character === '/' && previous !== '/') next.add(state + 1);
      }
    }
    states = closure(steps, next, new Set([...states].filter((state) => steps[state]?.kind === 'folders')));
    previous = character;
  }
  return states.has(steps.length);
}

/** Adds what is reached without a character. `entered`: `folders` steps being walked may not be left in mid-segment. */
function closure(steps: readonly Step[], states: Set<number>, walked: ReadonlySet<number> = new Set()): Set<number> {
  for (const state of states) {
    const kind = steps[state]?.kind;
    if (kind === 'star' || kind === 'rest' || (kind === 'folders' && !walked.has(state))) states.add(state + 1);
  }
  return states;
}
