export interface SearchWords {
  readonly text: string;
  /** `repository:tag`. */
  readonly tag?: { readonly repository: string; readonly name: string };
  /** As much of a digest as was given, with its algorithm. */
  readonly digestPrefix?: string;
}

// Fewer hexadecimal digits are more likely part of a name.
const bareDigestPattern = /^[a-f0-9]{6,64}$/;
const digestPattern = /^(?:.*@)?(?<digest>sha(?:256|384|512):[a-f0-9]*)$/;

/** What people paste: a name, `repository:tag`, `host/repository:tag`, a digest or its beginning, a whole reference. */
export function readSearchWords(q: string): SearchWords {
  const text = q.trim();
  const lower = text.toLowerCase();
  const digest = digestPattern.exec(lower)?.groups?.['digest'];
  if (digest !== undefined) return { text: digest, digestPrefix: digest };
  if (bareDigestPattern.test(lower)) return { text, digestPrefix: `sha256:${lower}` };
  const path = withoutHost(text);
  const colon = path.lastIndexOf(':');
  if (colon <= 0) return { text: path };
  return { text: path, tag: { repository: path.slice(0, colon), name: path.slice(colon + 1) } };
}

/** A first segment with a dot or a port is a host, as in pull commands. */
function withoutHost(text: string): string {
  const slash = text.indexOf('/');
  if (slash === -1) return text;
  const first = text.slice(0, slash);
  const isHost = first === 'localhost' || /^[^/]+:\d+$/.test(first) || /^(?:\d+\.){3}\d+$/.test(first);
  return isHost ? text.slice(slash + 1) : text;
}
