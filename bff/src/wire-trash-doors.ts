import type { MoveToTrash as MovePolicyTag } from './features/replication/task-runner.ts';
import type { FollowedPolicy, TrashItem } from './features/trash/trash.ts';
import type { TrashService } from './features/trash/trash.service.ts';
import type { MoveToTrash, Trashed } from './gateway/trashed.ts';
import type { Subject } from './access/subject.ts';

/** A copy has nobody who waits for its answer. */
const taskPatienceMs = 3_600_000;
/** Clients wait for the answer to a deletion, but not for ever. */
const callerPatienceMs = 60_000;

/** For copies that follow their source: what it deleted goes into the destination's trash. */
export function policyDoor(trash: TrashService): MovePolicyTag {
  return async ({ registryId, repository, tag, digest }, task, signal) => {
    const artifact = { registryId, repository, tag, digest };
    const by = { id: null, name: task.requestedBy, policy: policyOf(task) };
    const ended = await trash.deleteNow(artifact, 'policy', by, { patienceMs: taskPatienceMs, signal });
    if (ended === undefined) throw new Error(`${repository}:${tag} did not get into the trash in an hour.`);
    const { state, reason } = ended.item;
    if (state === 'deleting' && reason !== null) return { outcome: 'waiting', reason };
    if (state !== 'failed' || reason === null) return { outcome: 'deleted' };
    if (reason.code === 'trash-gone') return { outcome: 'gone' };
    return reason.code === 'trash-moved-before-deletion' ? { outcome: 'moved' } : { outcome: 'failed', reason };
  };
}

function policyOf({ policyId, policyName, executionId, source }: Parameters<MovePolicyTag>[1]): FollowedPolicy | null {
  if (policyId === null) return null;
  const { registryId: sourceRegistryId, repository: sourceRepository } = source;
  return { id: policyId, name: policyName ?? '', executionId, sourceRegistryId, sourceRepository };
}

/** For `DELETE` at the front door. */
export function frontDoor(trash: TrashService): MoveToTrash {
  return async ({ registryId, repository, tag, digest, subject, signal }) => {
    const artifact = { registryId, repository, tag, digest };
    const wait = { patienceMs: callerPatienceMs, signal };
    const ended = await trash.deleteNow(artifact, 'person', personOf(subject), wait);
    if (ended === undefined) {
      const sentence = 'It is still being put into the trash, which goes on by itself: ask again for it later.';
      return { outcome: 'waiting', sentence };
    }
    const { item, isOwn } = ended;
    if (item.state !== 'deleting') return endOf(item);
    const said = item.reason?.sentence ?? '';
    // Whoever is told that it failed must not find it gone tomorrow.
    const isOver = isOwn && (await trash.withdraw(item.id));
    const next = isOver ? 'Nothing was deleted.' : 'It is tried again by itself.';
    return { outcome: 'waiting', sentence: `${said} ${next}`.trim() };
  };
}

function endOf({ state, reason }: TrashItem): Trashed {
  if (state !== 'failed' || reason === null) return { outcome: 'deleted' };
  const { code, sentence, params } = reason;
  switch (code) {
    case 'trash-gone':
      return { outcome: 'gone' };
    case 'trash-moved-before-deletion':
      return { outcome: 'moved' };
    case 'trash-deletion-disabled':
      return { outcome: 'unsupported', sentence };
    case 'trash-immutable': {
      const name = params['name'] ?? '';
      return { outcome: 'immutable', tag: name.slice(name.lastIndexOf(':') + 1), rule: params['rule'] ?? '' };
    }
    default:
      return { outcome: 'refused', sentence };
  }
}

function personOf(subject: Subject): { readonly id: string | null; readonly name: string | null } {
  if (subject.kind === 'anonymous') return { id: null, name: null };
  // Only a user’s row is one of `users`.
  return { id: subject.kind === 'user' ? subject.id : null, name: subject.name };
}
