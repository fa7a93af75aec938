import type { Operations, Route, Traffic } from 'bff/contract/operations';

const still = { inBytesPerSecond: 0, outBytesPerSecond: 0, writing: 0, reading: 0, quietUntil: null };
/** Of a way that is named for the first time. */
export const noTasks = {
  bytesLastHour: 0,
  runningTasks: 0,
  queuedTasks: 0,
  waitingTasks: 0,
  failedLastHour: 0,
  activity: null,
};

/** The known figures with what moves now; what the message does not name stands still. */
export function withTraffic(known: Operations, { rateBytesPerSecond, registries, routes, at }: Traffic): Operations {
  if (Date.parse(at) < Date.parse(known.at)) return known;
  const moving = new Map(registries.map((registry) => [registry.registryId, registry]));
  const flowing = new Map(routes.map((route) => [routeKey(route), route]));
  const updated = known.routes.map((route): Route => {
    const bytesPerSecond = flowing.get(routeKey(route))?.bytesPerSecond ?? 0;
    flowing.delete(routeKey(route));
    return bytesPerSecond === route.bytesPerSecond ? route : { ...route, bytesPerSecond };
  });
  return {
    ...known,
    rateBytesPerSecond,
    registries: known.registries.map((registry) => ({ ...registry, ...still, ...moving.get(registry.registryId) })),
    routes: [...updated, ...[...flowing.values()].map((route) => ({ ...noTasks, ...route }))],
    at,
  };
}

/** A way of which nothing more is known: what goes on there may be seen by few. */
export type RouteEnds = Pick<Route, 'sourceRegistryId' | 'destinationRegistryId'>;

export const hasFigures = <Way extends RouteEnds>(way: Way): way is Way & Route => 'bytesPerSecond' in way;

/** One way between two registries, as a key and in URLs. */
export function routeKey({ sourceRegistryId, destinationRegistryId }: RouteEnds): string {
  return `${sourceRegistryId} ${destinationRegistryId}`;
}
