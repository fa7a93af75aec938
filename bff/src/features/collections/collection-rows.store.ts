import type { Row } from '../../database/index.ts';
import type { CollectionRun } from './collections.ts';

export function runOf(row: Row<'gc_runs'>): CollectionRun {
  return {
    id: row.id,
    registryId: row.registry_id,
    kind: row.kind,
    state: row.state,
    step: row.step,
    askedBy: row.asked_by,
    isScheduled: row.is_scheduled,
    limitMinutes: row.limit_minutes,
    isStopping: row.stop_requested_at !== null,
    stoppedBy: row.stopped_by,
    reason: row.reason,
    eligibleCount: row.eligible_count,
    eligibleBytes: row.eligible_bytes,
    unweighedCount: row.unweighed_count,
    removedCount: row.removed_count,
    bytesBefore: row.bytes_before,
    bytesAfter: row.bytes_after,
    writesRefusedAt: row.writes_refused_at,
    writableAt: row.writable_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}
