import type { Registry } from 'bff/contract/registries';

/** One that was added in the console, is up, and has not been read yet. */
export function registryOf(change: Partial<Registry>): Registry {
  return {
    id: 'north',
    name: 'North',
    environment: 'production',
    position: 0,
    kind: 'distribution',
    health: 'up',
    endpoints: [],
    pullHost: 'north.example.com',
    username: null,
    hasPassword: false,
    caPem: null,
    capabilities: [],
    probedAt: null,
    catalog: {
      repositoryCount: 0,
      tagCount: 0,
      sizeBytes: 0,
      scannedAt: null,
      scanState: 'idle',
      scanReason: null,
      notifiedAt: null,
    },
    trustsLongshore: false,
    redirectHosts: [],
    maintenance: null,
    managedBy: 'console',
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...change,
  };
}
