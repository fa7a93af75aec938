export interface Side {
  registryId: string;
  /** A tag or a digest. */
  reference: string;
}

/** `registry/reference`, as `paths.compare` writes a side; neither part contains a slash. */
export function parseSide(text: string): Side {
  const slash = text.indexOf('/');
  return slash === -1
    ? { registryId: text, reference: '' }
    : { registryId: text.slice(0, slash), reference: text.slice(slash + 1) };
}

/** The text of a side of which a part becomes different. */
export function changeSide(text: string, change: Partial<Side>): string {
  const { registryId, reference } = { ...parseSide(text), ...change };
  return `${registryId}/${reference}`;
}
