import type { Kysely } from 'kysely';
import type { AuditRecord } from '../../access/audit-record.ts';
import type { Tables } from '../../database/index.ts';
import { boundedRecord } from './audit-limits.ts';

export type AuditStore = ReturnType<typeof createAuditStore>;

/**
 * The log of every change and every refusal; the database itself refuses to change what is in it.
 *
 * @param onLost hears of each line that could not be written, before the writer does
 */
export function createAuditStore(kysely: Kysely<Tables>, onLost: (line: AuditRecord, error: unknown) => void) {
  return {
    record: async (record: AuditRecord): Promise<void> => {
      const line = boundedRecord(record);
      const { actor, before, after, requestId, ...rest } = line;
      const values = {
        ...rest,
        actor_kind: actor.kind,
        actor_id: actor.id,
        actor_name: actor.name,
        before: before === null ? null : JSON.stringify(before),
        after: after === null ? null : JSON.stringify(after),
        request_id: requestId,
      };
      try {
        await kysely.insertInto('audit_log').values(values).execute();
      } catch (error) {
        onLost(line, error);
        throw error;
      }
    },
  };
}
