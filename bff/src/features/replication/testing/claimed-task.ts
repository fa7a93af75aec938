import type { ClaimedTask } from '../replication.ts';

/** A copy of a tag that is tried for the first time. */
export function claimedTask(more: Partial<ClaimedTask> = {}): ClaimedTask {
  return {
    id: 'task',
    kind: 'copy',
    policyId: null,
    policyName: null,
    contest: null,
    executionId: 'execution',
    source: { registryId: 'dev', repository: 'a/b', reference: 'v1' },
    destination: { registryId: 'prod', repository: 'a/b', tag: 'v1' },
    digest: null,
    replacesDigest: null,
    attempt: 1,
    attemptsAllowed: 10,
    attemptsForgiven: 0,
    deadlineLeftMs: 1000,
    fence: 1,
    createdAt: new Date(0),
    startedAt: new Date(0),
    includeReferrers: false,
    whenDifferent: 'replace',
    platforms: null,
    requestedBy: null,
    requester: null,
    isSuperseded: false,
    isTakenOver: false,
    catalogDigest: null,
    catalogSizeBytes: null,
    isBelievedThere: false,
    isSparseThere: false,
    isProbe: false,
    lastReason: null,
    ...more,
  };
}
