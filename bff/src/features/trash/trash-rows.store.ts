import type { Row } from '../../database/index.ts';
import type { ClaimedItem, RestoreTarget, TrashItem } from './trash.ts';

export function itemOf(row: Row<'trash_items'>): TrashItem {
  return {
    id: row.id,
    registryId: row.registry_id,
    project: row.project,
    repository: row.repository,
    tag: row.tag,
    digest: row.digest,
    state: row.state,
    keptIn: row.kept_in,
    why: row.why,
    deletedBy: row.deleted_by,
    policy: row.policy,
    comment: row.comment,
    aliases: row.aliases,
    sizeBytes: row.size_bytes,
    pushedAt: row.pushed_at,
    pushedBy: row.pushed_by,
    actedBy: row.acted_by,
    reason: row.reason,
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
    expiresAt: row.expires_at,
    finishedAt: row.finished_at,
  };
}

export function claimedItemOf(row: Row<'trash_items'> & { deadline_left_ms: number }): ClaimedItem {
  return {
    ...itemOf(row),
    hasShadow: row.has_shadow,
    restore: restoreOf(row),
    attempt: row.attempt,
    fence: row.fence,
    deadlineLeftMs: row.deadline_left_ms,
  };
}

function restoreOf({ restore }: Row<'trash_items'>): RestoreTarget | null {
  if (restore === null) return null;
  if (restore.kind === 'replace') return { kind: 'replace', replaces: restore.replaces ?? '' };
  if (restore.kind === 'tag') return { kind: 'tag', tag: restore.tag ?? '' };
  return { kind: restore.kind };
}
