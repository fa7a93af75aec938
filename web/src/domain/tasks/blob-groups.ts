import type { TaskBlob } from 'bff/contract/replication';
import { platformLabel } from '../platform.ts';

export interface BlobGroup {
  /** `linux/arm64`; null for what several platforms share or none has. */
  readonly platform: string | null;
  readonly blobs: readonly TaskBlob[];
}

const orderOfKind: Readonly<Record<TaskBlob['kind'], number>> = { layer: 0, config: 1, manifest: 2 };

/** Blobs by platform in the order they came; what is shared comes first, within a group layers before the small ones. */
export function groupBlobs(blobs: readonly TaskBlob[]): BlobGroup[] {
  const groups = new Map<string | null, TaskBlob[]>();
  for (const blob of blobs) {
    const platform = blob.platform === null ? null : platformLabel(blob.platform);
    const group = groups.get(platform);
    if (group === undefined) groups.set(platform, [blob]);
    else group.push(blob);
  }
  return [...groups]
    .toSorted(([left], [right]) => Number(right === null) - Number(left === null))
    .map(([platform, members]) => ({
      platform,
      blobs: members.toSorted((left, right) => orderOfKind[left.kind] - orderOfKind[right.kind]),
    }));
}

export interface BlobCounts {
  readonly copied: number;
  readonly mounted: number;
  readonly existed: number;
}

export function countBlobs(blobs: readonly TaskBlob[]): BlobCounts {
  const count = (state: TaskBlob['state']) => blobs.filter((blob) => blob.state === state).length;
  return { copied: count('copied'), mounted: count('mounted'), existed: count('existed') };
}
