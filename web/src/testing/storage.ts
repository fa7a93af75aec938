import type { RegistryStorage, StorageRepository, UntaggedManifest } from 'bff/contract/storage';

/** Measured a minute ago, and growing. */
export function registryStorage(change: Partial<RegistryStorage> = {}): RegistryStorage {
  return {
    registryId: 'development',
    environment: 'development',
    totalBytes: 3_000_000,
    uniqueBytes: 2_000_000,
    trashBytes: 400_000,
    untaggedBytes: 300_000,
    bothBytes: 900_000,
    measuredAt: new Date(Date.now() - 60_000).toISOString(),
    catalogAt: new Date(Date.now() - 120_000).toISOString(),
    isMeasuring: false,
    changedCount: 0,
    repositoryCount: 2,
    manifestCount: 9,
    unreadCount: 0,
    untaggedCount: 2,
    ripeCount: 1,
    series: [
      { day: '2026-01-01', bytes: 1_000_000, uniqueBytes: 500_000, trashBytes: 0 },
      { day: '2026-01-20', bytes: 3_000_000, uniqueBytes: 2_000_000, trashBytes: 400_000 },
    ],
    ...change,
  };
}

export function storageRepository(change: Partial<StorageRepository> = {}): StorageRepository {
  const place = {
    registryId: 'development',
    bytes: 2_000_000,
    uniqueBytes: 1_500_000,
    trashBytes: 0,
    untaggedBytes: 0,
    untaggedCount: 0,
    changeBytes: 500_000,
  };
  return {
    repository: 'payments/api',
    project: 'payments',
    bytes: 2_000_000,
    uniqueBytes: 1_500_000,
    places: [place],
    ...change,
  };
}

/** Old enough to go. */
export function untaggedManifest(change: Partial<UntaggedManifest> = {}): UntaggedManifest {
  return {
    registryId: 'development',
    environment: 'development',
    project: 'payments',
    repository: 'payments/api',
    digest: `sha256:${'a'.repeat(64)}`,
    lastTag: 'nightly',
    since: new Date(Date.now() - 9 * 86_400_000).toISOString(),
    ripeAt: new Date(Date.now() - 2 * 86_400_000).toISOString(),
    isRipe: true,
    sizeBytes: 300_000,
    ...change,
  };
}
