import type { Response } from 'express';

export interface OpenWritesDeps {
  /** @returns of these registries those that take no writes any more, and for how many milliseconds they have not */
  readonly report: (open: ReadonlyMap<string, number>) => Promise<ReadonlyMap<string, number>>;
  /** What still writes then is cut. */
  readonly cutAfterMs: number;
  readonly onFault: (error: unknown) => void;
}

const lookEveryMs = 500;

/** The requests that write into each registry at this moment, so that its maintenance can wait for them. */
export class OpenWrites {
  readonly #deps: OpenWritesDeps;
  readonly #open = new Map<string, Set<Response>>();
  /** Of which others were told that something is open. */
  #told: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(deps: OpenWritesDeps) {
    this.#deps = deps;
  }

  /** Before it is decided whether it may: what is decided on is counted already. */
  note(registryId: string, response: Response): void {
    const responses = this.#open.get(registryId) ?? new Set();
    this.#open.set(registryId, responses.add(response));
    response.once('close', () => {
      responses.delete(response);
      if (responses.size === 0 && this.#open.get(registryId) === responses) this.#open.delete(registryId);
    });
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#looking ??= this.#look()
        .catch(this.#deps.onFault)
        .finally(() => {
          this.#looking = undefined;
        });
    }, lookEveryMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const ids = new Set([...this.#open.keys(), ...this.#told]);
    if (ids.size === 0) return;
    const counts = new Map([...ids].map((id) => [id, this.#open.get(id)?.size ?? 0]));
    const resting = await this.#deps.report(counts);
    this.#told = new Set([...resting.keys()].filter((id) => (counts.get(id) ?? 0) > 0));
    for (const [id, refusedForMs] of resting) {
      if (refusedForMs < this.#deps.cutAfterMs) continue;
      for (const response of this.#open.get(id) ?? []) response.destroy();
    }
  }
}
