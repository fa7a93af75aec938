import type { NoticePayload } from '../../contract/notices.ts';
import type { NoticeEvent, PairEnd, ScopedEnd, StoredNotice } from './notices.ts';

export const bodyMaxBytes = 64 * 1024;
const failuresMax = 20;

interface PayloadParts {
  readonly deliveryId: string;
  readonly event: NoticeEvent;
  readonly notice: Pick<StoredNotice, 'id' | 'name' | 'project' | 'policyId'>;
  readonly end: ScopedEnd | null;
  readonly pairs: readonly PairEnd[];
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

function payloadOf({ deliveryId, event, notice, end, pairs, at, publicUrl }: PayloadParts): NoticePayload {
  const { id, name, project, policyId } = notice;
  return {
    version: 1,
    deliveryId,
    event,
    at: at.toISOString(),
    notice: { id, name, project, policyId },
    execution: end === null ? null : executionOf(end, publicUrl),
    pairs: pairs.map(({ failingSince, ...pair }) => ({ ...pair, failingSince: failingSince?.toISOString() ?? null })),
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

function executionOf(end: ScopedEnd, publicUrl: string | null): NonNullable<NoticePayload['execution']> {
  const sum = (field: 'succeeded' | 'failed' | 'stopped' | 'bytesDone') =>
    end.pairs.reduce((total, pair) => total + pair[field], 0);
  return {
    id: end.executionId,
    policyId: end.policyId,
    trigger: end.trigger,
    state: end.state,
    requestedBy: end.requestedBy,
    startedAt: end.startedAt.toISOString(),
    endedAt: end.endedAt.toISOString(),
    tasks: { succeeded: sum('succeeded'), failed: sum('failed'), stopped: sum('stopped') },
    bytesDone: sum('bytesDone'),
    url: publicUrl === null ? null : `${publicUrl}/replication/executions/${end.executionId}`,
  };
}

/** A project's notice names no repository of another one, not even in a sentence. */
function isOf(project: string | null, repository: string): boolean {
  if (project === null) return true;
  const slash = repository.indexOf('/');
  return (slash === -1 ? 'library' : repository.slice(0, slash)) === project;
}
