import { replacedCode } from '../../contract/replication.ts';
import { isRegistryError, type RegistryError } from '../../registry-client/index.ts';
import {
  type AttemptEnd,
  type ClaimedTask,
  heldBackCode,
  type Reason,
  type TaskLogEntry,
  triesOf,
} from './replication.ts';
import { planRetry } from './retry-policy.ts';

/** Why this process ended a copy of its own accord. */
export type CutCause = 'stopped' | 'superseded' | 'lease-lost' | 'shutting-down' | 'maintenance';

export class CutError extends Error {
  override readonly name = 'CutError';
  readonly because: CutCause;

  constructor(because: CutCause) {
    super(`The copy was cut: ${because}.`);
    this.because = because;
  }
}

/** For a failure, as people read it: which side, what, and for programs which registry. */
export function reasonOf(error: unknown, task: Pick<ClaimedTask, 'source' | 'destination'>): Reason {
  if (!isRegistryError(error)) {
    return {
      code: 'unexpected',
      sentence: 'Something unexpected went wrong in Longshore itself; the server’s log has it.',
      params: {},
    };
  }
  const registryId = registryOf(error, task);
  return {
    code: error.code,
    sentence: error.sentence,
    params: {
      ...error.params,
      ...(error.side === undefined ? {} : { side: error.side }),
      ...(registryId === undefined ? {} : { registryId }),
    },
  };
}

/** The registry that a failure is about. */
export function registryOf(
  error: RegistryError,
  task: Pick<ClaimedTask, 'source' | 'destination'>,
): string | undefined {
  if (error.side === undefined) return undefined;
  return error.side === 'source' ? task.source.registryId : task.destination.registryId;
}

/** How an attempt ends that threw; undefined where the task is another worker's now and nothing may be written. */
export function endOfFailure(
  error: unknown,
  cut: CutCause | undefined,
  task: ClaimedTask,
  facts: { readonly deadlineLeftMs: number; readonly random: () => number },
): AttemptEnd | undefined {
  if (cut === 'lease-lost') return undefined;
  if (cut === 'stopped') return { state: 'stopped', reason: sentences.stopped() };
  if (cut === 'superseded') return { state: 'stopped', reason: sentences.movedOn() };
  if (isRegistryError(error, 'no-longer-owner')) return undefined;
  if (cut === 'maintenance')
    return { state: 'queued', reason: sentences.maintenanceBegan(task.destination.registryId) };
  if (cut === 'shutting-down') return { state: 'queued', reason: sentences.shutDown() };
  const reason = reasonOf(error, task);
  const decision = planRetry({ error, attempt: task.attempt, ...triesOf(task), ...facts });
  if (decision.kind === 'wait') {
    return { state: 'waiting', reason, delayMs: decision.delayMs, isFree: decision.isFree };
  }
  return { state: 'failed', reason };
}

type Params = Record<string, string>;
const line =
  <P extends Params>(level: TaskLogEntry['level'], code: string, sentence: (params: P) => string) =>
  (params: P): TaskLogEntry => ({ level, code, sentence: sentence(params), params });
const plain = (code: string, sentence: string, params: Params = {}): Reason => ({ code, sentence, params });

/** A tag that may not be moved; `rule` as people write it. */
export interface HeldTag {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly rule: string;
}

export interface LostRight {
  readonly requester: string;
  readonly project: string;
  readonly environment: string;
}

