/**
 * Bytes per second, smoothed so that the figure can be read: an exponential average over about three seconds, or more where
 * pieces come seconds apart.
 */
export class RateMeter {
  #sinceSample = 0;
  #rate: number | undefined;
  #sampledAtMs: number;
  #addedAtMs: number;
  /** Between the last pieces: under a bandwidth limit they come seconds apart. */
  #gapMs = 0;
  #hasRested = false;
  #movesSinceMs: number | undefined;
  readonly #startedAtMs: number;

  constructor(nowMs: number) {
    this.#sampledAtMs = nowMs;
    this.#addedAtMs = nowMs;
    this.#startedAtMs = nowMs;
  }

  add(byteCount: number): void {
    this.#sinceSample += byteCount;
  }

  /** Nothing is under way that could move: the pause says nothing of how far apart pieces come. */
  rest(): void {
    this.#gapMs = 0;
    this.#hasRested = true;
  }

  sample(nowMs: number): void {
    const elapsedMs = nowMs - this.#sampledAtMs;
    if (elapsedMs < shortestSampleMs) return;
    const current = (this.#sinceSample * 1000) / elapsedMs;
    if (this.#sinceSample > 0) {
      const gapMs = this.#hasRested ? 0 : nowMs - this.#addedAtMs;
      this.#gapMs = Math.min(longestGapMs, Math.max(gapMs, this.#gapMs / 2));
      this.#hasRested = false;
      this.#addedAtMs = nowMs;
      this.#movesSinceMs ??= this.#sampledAtMs;
    }
    const smoothingMs = Math.max(shortestSmoothingMs, 3 * this.#gapMs);
    // In its first seconds an average over all of them is truer than one that begins at nought.
    const weight = Math.max(1 - Math.exp(-elapsedMs / smoothingMs), elapsedMs / (nowMs - this.#startedAtMs));
    this.#rate = this.#rate === undefined ? current : this.#rate + weight * (current - this.#rate);
    // An average would fall for a minute, and show a rate where nothing moves any more.
    if (nowMs - this.#addedAtMs >= Math.max(shortestSilenceMs, 2 * this.#gapMs)) this.#rate = 0;
    this.#sinceSample = 0;
    this.#sampledAtMs = nowMs;
  }

  /** Whether it was measured long enough to say from it how long the rest takes. */
  get isSettled(): boolean {
    return this.#movesSinceMs !== undefined && this.#sampledAtMs - this.#movesSinceMs >= settledMs;
  }

  /** Null before anything could be measured. */
  get bytesPerSecond(): number | null {
    return this.#rate === undefined ? null : Math.round(this.#rate);
  }
}

const shortestSmoothingMs = 3000;
const shortestSampleMs = 100;
const shortestSilenceMs = 2000;
/** What stood still for longer was held up, not slow. */
const longestGapMs = 20_000;
/** The first bytes are configs and the starts of layers: their rate says nothing of the rest. */
const settledMs = 1000;

/** Seconds for the rest at this rate; null where that cannot be said. */
export function etaSeconds(bytesLeft: number, bytesPerSecond: number | null): number | null {
  if (bytesLeft <= 0) return 0;
  if (bytesPerSecond === null || bytesPerSecond < 1) return null;
  return Math.ceil(bytesLeft / bytesPerSecond);
}
