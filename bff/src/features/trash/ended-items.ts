import type { ClaimedItem, FollowedPolicy, ItemEnd, Place } from './trash.ts';
import type { Restored } from './restore-artifact.ts';
import type { Outcome } from './trash-claims.store.ts';
import type { TrashGroupDeps } from './trash-work.ts';

/** Written together: on the embedded database a statement for each would take longer than the registry does. */
const writtenTogether = 32;

type Remover = { readonly actor: string | null; readonly policy: FollowedPolicy | null };
type EndedItemsDeps = Pick<TrashGroupDeps, 'claims' | 'news' | 'owner' | 'store' | 'onEnding'>;

/**
 * What became of the items of one repository. First the catalog is told, then the outcome is stored: whoever goes on after
 * a crash between the two finds the tag gone, and says it again.
 */
export class EndedItems {
  readonly #deps: EndedItemsDeps;
  readonly #place: Place;
  /** What its news is as old as: from before the first request. */
  readonly #askedAt: Promise<Date>;
  #tags = new Map<string, { readonly by: Remover; readonly names: string[] }>();
  #digests: string[] = [];
  #ended: Array<readonly [ClaimedItem, ItemEnd]> = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: EndedItemsDeps, place: Place) {
    this.#deps = deps;
    this.#place = place;
    this.#askedAt = deps.store.now();
    // Whoever needs it hears of a failure.
    this.#askedAt.catch(() => undefined);
  }

  async take(item: ClaimedItem, work: () => Promise<ItemEnd>): Promise<void> {
    await this.#askedAt;
    this.add(item, await work());
    if (this.#ended.length >= writtenTogether) await this.flush();
  }

  add(item: ClaimedItem, end: ItemEnd): void {
    this.#ended.push([item, end]);
  }

  async removed(item: ClaimedItem, tags: readonly string[], digests: readonly string[]): Promise<void> {
    const { deletedBy: actor, policy } = item;
    const key = JSON.stringify([actor, policy?.executionId]);
    const own = this.#tags.get(key);
    if (own === undefined) this.#tags.set(key, { by: { actor, policy }, names: [...tags] });
    else own.names.push(...tags);
    this.#digests.push(...digests);
  }

  async restored({ digest, actedBy }: ClaimedItem, { tags, afterMs }: Restored): Promise<void> {
    await this.#deps.news.restored(this.#place, { tags, digest: digest ?? '', afterMs, actor: actedBy });
  }

  /** There is no time left for these: they are anybody's. */
  async giveBack(items: readonly ClaimedItem[]): Promise<void> {
    for (const { id } of items) this.#deps.onEnding(id);
    await this.#deps.claims.giveBack(this.#deps.owner, items);
  }

  async flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { claims, news, owner, onEnding } = this.#deps;
    const [ended, tags, digests] = [this.#ended, this.#tags, this.#digests];
    this.#ended = [];
    this.#tags = new Map();
    this.#digests = [];
    const askedAt = tags.size > 0 ? await this.#askedAt : new Date(0);
    let left = digests;
    for (const { by, names } of tags.values()) {
      await news.removed(this.#place, { ...by, tags: names, digests: left, askedAt });
      left = [];
    }
    for (const [{ id }] of ended) onEnding(id);
    await claims.finish(
      owner,
      ended.map(([item, end]) => outcomeOf(item, end)),
    );
    for (const [item, end] of ended) news.ended(item, end);
  }
}

function outcomeOf(item: ClaimedItem, end: ItemEnd): Outcome {
  const same = { item, reason: null, aliases: null, keptIn: null, hasShadow: null, delayMs: 0 };
  switch (end.state) {
    case 'deleted':
      return { ...same, state: 'deleted', aliases: end.aliases, keptIn: end.keptIn, reason: end.reason };
    case 'restored':
      return { ...same, state: 'restored' };
    case 'purged':
      return { ...same, state: 'purged', hasShadow: false };
    case 'cleaned':
      return {
        ...same,
        state: item.state === 'restored' ? 'restored' : 'failed',
        reason: item.reason,
        hasShadow: false,
      };
    case 'waiting':
      return { ...same, state: 'waiting', reason: end.reason, delayMs: end.delayMs };
    default:
      return refusedOutcome(item, { ...same, reason: end.reason });
  }
}

/** Cleaning up is tried for as long as it takes; what could not be purged at its time is tried again the next day. */
const cleaningDelayMs = 3_600_000;
const purgingDelayMs = 86_400_000;

function refusedOutcome(item: ClaimedItem, same: Omit<Outcome, 'state'>): Outcome {
  if (item.state === 'deleting') return { ...same, state: 'failed' };
  if (item.state === 'restoring') return { ...same, state: 'deleted' };
  if (item.state === 'purging') return { ...same, state: 'deleted', delayMs: purgingDelayMs };
  return { ...same, state: 'waiting', reason: item.reason, delayMs: cleaningDelayMs };
}