/** Reasons that are no failure of a registry. */
export const sentences = {
  stopped: () => plain('stopped', 'Someone stopped it.'),
  shutDown: () => plain('server-stopped', 'The server was stopped meanwhile; it goes on as soon as one runs.'),
  superseded: (tag: string) =>
    plain('superseded', `A newer copy to ${tag} has been done; this one would have set it back.`, { tag }),
  /** Without the figures of its plan: what waits is counted together over plans and destinations. */
  heldBack: () => plain(heldBackCode, 'Deletions wait for a person’s word, because they are many.'),
  movedOn: () => plain('superseded', 'The tag has moved on at the source: a newer task takes its place.'),
  keptDifferent: (tag: string, registry: string, digest: string) =>
    plain('kept-different', `${registry} has another image under ${tag}; it was left as it is, as asked.`, {
      tag,
      registry,
      digest,
    }),
  lostToLater: (tag: string, registry: string) =>
    plain('lost-to-later', `${registry} is a master of ${tag} too, and has one that was pushed later: it stays.`, {
      tag,
      registry,
    }),
  replacedEarlier: (tag: string, registry: string) =>
    plain(
      replacedCode,
      `${registry} is a master of ${tag} too: what was pushed there earlier was replaced, and stays in the tag’s history.`,
      { tag, registry },
    ),
  tagImmutable: ({ registry, repository, tag, rule }: HeldTag) =>
    plain(
      'tag-immutable',
      `${tag} of ${repository} in ${registry} is held by the rule “${rule}” and stays as it is. Copy to another tag, or ask a project admin to remove the rule.`,
      { registry, repository, tag, rule },
    ),
  tagMoved: (params: { registry: string; repository: string; tag: string; digest: string }) =>
    plain(
      'tag-moved-meanwhile',
      `Somebody moved ${params.tag} of ${params.repository} in ${params.registry} to ${params.digest} meanwhile; it was left as it is. Look at what is there, and ask again if it should be replaced.`,
      { ...params },
    ),
  /** `until`: ISO 8601. */
  inMaintenance: (registryId: string, registry: string, until: string, message: string) =>
    plain(
      'registry-in-maintenance',
      `${registry} is in maintenance until ${until}${message === '' ? '' : ` (${message})`}: what is to be copied there waits until then.`,
      { registryId, registry, until, message },
    ),
  maintenanceBegan: (registryId: string) =>
    plain('maintenance-began', `The maintenance of “${registryId}” began; the copy goes on when it has ended.`, {
      registryId,
    }),
  requesterMayNotPull: (params: LostRight) =>
    plain(
      'requester-may-not-pull',
      `${params.requester} asked for this copy and may no longer pull from ${params.environment} of ${params.project}. Somebody who may can run it again.`,
      { ...params },
    ),
  requesterMayNotPush: (params: LostRight) =>
    plain(
      'requester-may-not-push',
      `${params.requester} asked for this copy and may no longer push to ${params.environment} of ${params.project}. Somebody who may can run it again.`,
      { ...params },
    ),
  requesterMayNotDelete: (params: LostRight) =>
    plain(
      'requester-may-not-delete',
      `${params.requester} asked for this deletion and may no longer delete in ${params.environment} of ${params.project}. Somebody who may can run it again.`,
      { ...params },
    ),
  projectArchived: (project: string) =>
    plain('project-archived', `The project ${project} was archived meanwhile: it takes no changes.`, { project }),
  registryRemoved: (registryId: string) =>
    plain('registry-removed', `The registry “${registryId}” was removed from Longshore.`, { registryId }),
  sourceMissing: (registry: string, repository: string, reference: string) =>
    plain('source-missing', `${registry} has no ${repository}:${reference}. It may have been deleted.`, {
      registry,
      repository,
      reference,
    }),
} as const;

function counted(count: string, noun: string): string {
  return `${count} ${noun}${count === '1' ? '' : 's'}`;
}

const restarted = line<{ digest: string; cause: string; causeCode: string }>(
  'warning',
  'blob-restarted',
  (p) => `${p.digest} is sent again: ${p.cause}`,
);

/** “3,603,248 bytes”. */
const inBytes = (digits: string): string => `${Number(digits).toLocaleString('en-US')} bytes`;

/** Lines of a task's log. */
export const logLines = {
  takenOver: line('warning', 'taken-over', () => 'The former worker was silent for too long; this one goes on.'),
  pinned: line<{ reference: string; digest: string }>('info', 'pinned', (p) => `${p.reference} is ${p.digest}.`),
  repinned: line<{ reference: string; digest: string }>(
    'warning',
    'pinned-anew',
    (p) => `The source no longer has the image that was pinned: ${p.reference} is ${p.digest} now.`,
  ),
  planned: line<{ blobs: string; manifests: string; bytes: string }>(
    'info',
    'planned',
    (p) => `${counted(p.blobs, 'blob')} and ${counted(p.manifests, 'manifest')}, ${inBytes(p.bytes)} in all.`,
  ),
  /** The cause goes along with its code and its parameters, so that other languages can say it. */
  blobRestarted: (digest: string, { code, sentence, params }: RegistryError): TaskLogEntry => {
    const ofCause = Object.fromEntries(Object.entries(params).map(([name, value]) => [`cause.${name}`, value]));
    return restarted({ ...ofCause, digest, cause: sentence, causeCode: code });
  },
  tagged: line<{ tag: string; digest: string; bytes: string }>(
    'info',
    'tagged',
    (p) => `${p.tag} is ${p.digest} at the destination now; ${inBytes(p.bytes)} were sent.`,
  ),
  pushed: line<{ digest: string; bytes: string }>(
    'info',
    'pushed',
    (p) => `${p.digest} is complete at the destination; ${inBytes(p.bytes)} were sent.`,
  ),
  deleted: line<{ tag: string; digest: string }>(
    'info',
    'deleted',
    (p) => `${p.tag} was ${p.digest} at the destination, and is in the trash there now.`,
  ),
  alreadyGone: line<{ tag: string }>(
    'info',
    'already-gone',
    (p) => `The destination has no ${p.tag} any more: there was nothing to delete.`,
  ),
  upToDate: line('info', 'up-to-date', () => 'The destination has it already; nothing was sent.'),
  ended: (end: AttemptEnd): TaskLogEntry | undefined => {
    if (end.reason === null) return undefined;
    const level = end.state === 'failed' ? 'error' : end.state === 'waiting' ? 'warning' : 'info';
    return { level, ...end.reason };
  },
} as const;
