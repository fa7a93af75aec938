import type { Reason } from './trash.ts';

const reason = (code: string, sentence: string, params: Record<string, string>): Reason => ({ code, sentence, params });

/** What there is of a broken image stays where it was, without a tag. */
export const keptBrokenCode = 'trash-kept-broken';

export const trashReasons = {
  deletionDisabled: (registry: string) =>
    reason(
      'trash-deletion-disabled',
      `${registry} does not allow deletion, so nothing was deleted: set storage.delete.enabled to true in its configuration and restart it.`,
      { registry },
    ),
  gone: (registry: string, name: string) =>
    reason('trash-gone', `${registry} does not have ${name} any more: there is nothing to delete.`, { registry, name }),
  movedBeforeDeletion: (registry: string, name: string) =>
    reason(
      'trash-moved-before-deletion',
      `${name} of ${registry} was pushed anew meanwhile; what it is now was not what should be deleted, and stays.`,
      { registry, name },
    ),
  immutable: (name: string, rule: string) =>
    reason('trash-immutable', `${name} is held by the rule “${rule}” and stays as it is.`, { name, rule }),
  needed: (digest: string, parent: string) =>
    reason(
      'trash-needed',
      `${digest} is part of ${parent}, which is not deleted: it would be left incomplete. Delete that one.`,
      { digest, parent },
    ),
  inUse: (name: string, by: string) =>
    reason('trash-in-use', `${name} is no leftover any more: ${by} needs it. It stays as it is.`, { name, by }),
  notKept: (registry: string, name: string, digest: string) =>
    reason(
      'trash-not-kept',
      `${registry} did not keep ${digest} of ${name} where it was put aside: nothing was deleted.`,
      { registry, name, digest },
    ),
  keptBroken: (registry: string, name: string, detail: string) =>
    reason(
      keptBrokenCode,
      `${name} is broken in ${registry}, which takes it under no tag any more: what there is of it stays there without one, and can only be restored if the registry takes it again. ${detail}`,
      { registry, name, detail },
    ),
  waitsForMaintenance: (registry: string, until: Date) =>
    reason(
      'trash-waits-for-maintenance',
      `${registry} is in maintenance until ${until.toISOString()}: this is done when that has ended.`,
      { registry, until: until.toISOString() },
    ),
  copiedBack: (registry: string, policy: string, count: number) =>
    reason(
      'trash-copied-back',
      `The policy “${policy}” copies ${tagsOf(count)} into ${registry} again, because its source still has them: delete them there, or exclude them from the policy.`,
      { registry, policy, count: String(count) },
    ),
  copiedBackUnseen: (registry: string, count: number) =>
    reason(
      'trash-copied-back-unseen',
      `A policy of the console copies ${tagsOf(count)} into ${registry} again, because its source still has them: ask a system administrator to exclude them.`,
      { registry, count: String(count) },
    ),
  lost: (registry: string, name: string) =>
    reason(
      'trash-lost',
      `${registry} does not have what was kept of ${name} any more: it was removed by hand, or with the storage.`,
      { registry, name },
    ),
  tagTaken: (name: string, digest: string) =>
    reason(
      'trash-tag-taken',
      `${name} is ${digest} by now. Choose whether to replace that, to take another tag, or to restore without one.`,
      { name, digest },
    ),
  unexpected: () =>
    reason('unexpected', 'Something unexpected went wrong in Longshore itself; the server’s log has it.', {}),
};

function tagsOf(count: number): string {
  return count === 1 ? '1 tag' : `${count} tags`;
}
