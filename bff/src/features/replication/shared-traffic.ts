import { historySeconds, type RouteThroughput, type Throughput } from './throughput.ts';

/** How busy an instance keeps a registry. */
export interface InstanceLoad {
  readonly registryId: string;
  readonly reading: number;
  readonly writing: number;
  readonly slots: number;
  readonly quietForMs: number;
}

/** What one instance moves at this moment. */
export interface InstanceTraffic extends Throughput {
  readonly loads: readonly InstanceLoad[];
}

export interface TrafficNote extends InstanceTraffic {
  readonly instanceId: string;
}

/** A notification takes 7,999 bytes. */
const noteLength = 7500;

/** What an instance tells the others: what moves, and as much of it as a notification can carry. */
export function noteOf(instanceId: string, { history, bytesPerSecond, routes, loads }: InstanceTraffic): TrafficNote {
  const moving = routes
    .filter((route) => route.bytesPerSecond > 0)
    .toSorted((one, other) => other.bytesPerSecond - one.bytesPerSecond);
  const busy = loads
    .filter(({ reading, writing, quietForMs }) => reading + writing + quietForMs > 0)
    .toSorted((one, other) => other.reading + other.writing - one.reading - one.writing);
  for (let shown = Math.max(moving.length, busy.length); ; shown = Math.floor(shown * 0.8)) {
    const note = {
      instanceId,
      history,
      bytesPerSecond,
      routes: moving.slice(0, shown),
      loads: busy.slice(0, shown),
    };
    if (shown === 0 || JSON.stringify(note).length <= noteLength) return note;
  }
}

/** An instance that moves something says so four times a second; one that is silent for so long moves nothing. */
const silenceMs = 2000;

/** What the other instances said last. */
export class SharedTraffic {
  readonly #now: () => number;
  readonly #notes = new Map<string, { note: TrafficNote; heardAtMs: number }>();

  /** @param now milliseconds of a clock that does not go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  hear(note: TrafficNote): void {
    this.#notes.set(note.instanceId, { note, heardAtMs: this.#now() });
  }

  /** Everything that moves: this instance's part and that of the others. */
  sum(own: InstanceTraffic): InstanceTraffic {
    const nowMs = this.#now();
    const history = [...own.history];
    const present: InstanceTraffic[] = [own];
    for (const [instanceId, { note, heardAtMs }] of this.#notes) {
      const ageMs = nowMs - heardAtMs;
      const ageSeconds = Math.floor(ageMs / 1000);
      if (ageSeconds >= historySeconds) this.#notes.delete(instanceId);
      for (let index = ageSeconds; index < note.history.length; index += 1) {
        const place = index - ageSeconds;
        history[place] = (history[place] ?? 0) + (note.history[index] ?? 0);
      }
      if (ageMs < silenceMs) present.push(note);
    }
    return {
      history,
      bytesPerSecond: present.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0),
      routes: sumRoutes(present.flatMap(({ routes }) => routes)),
      loads: sumLoads(present.flatMap(({ loads }) => loads)),
    };
  }
}

function sumRoutes(routes: readonly RouteThroughput[]): RouteThroughput[] {
  const groups = Map.groupBy(routes, (route) => `${route.sourceRegistryId} ${route.destinationRegistryId}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [{ ...first, bytesPerSecond: group.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0) }];
  });
}

function sumLoads(loads: readonly InstanceLoad[]): InstanceLoad[] {
  const groups = Map.groupBy(loads, ({ registryId }) => registryId);
  return [...groups].map(([registryId, group]) => ({
    registryId,
    reading: group.reduce((sum, { reading }) => sum + reading, 0),
    writing: group.reduce((sum, { writing }) => sum + writing, 0),
    slots: group.reduce((sum, { slots }) => sum + slots, 0),
    quietForMs: Math.max(...group.map(({ quietForMs }) => quietForMs)),
  }));
}
