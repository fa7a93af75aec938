import type { RegistryClient } from '../../registry-client/index.ts';
import { workOnRepository } from './trash-group.ts';
import type { ClaimedItem } from './trash.ts';
import type { TrashClaimsStore } from './trash-claims.store.ts';
import type { TrashGroupDeps } from './trash-work.ts';

export interface TrashRunnerDeps extends Omit<TrashGroupDeps, 'client' | 'signal' | 'onEnding' | 'withoutMount'> {
  readonly claims: TrashClaimsStore;
  readonly clientFor: (registryId: string) => Promise<RegistryClient>;
  /** Lets one at a time work on a whole repository, over all instances. */
  readonly holdRepository: (
    place: { readonly registryId: string; readonly repository: string },
    work: () => Promise<void>,
    signal: AbortSignal,
  ) => Promise<void>;
  readonly onExpired: (items: Awaited<ReturnType<TrashClaimsStore['expire']>>) => Promise<void>;
  readonly isOnlyProcess: boolean;
  readonly onFault: (error: unknown) => void;
}

const renewEveryMs = 3000;
const lookEveryMs = 2000;
/** Looked at in passing: one statement along an index. */
const expireEveryMs = 30_000;
/** Of one repository they share what was read of it; what there is no time for is given back. */
const claimedAtOnce = 1000;
const repositoriesAtOnce = 4;
const expiredAtOnce = 500;

interface Running {
  readonly item: ClaimedItem;
  readonly cut: AbortController;
}

/** Takes deletions, restores and purges that are due, repository by repository, and renews its hold on them. */
export class TrashRunner {
  readonly #deps: TrashRunnerDeps;
  readonly #stopping = new AbortController();
  readonly #running = new Map<string, Running>();
  readonly #groups = new Set<Promise<void>>();
  readonly #withoutMount = new Set<string>();
  #timers: NodeJS.Timeout[] = [];
  #looking: Promise<void> | undefined;
  #isWokenMeanwhile = false;

  constructor(deps: TrashRunnerDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    if (this.#deps.isOnlyProcess) await this.#deps.claims.takeOver();
    this.#timers = [
      setInterval(() => this.wake(), lookEveryMs),
      setInterval(() => void this.#renew().catch(this.#deps.onFault), renewEveryMs),
      setInterval(() => void this.expire().catch(this.#deps.onFault), expireEveryMs),
    ];
    for (const timer of this.#timers) timer.unref();
    this.wake();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopping.abort(new Error('Longshore is stopping.'));
    await this.#looking;
    await Promise.all(this.#groups);
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#stopping.signal.aborted) return;
    this.#isWokenMeanwhile = true;
    this.#looking ??= this.#look()
      .catch(this.#deps.onFault)
      .finally(() => {
        this.#looking = undefined;
      });
  }

  /** What has been in the trash for its time goes for good. */
  async expire(): Promise<void> {
    for (;;) {
      const items = await this.#deps.claims.expire(expiredAtOnce);
      if (items.length === 0) return;
      await this.#deps.onExpired(items);
      this.wake();
      if (items.length < expiredAtOnce) return;
    }
  }

  async #look(): Promise<void> {
    while (this.#isWokenMeanwhile && this.#groups.size < repositoriesAtOnce && !this.#stopping.signal.aborted) {
      this.#isWokenMeanwhile = false;
      const claimed = await this.#deps.claims.claim(this.#deps.owner, claimedAtOnce);
      const groups = Map.groupBy(claimed, ({ registryId, repository }) => `${registryId}/${repository}`);
      for (const items of groups.values()) this.#begin(items);
      // There may be more of them.
      if (claimed.length === claimedAtOnce) this.#isWokenMeanwhile = true;
    }
  }

  #begin(items: readonly ClaimedItem[]): void {
    const cut = new AbortController();
    for (const item of items) this.#running.set(item.id, { item, cut });
    const group = this.#work(items, AbortSignal.any([cut.signal, this.#stopping.signal]))
      .catch(this.#deps.onFault)
      .finally(() => {
        for (const { id } of items) this.#running.delete(id);
        this.#groups.delete(group);
        this.wake();
      });
    this.#groups.add(group);
  }

  async #work(items: readonly ClaimedItem[], signal: AbortSignal): Promise<void> {
    const [first] = items;
    if (first === undefined) return;
    const { holdRepository, clientFor } = this.#deps;
    const client = await clientFor(first.registryId);
    const { registryId, repository } = first;
    // Nobody renews what has ended, and it must not look as if it had been lost.
    const own = { onEnding: (id: string) => void this.#running.delete(id), withoutMount: this.#withoutMount };
    await holdRepository(
      { registryId, repository },
      () => workOnRepository({ ...this.#deps, ...own, client, signal }, { registryId, repository }, items),
      signal,
    );
  }

  /** Whoever could not renew for the length of a lease has lost what it was at. */
  async #renew(): Promise<void> {
    if (this.#running.size === 0) return;
    const ids = [...this.#running.keys()];
    const held = await this.#deps.claims.renew(this.#deps.owner, ids);
    for (const id of ids) if (!held.has(id)) this.#running.get(id)?.cut.abort(new Error('The lease ran out.'));
  }
}
