import { actorOf, type AuditRecord, type RecordAudit } from '../access/audit-record.ts';
import { projectOf, type Subject } from '../access/subject.ts';
import { subjectKey } from './caller.ts';
import type { PlaceName } from './request-target.ts';

export interface AuditNote {
  readonly subject: Subject;
  readonly address: string;
  readonly requestId: string | null;
  readonly action: 'pull' | 'push' | 'delete';
  readonly place: PlaceName;
  readonly environment: string | null;
  /** Tag or digest, where one was named. */
  readonly reference: string | null;
  readonly digest?: string;
}

export interface AuditTrail {
  readonly done: (note: AuditNote) => Promise<void>;
  /** Clients repeat themselves: one line a minute for the same person, place and action. */
  readonly refused: (note: AuditNote, reason: string) => Promise<void>;
}

const quietMs = 60_000;
const rememberedMax = 10_000;

export function createAuditTrail(
  record: RecordAudit,
  clock: { now(): Date },
  onFault: (error: unknown) => void,
): AuditTrail {
  const lastMs = new Map<string, number>();

  const isNews = (key: string): boolean => {
    const nowMs = clock.now().getTime();
    const before = lastMs.get(key);
    if (before !== undefined && nowMs - before < quietMs) return false;
    // The map keeps the order of insertion: the oldest goes first.
    lastMs.delete(key);
    lastMs.set(key, nowMs);
    if (lastMs.size > rememberedMax) lastMs.delete(lastMs.keys().next().value ?? key);
    return true;
  };
  // What the registry did is done: a line that cannot be written must not turn it into a failure.
  const write = (line: AuditRecord): Promise<void> => record(line).catch(onFault);

  return {
    done: (note) => write(lineOf(note, 'done', null)),
    refused: async (note, reason) => {
      const key = [subjectKey(note.subject), note.place.fullName, note.action].join('\n');
      if (isNews(key)) await write(lineOf(note, 'refused', reason));
    },
  };
}

function lineOf(note: AuditNote, outcome: 'done' | 'refused', reason: string | null): AuditRecord {
  const { subject, address, requestId, action, place, environment, reference, digest } = note;
  const separator = reference?.includes(':') === true ? '@' : ':';
  return {
    actor: actorOf(subject),
    address,
    action,
    outcome,
    project: projectOf(place.repository),
    environment,
    target: reference === null ? place.fullName : `${place.fullName}${separator}${reference}`,
    reason,
    before: null,
    after: outcome === 'done' && action === 'push' && digest !== undefined ? { digest } : null,
    requestId,
  };
}
