import type { EndsTransaction, SubscribedNotice } from './ends.store.ts';
import type { ExecutionEnd, NoticeEvent, ToldPair } from './notices.ts';
import {
  type Ended,
  openPairs,
  type OpenPair,
  type OpenTasks,
  type Outage,
  outageEventFor,
  pairKey,
  stepOf,
} from './outages.ts';
import type { OutagesStore } from './outages.store.ts';

export interface OutagePlannerDeps {
  readonly outages: OutagesStore;
  readonly databaseNow: (transaction: EndsTransaction) => Promise<Date>;
  readonly afterMinutes: number;
  readonly tell: (
    transaction: EndsTransaction,
    notice: SubscribedNotice,
    told: { readonly event: NoticeEvent; readonly pairs: readonly ToldPair[]; readonly at: Date },
  ) => Promise<void>;
}

type Notice = SubscribedNotice & { readonly isDisabled: boolean };
interface Look {
  readonly at: Date;
  readonly open: readonly OpenTasks[];
  readonly ended: ReadonlyMap<string, Ended>;
  readonly known: readonly Outage[];
}
interface Told {
  readonly outage: Outage;
  readonly pair: ToldPair;
}

/** In one message: its pairs and their policies' names stay far below what a message may have. */
const pairsMax = 20;
const millisecondsPerMinute = 60_000;

/** Finds pairs of registries that are held up for long, and those that are no more. Everything is done in the transaction. */
export class OutagePlanner {
  readonly #deps: OutagePlannerDeps;

  constructor(deps: OutagePlannerDeps) {
    this.#deps = deps;
  }

  /** Only where it is about these pairs: what is open is many tasks, and ends are many. */
  async lookAfter(transaction: EndsTransaction, ends: readonly Pick<ExecutionEnd, 'pairs'>[]): Promise<void> {
    const ended = new Set(ends.flatMap(({ pairs }) => pairs.map(pairKey)));
    const known = await this.#deps.outages.list(transaction);
    if (known.some((outage) => ended.has(pairKey(outage)))) await this.look(transaction);
  }

  async look(transaction: EndsTransaction): Promise<void> {
    const { outages, databaseNow } = this.#deps;
    const notices = await outages.listNotices(transaction);
    if (notices.every(({ isDisabled }) => isDisabled)) return;
    await outages.forgetUnheard(transaction);
    const known = await outages.list(transaction);
    const open = await outages.readOpen(transaction);
    if (known.length === 0 && open.every(({ trouble }) => trouble === null)) return;
    const ended = known.length === 0 ? new Map<string, Ended>() : await outages.readEnded(transaction);
    const look: Look = { at: await databaseNow(transaction), open, ended, known };
    const scopes = Map.groupBy(notices, ({ project, policyId }) => `${project ?? ''}\n${policyId ?? ''}`);
    for (const those of scopes.values()) await this.#lookAt(transaction, those, look);
    await outages.noteLook(transaction, look.at);
  }

  /** @param notices all of one scope */
  async #lookAt(transaction: EndsTransaction, notices: readonly Notice[], look: Look): Promise<void> {
    const [scope] = notices;
    if (scope === undefined) return;
    const { outages } = this.#deps;
    const { project, policyId } = scope;
    const pairs = new Map(openPairs(look.open, scope).map((pair) => [pairKey(pair), pair]));
    const own = look.known.filter((one) => one.project === project && one.policyId === policyId);
    const known = new Set(own.map(pairKey));
    for (const pair of pairs.values()) {
      if (pair.waiting > 0 && !known.has(pairKey(pair))) await outages.begin(transaction, scope, pair, look.at);
    }
    const failing: Told[] = [];
    const recovered: Told[] = [];
    for (const outage of own) {
      const pair = pairs.get(pairKey(outage)) ?? nothingOpen(outage);
      const step = await this.#follow(transaction, outage, pair, look);
      if (step === 'failing') failing.push({ outage, pair: failingPair(outage, pair) });
      if (step === 'recovered') recovered.push({ outage, pair: recoveredPair(outage, pair) });
    }
    for (const notice of notices.filter(({ isDisabled }) => !isDisabled)) {
      await this.#tellFailing(transaction, notice, failing, look.at);
      await this.#tell(transaction, notice, 'recovered', recovered, look.at);
    }
  }

  /** Notes what became of an outage. @returns what it came to */
  async #follow(transaction: EndsTransaction, outage: Outage, pair: OpenPair, { at, ended }: Look) {
    const { outages, afterMinutes } = this.#deps;
    const since = ended.get(outage.id) ?? { hasSucceeded: false, hasFailed: false };
    const step = stepOf(outage, { ...since, ...pair }, { at, afterMs: afterMinutes * millisecondsPerMinute });
    if (step === 'forgotten') await outages.end(transaction, outage, 'as before');
    else if (step === 'failed') await outages.end(transaction, outage, 'failing');
    else if (step === 'recovered') await outages.end(transaction, outage, 'works');
    else if (step === 'quiet') {
      if (outage.quietSince === null) await outages.note(transaction, { ...outage, quietSince: at });
    } else if (step === 'anew') await outages.note(transaction, { ...outage, since: at, quietSince: null });
    else if (outage.quietSince !== null) await outages.note(transaction, { ...outage, quietSince: null });
    if (step === 'failing' && !outage.isTold) await outages.noteTold(transaction, outage.id, at, pair);
    return step;
  }

  /** Each notice once of each outage, also one that was made or enabled in the middle of it. */
  async #tellFailing(transaction: EndsTransaction, notice: Notice, failing: readonly Told[], at: Date): Promise<void> {
    if (outageEventFor(notice.kinds, 'failing') === undefined) return;
    const ids = failing.map(({ outage }) => outage.id);
    const fresh = await this.#deps.outages.claimTellings(transaction, notice.id, ids);
    const untold = failing.filter(({ outage }) => fresh.has(outage.id));
    await this.#tell(transaction, notice, 'failing', untold, at);
  }

  async #tell(
    transaction: EndsTransaction,
    notice: Notice,
    step: 'failing' | 'recovered',
    told: readonly Told[],
    at: Date,
  ): Promise<void> {
    const event = outageEventFor(notice.kinds, step);
    if (event === undefined) return;
    for (let from = 0; from < told.length; from += pairsMax) {
      const pairs = told.slice(from, from + pairsMax).map(({ pair }) => pair);
      await this.#deps.tell(transaction, notice, { event, pairs, at });
    }
  }
}

function nothingOpen({ sourceRegistryId, destinationRegistryId }: Outage): OpenPair {
  return { sourceRegistryId, destinationRegistryId, open: 0, waiting: 0, trouble: null, policies: [] };
}

function failingPair({ since: failingSince }: Outage, pair: OpenPair): ToldPair {
  const { sourceRegistryId, destinationRegistryId, waiting, trouble: reason, policies } = pair;
  return { sourceRegistryId, destinationRegistryId, state: 'failing', failingSince, waiting, reason, policies };
}

function recoveredPair({ since: failingSince, policies }: Outage, { waiting, ...pair }: OpenPair): ToldPair {
  const { sourceRegistryId, destinationRegistryId } = pair;
  const told = { state: 'recovered', failingSince, waiting, reason: null, policies } as const;
  return { sourceRegistryId, destinationRegistryId, ...told };
}
