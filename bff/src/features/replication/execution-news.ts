const gatherMs = 500;

/** Says which executions have changed: the first change at once, and the end; others within half a second together. */
export class ExecutionNews {
  readonly #tell: (executionId: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(tell: (executionId: string) => void) {
    this.#tell = tell;
  }

  changed(ids: Iterable<string>, ended?: ReadonlySet<string>): void {
    for (const id of ids) {
      const isToldLater = this.#timers.has(id);
      if (!isToldLater || ended?.has(id) === true) this.#tell(id);
      if (!isToldLater) this.#timers.set(id, setTimeout(() => this.#onDue(id), gatherMs).unref());
    }
  }

  end(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #onDue(id: string): void {
    this.#timers.delete(id);
    this.#tell(id);
  }
}
