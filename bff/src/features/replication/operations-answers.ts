import type * as contract from '../../contract/operations.ts';
import type { OperationsNow, TrafficHistory } from './operations-monitor.ts';
import { activityAnswer } from './replication-answers.ts';
import type { RouteTasks } from './operations.view.ts';
import type { InstanceTraffic } from './shared-traffic.ts';
import { stepCount, stepSeconds } from './traffic.store.ts';

/** What the monitor knows, as the contract says it. */
export function operationsAnswer(operations: OperationsNow, now: Date): contract.Operations {
  const { traffic, routes } = operations;
  return {
    counts: { ...operations.counts },
    oldestQueuedAt: operations.oldestQueuedAt?.toISOString() ?? null,
    rateBytesPerSecond: traffic.bytesPerSecond,
    rateHistory: [...traffic.history],
    registries: operations.registryIds.map((registryId) => ({
      ...registryTraffic(registryId, traffic, now),
      ...registryTasks(registryId, routes),
    })),
    routes: routesAnswer(operations),
    failures: operations.failures.map((failure) => ({
      ...failure,
      since: failure.since.toISOString(),
      nextAttemptAt: failure.nextAttemptAt?.toISOString() ?? null,
      taskIds: [...failure.taskIds],
      policyIds: [...failure.policyIds],
    })),
    at: now.toISOString(),
  };
}

export function trafficAnswer(traffic: InstanceTraffic, now: Date): contract.Traffic {
  const moving = traffic.routes.filter(({ bytesPerSecond }) => bytesPerSecond > 0);
  const registryIds = new Set([
    ...traffic.loads.map(({ registryId }) => registryId),
    ...moving.flatMap(({ sourceRegistryId, destinationRegistryId }) => [sourceRegistryId, destinationRegistryId]),
  ]);
  return {
    rateBytesPerSecond: traffic.bytesPerSecond,
    registries: [...registryIds].map((registryId) => registryTraffic(registryId, traffic, now)),
    routes: moving,
    at: now.toISOString(),
  };
}

export function throughputAnswer({ from, steps }: TrafficHistory): contract.ThroughputHistory {
  const groups = Map.groupBy(steps, ({ registryId }) => registryId);
  const place = (at: Date) => Math.round((at.getTime() - from.getTime()) / (stepSeconds * 1000));
  return {
    stepSeconds,
    endsAt: new Date(from.getTime() + stepCount * stepSeconds * 1000).toISOString(),
    registries: [...groups].map(([registryId, group]) => {
      const inBytesPerSecond = Array.from({ length: stepCount }, () => 0);
      const outBytesPerSecond = [...inBytesPerSecond];
      for (const { at, inBytes, outBytes } of group) {
        // The step that has just begun would look like a fall.
        if (place(at) >= stepCount) continue;
        inBytesPerSecond[place(at)] = Math.round(inBytes / stepSeconds);
        outBytesPerSecond[place(at)] = Math.round(outBytes / stepSeconds);
      }
      return { registryId, inBytesPerSecond, outBytesPerSecond };
    }),
  };
}

function registryTraffic(registryId: string, { routes, loads }: InstanceTraffic, now: Date): contract.RegistryTraffic {
  const load = loads.find((each) => each.registryId === registryId);
  const sum = (end: 'sourceRegistryId' | 'destinationRegistryId') =>
    routes.reduce((total, route) => total + (route[end] === registryId ? route.bytesPerSecond : 0), 0);
  const quietForMs = load?.quietForMs ?? 0;
  return {
    registryId,
    inBytesPerSecond: sum('destinationRegistryId'),
    outBytesPerSecond: sum('sourceRegistryId'),
    writing: load?.writing ?? 0,
    reading: load?.reading ?? 0,
    slots: load?.slots ?? 0,
    quietUntil: quietForMs > 0 ? new Date(now.getTime() + quietForMs).toISOString() : null,
  };
}

function registryTasks(registryId: string, routes: readonly RouteTasks[]) {
  const own = routes.filter(
    ({ sourceRegistryId, destinationRegistryId }) =>
      sourceRegistryId === registryId || destinationRegistryId === registryId,
  );
  return {
    runningTasks: own.reduce((sum, { counts }) => sum + counts.running, 0),
    failedLastHour: own.reduce((sum, { counts }) => sum + counts.failed, 0),
  };
}

/** Everything between two registries: their tasks, what moves between them, and what did. */
function routesAnswer({ routes, traffic, movedLastHour }: OperationsNow): contract.Route[] {
  const all = new Map<string, contract.Route>();
  const of = (sourceRegistryId: string, destinationRegistryId: string): contract.Route => {
    const key = `${sourceRegistryId} ${destinationRegistryId}`;
    const known = all.get(key);
    if (known !== undefined) return known;
    const ends = { sourceRegistryId, destinationRegistryId };
    const tasks = { runningTasks: 0, queuedTasks: 0, waitingTasks: 0, failedLastHour: 0 };
    const route = { ...ends, ...tasks, activity: null, bytesPerSecond: 0, bytesLastHour: 0 };
    all.set(key, route);
    return route;
  };
  for (const { sourceRegistryId, destinationRegistryId, counts, activity } of routes) {
    const route = of(sourceRegistryId, destinationRegistryId);
    route.runningTasks = counts.running;
    route.queuedTasks = counts.queued;
    route.waitingTasks = counts.waiting;
    route.failedLastHour = counts.failed;
    route.activity = activityAnswer(activity);
  }
  for (const { sourceRegistryId, destinationRegistryId, bytesPerSecond } of traffic.routes) {
    if (bytesPerSecond > 0) of(sourceRegistryId, destinationRegistryId).bytesPerSecond = bytesPerSecond;
  }
  for (const { sourceRegistryId, destinationRegistryId, byteCount } of movedLastHour) {
    of(sourceRegistryId, destinationRegistryId).bytesLastHour = byteCount;
  }
  return [...all.values()];
}
