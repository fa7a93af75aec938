import type { Subject } from './subject.ts';

/** One line for the audit log. Values in `before` and `after` are for people to read; nothing secret may be in them. */
export interface AuditRecord {
  readonly actor: {
    readonly kind: 'user' | 'robot' | 'anonymous' | 'system';
    readonly id: string | null;
    readonly name: string;
  };
  readonly address: string | null;
  readonly action: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly project: string | null;
  readonly environment: string | null;
  readonly target: string | null;
  readonly reason: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly requestId: string | null;
}

export type RecordAudit = (record: AuditRecord) => Promise<void>;

export function actorOf(subject: Subject): AuditRecord['actor'] {
  if (subject.kind === 'anonymous') return { kind: 'anonymous', id: null, name: 'anonymous' };
  return { kind: subject.kind, id: subject.id, name: subject.name };
}
