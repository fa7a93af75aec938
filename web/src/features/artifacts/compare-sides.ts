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

export const sideText = ({ registryId, reference }: Side): string => `${registryId}/${reference}`;
