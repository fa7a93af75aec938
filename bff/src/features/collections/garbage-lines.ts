/** What a line of `garbage-collect` says. */
export type GarbageLine =
  | { readonly kind: 'blob'; readonly digest: string }
  | { readonly kind: 'manifest'; readonly digest: string }
  | { readonly kind: 'summary'; readonly marked: number; readonly blobs: number; readonly manifests: number }
  /** One for each blob and manifest that stays: counted, not kept. Without `-m` every manifest stays, tagged or not. */
  | { readonly kind: 'marking'; readonly manifest?: { readonly repository: string; readonly digest: string } }
  | { readonly kind: 'other' };

const digest = '[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[A-Za-z0-9=_-]{32,256}';
const blobLine = new RegExp(`^blob eligible for deletion: (${digest})$`);
const manifestLine = new RegExp(`manifest eligible for deletion: .*?(${digest})`);
const summaryLine = /^(\d+) blobs marked, (\d+) blobs and (\d+) manifests eligible for deletion$/;
const markedManifest = new RegExp(`^(\\S+): marking manifest (${digest})$`);
const markingLine = /: marking (?:manifest|blob|configuration|layer) /;

/** Distribution 2.8 and 3. */
export function parseGarbageLine(line: string): GarbageLine {
  const text = line.trim();
  const blob = blobLine.exec(text)?.[1];
  if (blob !== undefined) return { kind: 'blob', digest: blob };
  const manifest = manifestLine.exec(text)?.[1];
  if (manifest !== undefined) return { kind: 'manifest', digest: manifest };
  const [, total, blobs, manifests] = summaryLine.exec(text) ?? [];
  if (total !== undefined) {
    return { kind: 'summary', marked: Number(total), blobs: Number(blobs), manifests: Number(manifests) };
  }
  const [, repository, marked] = markedManifest.exec(text) ?? [];
  if (repository !== undefined && marked !== undefined) {
    return { kind: 'marking', manifest: { repository, digest: marked } };
  }
  return { kind: markingLine.test(text) ? 'marking' : 'other' };
}
