import { sql } from 'kysely';
import { replacedCode } from '../../contract/replication.ts';

/** No manifest is larger than registries take. */
const manifestMaxBytes = 4 * 1024 * 1024;

/** Of `tasks t`: those that were done, and left nothing as it was. */
export const hasMoved = sql<boolean>`(t.state = 'succeeded'
  and coalesce(t.reason->>'code', ${replacedCode}::text) = ${replacedCode}::text)`;

/**
 * Whether a task of `tasks t` moves nothing but a tag: to what its own repository holds, or to what a policy found to be there
 * already, where something else was under the tag. The manifest itself is always sent, because that is how a tag is set.
 */
export const movesTagOnly = sql<boolean>`(t.kind = 'copy' and t.destination_tag is not null and (
  (t.source_registry_id = t.destination_registry_id and t.source_repository = t.destination_repository)
  or (${hasMoved} and t.replaces_digest is not null
    and t.bytes_done - t.bytes_skipped <= ${manifestMaxBytes}::bigint and not exists (
      select from task_blobs b where b.task_id = t.id and b.state = 'copied' and b.digest <> t.digest))))`;
