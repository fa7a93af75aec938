import { isReserved } from '../../access/reserved-names.ts';
import { isRegistryError } from '../../registry-client/index.ts';
import type { RunWork } from './run-work.ts';

interface Manifest {
  readonly repository: string;
  readonly digest: string;
}

/** Asked for together. */
const askedAtOnce = 1000;
/** Of one run; the next one finds the rest. */
const readMax = 2000;

/**
 * A dry run names every manifest in the storage, tagged or not, which no registry lists. Those that the catalog has not heard
 * of are read, so that they count, and are found if no tag reaches them.
 */
export class UnheardManifests {
  readonly #work: RunWork;
  readonly #unheard: Manifest[] = [];
  #waiting: Manifest[] = [];
  #asking: Promise<void> = Promise.resolve();

  constructor(work: RunWork) {
    this.#work = work;
  }

  add(manifest: Manifest): void {
    if (isReserved(manifest.repository)) return;
    this.#waiting.push(manifest);
    if (this.#waiting.length >= askedAtOnce) this.#ask();
  }

  /** Not worth a run that fails: what cannot be read now is named again by the next one. */
  async lookAtAll(): Promise<void> {
    const { deps, run, log, stopping } = this.#work;
    this.#ask();
    await this.#asking;
    let readCount = 0;
    for (const { repository, digest } of this.#unheard.slice(0, readMax)) {
      stopping.throwIfAborted();
      try {
        await deps.lookAt(run.registryId, repository, digest);
        readCount += 1;
      } catch (error) {
        if (!isRegistryError(error)) throw error;
      }
    }
    if (this.#unheard.length === 0) return;
    log.say('preview', `${this.#unheard.length} manifests were not in the catalog; ${readCount} of them were read.`);
  }

  #ask(): void {
    const manifests = this.#waiting;
    this.#waiting = [];
    if (manifests.length === 0) return;
    this.#asking = this.#asking.then(async () => {
      const unheard = await this.#work.deps.reachable.findUnheard(this.#work.run.registryId, manifests);
      this.#unheard.push(...unheard);
    });
    // Waited for above; a failure meanwhile is not without a listener.
    this.#asking.catch(() => undefined);
  }
}
