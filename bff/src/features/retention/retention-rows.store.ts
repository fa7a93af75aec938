import type { Row } from '../../database/index.ts';
import type { RetentionPlan, RetentionRun } from './retention.ts';

export function planOf(row: Row<'retention_plans'>): RetentionPlan {
  const { cron, time_zone: timeZone } = row;
  return {
    id: row.id,
    project: row.project,
    environment: row.environment,
    isEnabled: row.is_enabled,
    repositories: { include: row.include, exclude: row.exclude },
    rules: row.rules,
    schedule: cron === null || timeZone === null ? null : { cron, timeZone },
    version: row.version,
    nextRunAt: row.next_run_at,
    createdBy: row.created_by,
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  };
}

export function runOf(row: Row<'retention_runs'>): RetentionRun {
  return {
    id: row.id,
    planId: row.plan_id,
    project: row.project,
    environment: row.environment,
    planVersion: row.plan_version,
    content: row.content,
    isScheduled: row.is_scheduled,
    askedBy: row.asked_by,
    state: row.state,
    heldBack: row.held_back,
    decidedBy: row.decided_by,
    reason: row.reason,
    leftOut: row.left_out,
    keepCount: row.keep_count,
    deleteCount: row.delete_count,
    freedBytes: row.freed_bytes,
    trashedCount: row.trashed_count,
    sparedCount: row.spared_count,
    failedCount: row.failed_count,
    asOf: row.as_of,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}
