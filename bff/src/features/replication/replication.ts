/** A cause in words; `code` is stable, `sentence` is the English of it. */
export interface Reason {
  readonly code: string;
  readonly sentence: string;
  readonly params: Record<string, string>;
}

export type TaskState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'stopped';
/** `delete`: the tag goes at the destination, if it still has the digest. */
export type TaskKind = 'copy' | 'delete';
export type ExecutionState = 'running' | 'succeeded' | 'failed' | 'stopped';
/** Of deletions that wait for a person's word; nothing but that word lets them go on. */
export const heldBackCode = 'deletions-held-back';
/** Until somebody resumes the policy, or that destination of it. */
export const pausedCode = 'policy-paused';
export const maintenanceCode = 'registry-in-maintenance';
/** Tasks that wait with these go on when what holds them ends, and not before. */
export const onHoldCodes: readonly string[] = [heldBackCode, pausedCode, maintenanceCode];
/** Of deletions that a person said no to: only another run of the policy brings them up again. */
export const declinedCode = 'deletion-declined';

export const openStates = ['queued', 'running', 'waiting'] as const satisfies readonly TaskState[];

export interface TaskSource {
  readonly registryId: string;
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

export interface TaskDestination {
  readonly registryId: string;
  readonly repository: string;
  /** Null: pushed by digest only. */
  readonly tag: string | null;
}

export interface TaskFigures {
  /** Null until planned. */
  readonly bytesTotal: number | null;
  readonly bytesDone: number;
  readonly bytesSkipped: number;
  readonly blobsTotal: number | null;
  readonly blobsDone: number;
}

export interface Task extends TaskFigures {
  readonly id: string;
  readonly kind: TaskKind;
  readonly executionId: string;
  readonly source: TaskSource;
  readonly destination: TaskDestination;
  readonly digest: string | null;
  /** What the destination had under the tag when a policy planned this in its place. */
  readonly replacesDigest: string | null;
  /** Nothing has to move, or had to, but the tag. */
  readonly movesTagOnly: boolean;
  readonly state: TaskState;
  readonly attempt: number;
  /** Attempts that count, and how many of them there may be. */
  readonly tries: number;
  readonly triesAllowed: number;
  readonly reason: Reason | null;
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly requestedBy: string | null;
  /** Only while it runs in this process. */
  readonly rateBytesPerSecond: number | null;
  readonly etaSeconds: number | null;
}

/** What counts of a task's attempts; those of workers that died do, but are not told beyond what is allowed. */
export function triesOf(task: Pick<ClaimedTask, 'attempt' | 'attemptsAllowed' | 'attemptsForgiven'>) {
  const triesAllowed = task.attemptsAllowed - task.attemptsForgiven;
  return { tries: Math.min(task.attempt - task.attemptsForgiven, triesAllowed), triesAllowed };
}

/** Ids of what a change touched. */
export interface Touched {
  readonly taskIds: readonly string[];
  readonly executionIds: readonly string[];
}

export interface PlatformOfBlob {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | null;
  readonly osVersion: string | null;
}

export interface TaskBlob {
  readonly digest: string;
  readonly kind: 'layer' | 'config' | 'manifest';
  readonly platform: PlatformOfBlob | null;
  readonly sizeBytes: number;
  readonly bytesDone: number;
  readonly state: 'queued' | 'running' | 'copied' | 'mounted' | 'existed' | 'failed';
}

export interface TaskLogEntry {
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly code: string;
  readonly sentence: string;
  readonly params: Record<string, string>;
}

/** Whose rights a task runs with. */
export interface Requester {
  readonly id: string;
  readonly name: string;
  readonly isSystemAdmin: boolean;
  /** False where the account is gone or disabled. */
  readonly isActive: boolean;
}

/** A task this process may run until its lease ends. */
export interface ClaimedTask {
  readonly id: string;
  readonly kind: TaskKind;
  readonly policyId: string | null;
  /** By the name that it had when this was planned. */
  readonly policyName: string | null;
  /** The destination is a master of the tag too: the later push counts, and this is when the source's was. */
  readonly contest: { readonly originAt: Date } | null;
  readonly executionId: string;
  readonly source: TaskSource;
  readonly destination: TaskDestination;
  readonly digest: string | null;
  readonly replacesDigest: string | null;
  readonly attempt: number;
  readonly attemptsAllowed: number;
  /** Of both those that do not count. */
  readonly attemptsForgiven: number;
  /** By the database's clock, when it was claimed. */
  readonly deadlineLeftMs: number;
  readonly fence: number;
  readonly createdAt: Date;
  readonly startedAt: Date;
  readonly includeReferrers: boolean;
  readonly whenDifferent: 'replace' | 'skip';
  /** Names such as linux/amd64; null: all. */
  readonly platforms: readonly string[] | null;
  readonly requestedBy: string | null;
  /** As of the claim; null for tasks that nobody is known to have asked for. */
  readonly requester: Requester | null;
  /** A newer copy to the same tag has been done already. */
  readonly isSuperseded: boolean;
  /** The tag is moved only from this digest, or made where it is ''; left out: whatever is there. */
  readonly expectedDigest?: string;
  /** Its former worker died or was cut off. */
  readonly isTakenOver: boolean;
  /** What the catalog believes the source tag to be, and how large that is in all. */
  readonly catalogDigest: string | null;
  readonly catalogSizeBytes: number | null;
  /** The catalog has the same digest under the destination's tag: there is probably nothing to do. */
  readonly isBelievedThere: boolean;
  /** As far as the catalog knows the destination has the index without all its children. */
  readonly isSparseThere: boolean;
  /** It finds out whether a registry that was in trouble can be used again. */
  readonly isProbe: boolean;
  /** Why the try before this one failed. */
  readonly lastReason: Reason | null;
}

/** Of what two masters have under one tag. */
export interface WeighedPushes {
  /** The destination's counts: it was pushed later. */
  readonly isLost: boolean;
  readonly reason: Reason;
}

/** How an attempt ended. */
export type AttemptEnd =
  | { readonly state: 'succeeded'; readonly reason: Reason | null }
  | { readonly state: 'failed'; readonly reason: Reason }
  | { readonly state: 'stopped'; readonly reason: Reason }
  | { readonly state: 'waiting'; readonly reason: Reason; readonly delayMs: number; readonly isFree: boolean }
  /** Given back for another worker to take at once. */
  | { readonly state: 'queued'; readonly reason: Reason };

export interface CopyDestination {
  readonly registryId: string;
  readonly repository: string | undefined;
  readonly tag: string | undefined;
}

export interface CopyRequest {
  readonly source: { readonly registryId: string; readonly repository: string };
  readonly references: readonly string[];
  readonly destinations: readonly CopyDestination[];
  readonly includeReferrers: boolean;
  readonly whenDifferent: 'replace' | 'skip';
}

/** A copy of a digest that was chosen elsewhere. */
export interface PinnedCopy {
  readonly source: TaskSource;
  readonly destination: TaskDestination;
  /** As `expectedDigest` of a task. */
  readonly expectedDigest: string;
}

export function isDigestReference(reference: string): boolean {
  return reference.includes(':');
}

/** The tasks a request asks for: each reference to each destination, each once. */
export function plannedTasks(request: CopyRequest): { source: TaskSource; destination: TaskDestination }[] {
  const tasks = new Map<string, { source: TaskSource; destination: TaskDestination }>();
  for (const { registryId, repository = request.source.repository, tag } of request.destinations) {
    for (const reference of request.references) {
      const keptTag = isDigestReference(reference) ? null : reference;
      const destination = { registryId, repository, tag: tag ?? keptTag };
      const key = [registryId, repository, destination.tag ?? reference].join(' ');
      tasks.set(key, { source: { ...request.source, reference }, destination });
    }
  }
  return [...tasks.values()];
}
