export { copyArtifact } from './copy-artifact.ts';
export { FanOut, type FanOutMember } from './fan-out.ts';
export type { CopyLimiter, CopyLimiterOptions } from './copy-limiter.ts';
export { createCopyLimiter } from './copy-limiter.ts';
export type {
  BlobOutcome,
  CopyLimits,
  CopyObserver,
  CopyOptions,
  CopyPlan,
  CopyResult,
  PlannedBlob,
  PlannedManifest,
  TagMove,
} from './copy-options.ts';
export type { ReadOnlyTarget, Target } from './target.ts';
