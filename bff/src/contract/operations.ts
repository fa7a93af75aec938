import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { Activity, taskCounts } from './replication.ts';
import { Id, Instant, Reason, RegistryId } from './words.ts';

/** What one registry takes and gives now, over all console instances. */
export const RegistryTraffic = z.object({
  registryId: RegistryId,
  inBytesPerSecond: z.number(),
  outBytesPerSecond: z.number(),
  /** Blobs on their way into it and out of it, and how many of each there may be at once. */
  writing: z.int(),
  reading: z.int(),
  slots: z.int(),
  /** It asked to be left alone until then. */
  quietUntil: z.nullable(Instant),
});
export type RegistryTraffic = z.infer<typeof RegistryTraffic>;

export const RouteTraffic = z.object({
  sourceRegistryId: RegistryId,
  destinationRegistryId: RegistryId,
  bytesPerSecond: z.number(),
});
export type RouteTraffic = z.infer<typeof RouteTraffic>;

/** The figures of the monitor that always move. Registries and routes that are not named stand still. */
export const Traffic = z
  .object({
    rateBytesPerSecond: z.number(),
    registries: z.array(RegistryTraffic),
    routes: z.array(RouteTraffic),
    at: Instant,
  })
  .register(z.globalRegistry, { id: 'Traffic' });
export type Traffic = z.infer<typeof Traffic>;

/** A pair of registries between which something is copied now or was in the last hour. */
export const Route = z.extend(RouteTraffic, {
  bytesLastHour: z.number(),
  runningTasks: z.int(),
  queuedTasks: z.int(),
  waitingTasks: z.int(),
  failedLastHour: z.int(),
  /** What its open tasks do; null where none is open. */
  activity: z.nullable(Activity),
});
export type Route = z.infer<typeof Route>;

export const Operations = z
  .object({
    counts: taskCounts,
    /** When the longest waiting queued task was made. */
    oldestQueuedAt: z.nullable(Instant),
    rateBytesPerSecond: z.number(),
    /** One point a second over the last two minutes, oldest first. */
    rateHistory: z.array(z.number()),
    registries: z.array(z.extend(RegistryTraffic, { runningTasks: z.int(), failedLastHour: z.int() })),
    routes: z.array(Route),
    /** Failing now: waiting or failed in the last hour, grouped by source, destination and cause. */
    failures: z.array(
      z.object({
        sourceRegistryId: RegistryId,
        destinationRegistryId: RegistryId,
        reason: Reason,
        taskCount: z.int(),
        waitingCount: z.int(),
        /** The executions that these tasks belong to. */
        executionCount: z.int(),
        since: Instant,
        nextAttemptAt: z.nullable(Instant),
        /** The newest 500, first those that have failed. */
        taskIds: z.array(Id),
        /** Those that made them; copies that people asked for have none. */
        policyIds: z.array(Id),
      }),
    ),
    at: Instant,
  })
  .register(z.globalRegistry, { id: 'Operations' });
export type Operations = z.infer<typeof Operations>;

export const ThroughputHistory = z
  .object({
    stepSeconds: z.int(),
    /** End of the last step. */
    endsAt: Instant,
    /** Those through which anything went; bytes a second of every step, oldest first. */
    registries: z.array(
      z.object({
        registryId: RegistryId,
        inBytesPerSecond: z.array(z.number()),
        outBytesPerSecond: z.array(z.number()),
      }),
    ),
  })
  .register(z.globalRegistry, { id: 'ThroughputHistory' });
export type ThroughputHistory = z.infer<typeof ThroughputHistory>;

export const getOperations = endpoint({
  method: 'GET',
  path: '/operations',
  summary: 'What is copying now, how fast, and what fails',
  permission: 'operations.read',
  response: Operations,
  errors: [],
});
export const getThroughput = endpoint({
  method: 'GET',
  path: '/operations/throughput',
  summary: 'What went into and out of each registry in the last hour, in steps of ten seconds',
  permission: 'operations.read',
  response: ThroughputHistory,
  errors: [],
});

export const operationsEndpoints = { getOperations, getThroughput };
