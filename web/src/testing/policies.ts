import type { Policy, PolicyContent, PolicyPreview } from 'bff/contract/policies';
import type { Execution, PlannedWork } from 'bff/contract/replication';

const at = '2026-01-01T00:00:00.000Z';

export const policyContent: PolicyContent = {
  sourceRegistryId: 'development',
  filters: {
    repositories: { include: ['payments/**'], exclude: [] },
    tags: { include: ['release-*'], exclude: ['*-rc'] },
    semver: null,
    newest: 10,
    newerThanDays: null,
    includeReferrers: true,
    platforms: null,
  },
  mapping: { kind: 'same' },
  destinations: [
    { registryId: 'testing', bandwidth: null },
    { registryId: 'production', bandwidth: null },
  ],
  onPush: true,
  schedule: null,
  options: { propagateDeletions: false, whenDifferent: 'replace', concurrency: null, attempts: 8 },
};

export function policyWith(change: Partial<Policy> = {}): Policy {
  const content = change.content ?? policyContent;
  return {
    id: '0190b3a0-0000-7000-8000-0000000000a1',
    name: 'to the stages',
    project: null,
    content,
    version: 3,
    state: 'idle',
    activity: null,
    isEnabled: true,
    pausedAt: null,
    pausedBy: null,
    destinations: content.destinations.map(({ registryId }) => ({
      registryId,
      pausedAt: null,
      pausedBy: null,
      openTaskCount: 0,
      activity: null,
      reason: null,
    })),
    runningExecutionId: null,
    heldExecutionId: null,
    lastExecution: null,
    lastLook: null,
    lastReason: null,
    nextRunAt: null,
    createdBy: 'mara',
    createdAt: at,
    changedBy: 'mara',
    changedAt: at,
    ...change,
  };
}

export const plannedWork = (change: Partial<PlannedWork> = {}): PlannedWork => ({
  copy: 0,
  replace: 0,
  upToDate: 0,
  differs: 0,
  loses: 0,
  delete: 0,
  impossible: 0,
  bytes: 0,
  ...change,
});

export function previewWith(change: Partial<PolicyPreview> = {}): PolicyPreview {
  return {
    tagCount: 148,
    repositoryCount: 12,
    planned: plannedWork({ copy: 31, replace: 2, upToDate: 115, bytes: 4_200_000_000 }),
    destinations: [],
    masters: [],
    mapping: { examples: [{ from: 'payments/api', to: 'payments/api', isValid: true }], collisions: [] },
    rows: [],
    nextCursor: null,
    rowCount: 148,
    asOf: at,
    ...change,
  };
}

export function executionWith(change: Partial<Execution> = {}): Execution {
  return {
    id: '0190b3a0-0000-7000-8000-0000000000e1',
    trigger: 'push',
    policy: { id: policyWith().id, name: policyWith().name, version: 3, exists: true },
    promotion: null,
    planned: plannedWork({ upToDate: 148 }),
    heldBack: null,
    requestedBy: null,
    state: 'succeeded',
    activity: null,
    remark: null,
    tasks: { queued: 0, running: 0, waiting: 0, succeeded: 0, failed: 0, stopped: 0 },
    retried: null,
    bytesTotal: 0,
    bytesDone: 0,
    rateBytesPerSecond: null,
    etaSeconds: null,
    sourceRegistryIds: ['development'],
    destinationRegistryIds: ['testing', 'production'],
    sample: [],
    createdAt: at,
    startedAt: at,
    finishedAt: at,
    ...change,
  } as Execution;
}
