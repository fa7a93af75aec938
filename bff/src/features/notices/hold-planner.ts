import type { EndsTransaction, SubscribedNotice } from './ends.store.ts';
import { type HeldPart, type Hold, holdEventFor, type HoldFacts, holdsOf, holdStep, type ToldHold } from './holds.ts';
import type { HoldsStore } from './holds.store.ts';
import type { NoticeEvent, ToldPair } from './notices.ts';
import type { OutagesStore } from './outages.store.ts';

export interface HoldPlannerDeps {
  readonly holds: HoldsStore;
  readonly listNotices: OutagesStore['listNotices'];
  readonly databaseNow: (transaction: EndsTransaction) => Promise<Date>;
  readonly tell: (
    transaction: EndsTransaction,
    notice: SubscribedNotice,
    told: {
      readonly event: NoticeEvent;
      readonly pairs: readonly ToldPair[];
      readonly held: ToldHold;
      readonly at: Date;
    },
  ) => Promise<void>;
}

/** Tells of deletions that wait for a person's word, once for each time somebody is asked. Everything is done in the transaction. */
export class HoldPlanner {
  readonly #deps: HoldPlannerDeps;

  constructor(deps: HoldPlannerDeps) {
    this.#deps = deps;
  }

  async look(transaction: EndsTransaction): Promise<void> {
    const { holds, listNotices, databaseNow } = this.#deps;
    // Before what is held is read: what was not there yet was not seen.
    const at = await databaseNow(transaction);
    const parts = await holds.list(transaction);
    if (parts.length === 0) return;
    for (const { isDisabled, ...notice } of await listNotices(transaction)) {
      if (!isDisabled) await this.#lookFor(transaction, notice, parts, at);
    }
  }

  /** Each notice for itself: one that was made or enabled in the middle of a hold is told, too. */
  async #lookFor(
    transaction: EndsTransaction,
    notice: SubscribedNotice,
    parts: readonly HeldPart[],
    at: Date,
  ): Promise<void> {
    const event = holdEventFor(notice.kinds);
    const own = holdsOf(parts, notice);
    if (event === undefined || own.length === 0) return;
    const { holds, tell } = this.#deps;
    const seen = await holds.listSeen(transaction, notice.id);
    for (const hold of own) {
      const step = holdStep(hold, seen.get(hold.policyId), at);
      if (step === 'early') continue;
      if (step === 'new') {
        const facts = await holds.describe(transaction, hold, notice.project);
        if (facts === undefined) continue;
        await tell(transaction, notice, { event, at, ...toldOf(hold, facts) });
      }
      await holds.noteSeen(transaction, notice.id, hold, at);
    }
  }
}

function toldOf({ policyId, since }: Hold, facts: HoldFacts): { pairs: ToldPair[]; held: ToldHold } {
  const { executionId, tags, deletions, reason, policyName } = facts;
  const policies = [{ id: policyId, name: policyName }];
  const pairs = facts.pairs.map(({ sourceRegistryId, destinationRegistryId, deletions: waiting }) => {
    const pair = { sourceRegistryId, destinationRegistryId, waiting };
    return { ...pair, state: 'held' as const, failingSince: null, reason, policies };
  });
  return { pairs, held: { executionId, since, tags, deletions } };
}
