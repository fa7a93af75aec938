/** Bytes per second, smoothed so that the figure can be read: an exponential average over about three seconds. */
export class RateMeter {
  #sinceSample = 0;
  #rate: number | undefined;
  #sampledAtMs: number;
  #addedAtMs: number;
  readonly #startedAtMs: number;

  constructor(nowMs: number) {
    this.#sampledAtMs = nowMs;
    this.#addedAtMs = nowMs;
    this.#startedAtMs = nowMs;
  }

  add(byteCount: number): void {
    this.#sinceSample += byteCount;
  }

  sample(nowMs: number): void {
    const elapsedMs = nowMs - this.#sampledAtMs;
    if (elapsedMs < shortestSampleMs) return;
    const current = (this.#sinceSample * 1000) / elapsedMs;
    // In its first seconds an average over all of them is truer than one that begins at nought.
    const weight = Math.max(1 - Math.exp(-elapsedMs / smoothingMs), elapsedMs / (nowMs - this.#startedAtMs));
    this.#rate = this.#rate === undefined ? current : this.#rate + weight * (current - this.#rate);
    if (this.#sinceSample > 0) this.#addedAtMs = nowMs;
    // An average would fall for a minute, and show a rate where nothing moves any more.
    else if (nowMs - this.#addedAtMs >= silenceMs) this.#rate = 0;
    this.#sinceSample = 0;
    this.#sampledAtMs = nowMs;
  }

  /** Null before anything could be measured. */
  get bytesPerSecond(): number | null {
    return this.#rate === undefined ? null : Math.round(this.#rate);
  }
}

const smoothingMs = 3000;
const shortestSampleMs = 100;
const silenceMs = 2000;

/** Seconds for the rest at this rate; null where that cannot be said. */
export function etaSeconds(bytesLeft: number, bytesPerSecond: number | null): number | null {
  if (bytesLeft <= 0) return 0;
  if (bytesPerSecond === null || bytesPerSecond < 1) return null;
  return Math.ceil(bytesLeft / bytesPerSecond);
}
