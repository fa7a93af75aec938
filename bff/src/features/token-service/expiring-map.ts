const entriesMax = 10_000;

/** Forgets what is older than `lifeMs`, and the oldest when there is too much. */
export class ExpiringMap<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly untilMs: number }>();
  readonly #lifeMs: number;
  readonly #clock: { now(): Date };

  constructor(lifeMs: number, clock: { now(): Date }) {
    this.#lifeMs = lifeMs;
    this.#clock = clock;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && this.#clock.now().getTime() < entry.untilMs ? entry.value : undefined;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, untilMs: this.#clock.now().getTime() + this.#lifeMs });
    if (this.#entries.size > entriesMax) this.#entries.delete(this.#entries.keys().next().value ?? '');
  }

  /** With `value` only if it is still that one. */
  delete(key: string, value?: T): void {
    if (value === undefined || this.#entries.get(key)?.value === value) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** One reading serves all who ask while it is young; a failed one serves nobody after it. */
export class ReadingCache<T> {
  readonly #readings: ExpiringMap<Promise<T>>;

  constructor(lifeMs: number, clock: { now(): Date }) {
    this.#readings = new ExpiringMap(lifeMs, clock);
  }

  getOrLoad(key: string, load: () => Promise<T>): Promise<T> {
    const held = this.#readings.get(key);
    if (held !== undefined) return held;
    const reading = load();
    this.#readings.set(key, reading);
    reading.catch(() => this.#readings.delete(key, reading));
    return reading;
  }

  delete(key: string): void {
    this.#readings.delete(key);
  }

  clear(): void {
    this.#readings.clear();
  }
}
