const KEY = 'longshore.recent';
const KEPT = 8;

export interface RecentEntry {
  kind: 'project' | 'repository' | 'tag' | 'digest';
  label: string;
  to: string;
}

/** What was opened from the palette, newest first. Storage may be refused or hold anything; both read as empty. */
export function readRecent(storage: Pick<Storage, 'getItem'>): RecentEntry[] {
  try {
    const parsed: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(parsed) ? parsed.filter((entry) => isRecentEntry(entry)).slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export function rememberRecent(storage: Pick<Storage, 'getItem' | 'setItem'>, entry: RecentEntry): void {
  const others = readRecent(storage).filter(({ to }) => to !== entry.to);
  try {
    storage.setItem(KEY, JSON.stringify([entry, ...others].slice(0, KEPT)));
  } catch {
    // A full or forbidden storage costs the convenience, nothing else.
  }
}

const kinds: ReadonlySet<unknown> = new Set<RecentEntry['kind']>(['project', 'repository', 'tag', 'digest']);

function isRecentEntry(value: unknown): value is RecentEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, label, to } = value as Partial<Record<keyof RecentEntry, unknown>>;
  // Only paths of this site: a stored address must never lead elsewhere.
  return kinds.has(kind) && typeof label === 'string' && typeof to === 'string' && /^\/(?![/\\])/.test(to);
}
