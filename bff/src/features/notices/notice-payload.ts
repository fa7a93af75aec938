import type { NoticePayload } from '../../contract/notices.ts';
import type { ToldHold } from './holds.ts';
import type { NoticeEvent, NoticeReason, PairEnd, ScopedEnd, StoredNotice, ToldPair } from './notices.ts';
import { troubleWords } from './trouble-words.ts';

export const bodyMaxBytes = 64 * 1024;
const failuresMax = 20;
const millisecondsPerSecond = 1000;

interface PayloadParts {
  readonly deliveryId: string;
  readonly event: NoticeEvent;
  readonly notice: Pick<StoredNotice, 'id' | 'name' | 'project' | 'policyId' | 'policyName'>;
  readonly end: ScopedEnd | null;
  readonly pairs: readonly ToldPair[];
  readonly held: ToldHold | null;
  readonly at: Date;
  readonly publicUrl: string | null;
}

/** What is sent, as text: it is kept like this, so that every attempt sends and signs the same bytes. */
export function payloadText(parts: PayloadParts): string {
  const whole = payloadOf(parts);
  for (let count = whole.failures.length; ; count -= 1) {
    const text = JSON.stringify({ ...whole, failures: whole.failures.slice(0, count) });
    if (Buffer.byteLength(text) <= bodyMaxBytes || count === 0) return text;
  }
}

type KeptPair = Omit<NoticePayload['pairs'][number], keyof typeof unsaid> & Partial<typeof unsaid>;
const unsaid = { lastedSeconds: null, waiting: null, reason: null, policies: [] };

/** A body that was kept; one from before an update has less in it. */
export function payloadFrom(body: string): NoticePayload {
  const kept = JSON.parse(body) as Omit<NoticePayload, 'pairs' | 'url' | 'held'> & {
    url?: string | null;
    held?: NoticePayload['held'];
    pairs: readonly KeptPair[];
  };
  const pairs = kept.pairs.map((pair) => ({ ...unsaid, ...pair }));
  return { url: kept.execution?.url ?? null, held: null, ...kept, pairs };
}

/** The pairs of an execution that ended: nothing of it waits any more. */
export function endedPairs({ policyId: id, policyName: name }: ScopedEnd, pairs: readonly PairEnd[]): ToldPair[] {
  const policies = id === null || name === null ? [] : [{ id, name }];
  return pairs.map((pair) => ({ ...pair, waiting: null, reason: null, policies }));
}

function payloadOf({ deliveryId, event, notice, end, pairs, held, at, publicUrl }: PayloadParts): NoticePayload {
  const { id, name, project, policyId, policyName } = notice;
  return {
    version: 1,
    deliveryId,
    event,
    at: at.toISOString(),
    url: pageOf(event, (end ?? held)?.executionId ?? null, publicUrl),
    notice: { id, name, project, policyId, policyName },
    execution: end === null ? null : executionOf(end, publicUrl),
    pairs: pairs.map((pair) => pairOf(pair, at, project)),
    held: held && { ...held, since: held.since.toISOString() },
    failures: (end?.failures ?? []).slice(0, failuresMax).map((failure) => ({
      taskId: failure.taskId,
      source: {
        registryId: failure.sourceRegistryId,
        repository: isOf(project, failure.sourceRepository) ? failure.sourceRepository : null,
        reference: failure.sourceReference,
      },
      destination: {
        registryId: failure.destinationRegistryId,
        repository: failure.destinationRepository,
        tag: failure.destinationTag,
      },
      code: failure.code,
      sentence: isOf(project, failure.sourceRepository) ? failure.sentence : null,
    })),
  };
}

function pairOf(pair: ToldPair, at: Date, project: string | null): NoticePayload['pairs'][number] {
  const { sourceRegistryId, destinationRegistryId, state, failingSince, waiting, reason, policies } = pair;
  const isOver = state === 'recovered' && failingSince !== null;
  return {
    sourceRegistryId,
    destinationRegistryId,
    state,
    failingSince: failingSince?.toISOString() ?? null,
    lastedSeconds: isOver ? Math.round((at.getTime() - failingSince.getTime()) / millisecondsPerSecond) : null,
    waiting,
    reason: reason && reasonOf(reason, project),
    policies: policies.map((policy) => ({ ...policy })),
  };
}

/** The cause that all wait for was met by one task, perhaps in another project, and a registry's own words may name what that copied. */
function reasonOf({ code, sentence, params }: NoticeReason, project: string | null) {
  const { repository, registryId = null, registry = registryId ?? '' } = params;
  const isOwn = repository === undefined || isOf(project, repository);
  const plain = troubleWords(code, registry, 'en') ?? `${registry} is in trouble.`;
  return { code, sentence: isOwn ? sentence : plain, registryId };
}

function executionOf(end: ScopedEnd, publicUrl: string | null): NonNullable<NoticePayload['execution']> {
  const sum = (field: 'succeeded' | 'failed' | 'stopped' | 'bytesDone') =>
    end.pairs.reduce((total, pair) => total + pair[field], 0);
  return {
    id: end.executionId,
    policyId: end.policyId,
    policyName: end.policyName,
    trigger: end.trigger,
    state: end.state,
    requestedBy: end.requestedBy,
    startedAt: end.startedAt.toISOString(),
    endedAt: end.endedAt.toISOString(),
    tasks: { succeeded: sum('succeeded'), failed: sum('failed'), stopped: sum('stopped') },
    bytesDone: sum('bytesDone'),
    url: executionPage(end.executionId, publicUrl),
  };
}

/** Of what waits between a pair all is listed together. */
function pageOf(event: NoticeEvent, executionId: string | null, publicUrl: string | null): string | null {
  if (executionId !== null) return executionPage(executionId, publicUrl);
  if (event === 'test' || publicUrl === null) return null;
  return `${publicUrl}/replication/executions${event === 'pair.failing' ? '?state=waiting' : ''}`;
}

function executionPage(executionId: string, publicUrl: string | null): string | null {
  return publicUrl === null ? null : `${publicUrl}/replication/executions/${executionId}`;
}

/** A project's notice names no repository of another one, not even in a sentence. */
function isOf(project: string | null, repository: string): boolean {
  if (project === null) return true;
  const slash = repository.indexOf('/');
  return (slash === -1 ? 'library' : repository.slice(0, slash)) === project;
}
