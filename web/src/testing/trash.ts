import type { DeletionPreview, TrashItem } from 'bff/contract/trash';

/** In the trash since a minute ago, for two weeks. */
export function trashItem(change: Partial<TrashItem> = {}): TrashItem {
  return {
    id: '0190b3a0-0000-7000-8000-00000000000a',
    project: 'payments',
    registryId: 'development',
    environment: 'development',
    repository: 'payments/api',
    tag: '1.0',
    digest: `sha256:${'a'.repeat(64)}`,
    state: 'deleted',
    keptIn: 'repository',
    why: 'person',
    deletedBy: 'ada',
    policy: null,
    comment: '',
    aliases: [],
    sizeBytes: 5_000_000,
    pushedAt: null,
    pushedBy: null,
    actedBy: null,
    reason: null,
    tagNow: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    deletedAt: '2026-01-01T00:00:01.000Z',
    expiresAt: '2026-01-15T00:00:01.000Z',
    finishedAt: null,
    ...change,
  };
}

/** One tag that nothing else names. */
export function deletionPreview(change: Partial<DeletionPreview> = {}): DeletionPreview {
  const digest = `sha256:${'a'.repeat(64)}`;
  return {
    items: [{ registryId: 'development', repository: 'payments/api', tag: '1.0', digest }],
    total: 1,
    siblings: [],
    siblingCount: 0,
    manifestCount: 1,
    childCount: 0,
    referrerCount: 0,
    freedBytes: 5_000_000,
    held: [],
    heldCount: 0,
    undeletable: [],
    cautions: [],
    windowDays: 14,
    asOf: '2026-01-01T00:00:00.000Z',
    ...change,
  };
}
