import { RateMeter } from './rate-meter.ts';

/** A way that bytes take, from one registry to another. */
export interface RouteThroughput {
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly bytesPerSecond: number;
}

/** What moves at this moment. */
export interface Throughput {
  /** Bytes of each of the last two minutes' seconds, oldest first. */
  readonly history: readonly number[];
  readonly bytesPerSecond: number;
  readonly routes: readonly RouteThroughput[];
}

/** Bytes that went from one registry to another since somebody last asked. */
export interface MovedBytes {
  readonly sourceRegistryId: string;
  readonly destinationRegistryId: string;
  readonly byteCount: number;
}

export const historySeconds = 120;

interface OnRoute {
  readonly task: Record<'source' | 'destination', { readonly registryId: string }>;
}

const keyOf = (sourceId: string, destinationId: string): string => `${sourceId} ${destinationId}`;
const routeOf = ({ task }: OnRoute): string => keyOf(task.source.registryId, task.destination.registryId);

interface RouteMeter {
  readonly rate: RateMeter;
  movedBytes: number;
}

/** What this process moves: second by second for the last two minutes, and from where to where. */
export class ThroughputMeter {
  readonly #now: () => number;
  readonly #history: number[] = Array.from({ length: historySeconds }, () => 0);
  /** By source, then by destination: this is asked for every piece of every blob. */
  readonly #routes = new Map<string, Map<string, RouteMeter>>();
  #thisSecond = 0;
  #second: number;

  /** @param now milliseconds of a clock that does not go back */
  constructor(now: () => number) {
    this.#now = now;
    this.#second = Math.floor(now() / 1000);
  }

  add(sourceRegistryId: string, destinationRegistryId: string, byteCount: number): void {
    this.#turn();
    this.#thisSecond += byteCount;
    const meter = this.#of(sourceRegistryId, destinationRegistryId);
    meter.rate.add(byteCount);
    meter.movedBytes += byteCount;
  }

  /** @param running what is under way: where there is nothing, it is no slow copy that lets no bytes through */
  sample(running: Iterable<OnRoute>): void {
    this.#turn();
    const nowMs = this.#now();
    const atWork = new Set(Array.from(running, routeOf));
    for (const [source, ofSource] of this.#routes) {
      for (const [destination, { rate }] of ofSource) {
        if (!atWork.has(keyOf(source, destination))) rate.rest();
        rate.sample(nowMs);
      }
    }
  }

  /** Nothing can move to or from there: nobody is to see the rate of a moment ago beside that. */
  cut(registryId: string): void {
    for (const [source, ofSource] of this.#routes) {
      for (const [destination, { rate }] of ofSource) {
        if (source === registryId || destination === registryId) rate.cut();
      }
    }
  }

  read(): Throughput {
    this.#turn();
    const routes = this.#each((place, { rate }) => ({ ...place, bytesPerSecond: rate.bytesPerSecond ?? 0 }));
    // A rate of its own would be smoothed in another way, and one page would have two figures for one thing.
    const bytesPerSecond = routes.reduce((sum, route) => sum + route.bytesPerSecond, 0);
    return { history: [...this.#history], bytesPerSecond, routes };
  }

  /** What has moved since this was last asked. */
  takeMoved(): MovedBytes[] {
    const moved = this.#each((place, meter) => {
      const byteCount = meter.movedBytes;
      meter.movedBytes = 0;
      return { ...place, byteCount };
    });
    return moved.filter(({ byteCount }) => byteCount > 0);
  }

  #each<T>(map: (place: Omit<RouteThroughput, 'bytesPerSecond'>, meter: RouteMeter) => T): T[] {
    return [...this.#routes].flatMap(([sourceRegistryId, ofSource]) =>
      [...ofSource].map(([destinationRegistryId, meter]) => map({ sourceRegistryId, destinationRegistryId }, meter)),
    );
  }

  #of(sourceRegistryId: string, destinationRegistryId: string): RouteMeter {
    const known = this.#routes.get(sourceRegistryId)?.get(destinationRegistryId);
    if (known !== undefined) return known;
    const meter = { rate: new RateMeter(this.#now()), movedBytes: 0 };
    const ofSource = this.#routes.get(sourceRegistryId) ?? new Map<string, RouteMeter>();
    this.#routes.set(sourceRegistryId, ofSource.set(destinationRegistryId, meter));
    return meter;
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
