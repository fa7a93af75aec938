import type { Kysely } from 'kysely';
import type { AuditRecord } from '../../access/audit-record.ts';
import type { Tables } from '../../database/index.ts';

export type AuditStore = ReturnType<typeof createAuditStore>;

/** The log of every change and every refusal; the database itself refuses to change what is in it. */
export function createAuditStore(kysely: Kysely<Tables>) {
  return {
    async record(record: AuditRecord): Promise<void> {
      const { actor, before, after, requestId, ...rest } = record;
      await kysely
        .insertInto('audit_log')
        .values({
          ...rest,
          actor_kind: actor.kind,
          actor_id: actor.id,
          actor_name: actor.name,
          before: before === null ? null : JSON.stringify(before),
          after: after === null ? null : JSON.stringify(after),
          request_id: requestId,
        })
        .execute();
    },
  };
}
