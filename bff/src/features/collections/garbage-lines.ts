/** What a line of `garbage-collect` says. */
export type GarbageLine =
  | { readonly kind: 'blob'; readonly digest: string }
  | { readonly kind: 'manifest'; readonly digest: string }
  | { readonly kind: 'summary'; readonly marked: number; readonly blobs: number; readonly manifests: number }
  /** One for each blob and manifest that stays: counted, not kept. */
  | { readonly kind: 'marking' }
  | { readonly kind: 'other' };

const digest = '[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[A-Za-z0-9=_-]{32,256}';
const blobLine = new RegExp(`^blob eligible for deletion: (${digest})$`);
const manifestLine = new RegExp(`manifest eligible for deletion: .*?(${digest})`);
const summaryLine = /^(\d+) blobs marked, (\d+) blobs and (\d+) manifests eligible for deletion$/;
const markingLine = /: marking (?:manifest|blob|configuration|layer) /;

/** Distribution 2.8 and 3. */
export function parseGarbageLine(line: string): GarbageLine {
  const text = line.trim();
  const blob = blobLine.exec(text)?.[1];
  if (blob !== undefined) return { kind: 'blob', digest: blob };
  const manifest = manifestLine.exec(text)?.[1];
  if (manifest !== undefined) return { kind: 'manifest', digest: manifest };
  const [, marked, blobs, manifests] = summaryLine.exec(text) ?? [];
  if (marked !== undefined) {
    return { kind: 'summary', marked: Number(marked), blobs: Number(blobs), manifests: Number(manifests) };
  }
  return { kind: markingLine.test(text) ? 'marking' : 'other' };
}
