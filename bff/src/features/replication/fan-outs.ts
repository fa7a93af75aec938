import { FanOut, type FanOutMember } from '../../replication-engine/index.ts';
import type { ClaimedTask } from './replication.ts';

export interface FanOutPlace {
  /** Undefined where nobody else copies this digest now: then it is read alone, and nobody waits for this task. */
  memberFor(digest: string): FanOutMember | undefined;
  leave(): void;
}

const nowhere: FanOutPlace = { memberFor: () => undefined, leave: () => undefined };

/** Running tasks of this process that bring the same artifact to several destinations. */
export class FanOuts {
  readonly #groups = new Map<string, FanOut>();

  /** By the digest that the task is believed to copy; one that turns out to copy another leaves. */
  enter({ source, digest, platforms, catalogDigest, isBelievedThere }: ClaimedTask): FanOutPlace {
    const expected = digest ?? catalogDigest;
    if (expected === null || isBelievedThere) return nowhere;
    // Who wants other platforms comes to other blobs: nobody waits for it.
    const key = `${source.registryId}/${source.repository}@${expected} ${platforms?.join(' ') ?? ''}`;
    const group = this.#groups.get(key) ?? new FanOut();
    this.#groups.set(key, group);
    const member = group.enter();
    const leave = (): void => {
      member.leave();
      if (group.size === 0 && this.#groups.get(key) === group) this.#groups.delete(key);
    };
    return {
      memberFor: (actual) => {
        if (actual === expected && group.size > 1) return member;
        leave();
        return undefined;
      },
      leave,
    };
  }
}
