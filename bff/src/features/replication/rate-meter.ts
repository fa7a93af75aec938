/**
 * Bytes per second, smoothed so that the figure can be read: an exponential average over about three seconds, or more where
 * pieces come seconds apart.
 */
export class RateMeter {
  #sinceSample = 0;
  #rate: number | undefined;
  /** Nothing moves: the average stands, and goes on where bytes come again. What was held up was not slow. */
  #isStill = false;
  #sampledAtMs: number;
  #addedAtMs: number;
  /** Between the last pieces: under a bandwidth limit they come seconds apart, and not evenly. */
  #gapsMs: number[] = [];
  #isResting = false;
  #hasRested = false;
  #movesSinceMs: number | undefined;
  #startedAtMs: number;

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
    this.#gapsMs = [];
    this.#isResting = true;
    this.#hasRested = true;
  }

  /** It is known that nothing moves, and need not be waited for. */
  cut(): void {
    this.#sinceSample = 0;
    this.#isStill = true;
  }

  sample(nowMs: number): void {
    const elapsedMs = nowMs - this.#sampledAtMs;
    if (elapsedMs < shortestSampleMs) return;
    const current = (this.#sinceSample * 1000) / elapsedMs;
    if (this.#sinceSample > 0) this.#noteGap(nowMs);
    const gapMs = this.#usualGapMs();
    const smoothingMs = Math.max(shortestSmoothingMs, 3 * gapMs);
    // In its first seconds an average over all of them is truer than one that begins at nought.
    const weight = Math.max(1 - Math.exp(-elapsedMs / smoothingMs), elapsedMs / (nowMs - this.#startedAtMs));
    if (this.#rate === undefined) this.#rate = current;
    else if (!this.#isStill) this.#rate += weight * (current - this.#rate);
    // An average would fall for a minute, and show a rate where nothing moves any more.
    if (nowMs - this.#addedAtMs >= Math.max(shortestSilenceMs, 2 * gapMs)) this.#isStill = true;
    if (this.#isStill && this.#isResting) this.#beginAnew(nowMs);
    this.#isResting = false;
    this.#sinceSample = 0;
    this.#sampledAtMs = nowMs;
  }

  /** The longest but one: a single longer one was a hold-up. */
  #usualGapMs(): number {
    return Math.min(longestGapMs, this.#gapsMs.toSorted((one, other) => other - one)[1] ?? 0);
  }

  #noteGap(nowMs: number): void {
    const gapMs = this.#hasRested ? 0 : nowMs - this.#addedAtMs;
    this.#gapsMs = [...this.#gapsMs, gapMs].slice(-rememberedGaps);
    this.#hasRested = false;
    this.#isStill = false;
    this.#addedAtMs = nowMs;
    this.#movesSinceMs ??= this.#sampledAtMs;
  }

  /** What is begun next is measured for itself, not as a rise from nought. */
  #beginAnew(nowMs: number): void {
    this.#rate = 0;
    this.#startedAtMs = nowMs;
  }

  /** Whether it was measured long enough to say from it how long the rest takes. */
  get isSettled(): boolean {
    return this.#movesSinceMs !== undefined && this.#sampledAtMs - this.#movesSinceMs >= settledMs;
  }

  /** Null before anything could be measured. */
  get bytesPerSecond(): number | null {
    if (this.#rate === undefined) return null;
    return this.#isStill ? 0 : Math.round(this.#rate);
  }
}

const shortestSmoothingMs = 3000;
const shortestSampleMs = 100;
/** Two samples without a byte: a person who has frozen a registry sees within a second that nothing moves. */
const shortestSilenceMs = 600;
/** As many as tell how unevenly pieces come. */
const rememberedGaps = 10;
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
