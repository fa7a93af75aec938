const HEX_HEAD = 4;
const HEX_TAIL = 4;

/** `sha256:77b0…e1a2`: the algorithm is left out where it is SHA-256, as nearly everything is. */
export function shortenDigest(digest: string): string {
  const colon = digest.indexOf(':');
  const algorithm = digest.slice(0, Math.max(colon, 0));
  const encoded = digest.slice(colon + 1);
  const short =
    encoded.length > HEX_HEAD + HEX_TAIL + 1 ? `${encoded.slice(0, HEX_HEAD)}…${encoded.slice(-HEX_TAIL)}` : encoded;
  return algorithm === 'sha256' || algorithm === '' ? short : `${algorithm}:${short}`;
}

export function isDigest(reference: string): boolean {
  return reference.includes(':');
}
