/** Looks at the registry behind the copies, a few at a time, so that it does not slow them down. */
export class RefreshQueue {
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #atOnce: () => number;
  readonly #onFault: (error: unknown) => void;

  constructor(atOnce: () => number, onFault: (error: unknown) => void) {
    this.#atOnce = atOnce;
    this.#onFault = onFault;
  }

  add(work: () => Promise<void>): void {
    this.#waiting.push(work);
    this.#next();
  }

  async end(): Promise<void> {
    this.#waiting.splice(0);
    await Promise.allSettled(this.#running);
  }

  #next(): void {
    while (this.#running.size < this.#atOnce()) {
      const work = this.#waiting.shift();
      if (work === undefined) return;
      // What cannot be read now is brought by the registry's notification or the next scan.
      const run = work()
        .catch(this.#onFault)
        .finally(() => {
          this.#running.delete(run);
          this.#next();
        });
      this.#running.add(run);
    }
  }
}
