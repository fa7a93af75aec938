import type { PathStep } from 'bff/contract/promotions';

/** A tag as somebody sees it: this digest is promoted, whatever the tag becomes. */
export interface PromotionSource {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/**
 * Where a tag can go from an environment: what comes later on the path, the next first. Approval is needed for each step
 * that wants it, and so it is where such a step is skipped.
 */
export function laterSteps(steps: readonly PathStep[], from: string): PathStep[] {
  const start = steps.findIndex(({ environment }) => environment === from);
  if (start === -1) return [];
  let needsApproval = false;
  return steps.slice(start + 1).map((step) => {
    needsApproval ||= step.needsApproval;
    return { environment: step.environment, needsApproval };
  });
}
