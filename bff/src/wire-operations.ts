import type { RegistriesService } from './features/registries/registries.service.ts';
import { operationsAnswer, trafficAnswer } from './features/replication/operations-answers.ts';
import { OperationsMonitor } from './features/replication/operations-monitor.ts';
import { operationsRoutes } from './features/replication/operations.routes.ts';
import { createOperationsView } from './features/replication/operations.view.ts';
import type { ReplicationService } from './features/replication/replication.service.ts';
import type { TrafficNote } from './features/replication/shared-traffic.ts';
import { createTrafficStore } from './features/replication/traffic.store.ts';
import type { Foundation } from './wire-foundation.ts';

const trafficChannel = 'longshore_traffic';
/** What changes the monitor's counts. */
const concerning: ReadonlySet<string> = new Set(['execution', 'registry']);

export function wireOperations(
  foundation: Foundation,
  replication: Pick<ReplicationService, 'throughput'>,
  registries: Pick<RegistriesService, 'loads'>,
) {
  const { bus, clock, database, eventStream, logger, newId } = foundation;
  const onFault = (error: unknown) => logger.error({ err: error }, 'Something went wrong behind the monitor.');
  const monitor = new OperationsMonitor({
    view: createOperationsView(database.kysely),
    store: createTrafficStore(database.kysely),
    meter: replication.throughput,
    loads: () => [...registries.loads()].map(([registryId, load]) => ({ registryId, ...load })),
    instanceId: newId(),
    tellOthers: database.kind === 'embedded' ? null : (note) => database.notify(trafficChannel, JSON.stringify(note)),
    // Each instance tells its own pages: what is true at this moment is worth nothing to whoever comes back later.
    pages: {
      areThere: () => eventStream.clientCount() > 0,
      operations: (operations) =>
        eventStream.tell({ name: 'operations', payload: operationsAnswer(operations, clock.now()) }),
      traffic: (traffic) => eventStream.tell({ name: 'traffic', payload: trafficAnswer(traffic, clock.now()) }),
    },
    clock,
    onFault,
  });
  const unsubscribe = bus.subscribe((numbered) => {
    if (numbered === null || concerning.has(numbered.event.name)) monitor.noteChange();
    else if (numbered.event.name === 'task') monitor.noteTask(numbered.event.payload);
  });
  let unlisten = async (): Promise<void> => {};
  return {
    router: operationsRoutes({ monitor, clock }),
    start: async () => {
      if (database.kind === 'postgres') {
        unlisten = await database.listen(trafficChannel, (payload) => monitor.hear(JSON.parse(payload) as TrafficNote));
      }
      monitor.start();
    },
    stop: async () => {
      unsubscribe();
      await unlisten();
      await monitor.shutDown();
    },
  };
}
