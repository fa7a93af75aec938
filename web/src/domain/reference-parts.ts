/** Shorter tags are not worth cutting. */
const LONGEST_WHOLE = 16;

interface ReferencePart {
  /** What of it stays where room is short: the beginning, or of a `tail` its end. */
  readonly kind: 'repository' | 'head' | 'tail';
  readonly text: string;
}

/** Where a name is cut that has no room: after its repository and in the middle of its tag. Both ends tell builds apart. */
export function partsOf(repository: string | undefined, separator: string, reference: string): ReferencePart[] {
  const middle = reference.length > LONGEST_WHOLE ? Math.ceil(reference.length / 2) : reference.length;
  const parts: ReferencePart[] = [
    { kind: reference === '' ? 'head' : 'repository', text: `${repository ?? ''}${separator}` },
    { kind: 'head', text: reference.slice(0, middle) },
    { kind: 'tail', text: reference.slice(middle) },
  ];
  return parts.filter(({ text }) => text !== '');
}
