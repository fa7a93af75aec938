import { RateMeter } from './rate-meter.ts';

export interface RegistryThroughput {
  readonly registryId: string;
  readonly inBytesPerSecond: number;
  readonly outBytesPerSecond: number;
}

/** What this process moves. A deployment of several instances would add theirs up behind this role. */
export interface Throughput {
  readonly history: readonly number[];
  readonly bytesPerSecond: number;
  readonly registries: readonly RegistryThroughput[];
}

const historySeconds = 120;

/** Bytes moved, second by second, for the last two minutes, and per registry. */
export class ThroughputMeter {
  readonly #now: () => number;
  readonly #history: number[] = Array.from({ length: historySeconds }, () => 0);
  readonly #registries = new Map<string, { in: RateMeter; out: RateMeter }>();
  #total: RateMeter;
  #thisSecond = 0;
  #second: number;

  /** @param now milliseconds of a clock that does not go back */
  constructor(now: () => number) {
    this.#now = now;
    this.#second = Math.floor(now() / 1000);
    this.#total = new RateMeter(now());
  }

  add(sourceRegistryId: string, destinationRegistryId: string, byteCount: number): void {
    this.#turn();
    this.#thisSecond += byteCount;
    this.#total.add(byteCount);
    this.#of(sourceRegistryId).out.add(byteCount);
    this.#of(destinationRegistryId).in.add(byteCount);
  }

  sample(): void {
    this.#turn();
    const nowMs = this.#now();
    this.#total.sample(nowMs);
    for (const meters of this.#registries.values()) {
      meters.in.sample(nowMs);
      meters.out.sample(nowMs);
    }
  }

  read(): Throughput {
    this.#turn();
    return {
      history: [...this.#history],
      bytesPerSecond: this.#total.bytesPerSecond ?? 0,
      registries: [...this.#registries].map(([registryId, meters]) => ({
        registryId,
        inBytesPerSecond: meters.in.bytesPerSecond ?? 0,
        outBytesPerSecond: meters.out.bytesPerSecond ?? 0,
      })),
    };
  }

  #of(registryId: string): { in: RateMeter; out: RateMeter } {
    const nowMs = this.#now();
    const meters = this.#registries.get(registryId) ?? { in: new RateMeter(nowMs), out: new RateMeter(nowMs) };
    this.#registries.set(registryId, meters);
    return meters;
  }

  /** Closes the seconds that have passed. */
  #turn(): void {
    const second = Math.floor(this.#now() / 1000);
    const passed = Math.min(second - this.#second, historySeconds);
    for (let index = 0; index < passed; index += 1) {
      this.#history.push(this.#thisSecond);
      this.#thisSecond = 0;
    }
    this.#history.splice(0, this.#history.length - historySeconds);
    this.#second = second;
  }
}
