import type { PolicyContent } from '../../../contract/policies.ts';

/** Everything from one registry to others, on push. */
export function contentOf(
  sourceRegistryId: string,
  destinationIds: readonly string[],
  more: Partial<Omit<PolicyContent, 'options' | 'filters'>> & {
    readonly options?: Partial<PolicyContent['options']>;
    readonly filters?: Partial<PolicyContent['filters']>;
  } = {},
): PolicyContent {
  return {
    sourceRegistryId,
    mapping: { kind: 'same' },
    destinations: destinationIds.map((registryId) => ({ registryId, bandwidth: null })),
    onPush: true,
    schedule: null,
    ...more,
    filters: {
      repositories: { include: ['**'], exclude: [] },
      tags: { include: ['*'], exclude: [] },
      semver: null,
      newest: null,
      newerThanDays: null,
      includeReferrers: true,
      platforms: null,
      ...more.filters,
    },
    options: {
      propagateDeletions: false,
      whenDifferent: 'replace',
      concurrency: null,
      attempts: 10,
      ...more.options,
    },
  };
}
