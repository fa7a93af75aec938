import * as z from 'zod/mini';
import { endpoint } from './endpoint.ts';
import { listQuery, page, queryInteger } from './lists.ts';
import { Cron, TimeZone } from './policy-content.ts';
import { Id, Instant, Reason, RegistryId } from './words.ts';

/** In this order. A preview has the first alone. */
export const collectionSteps = [
  'preview',
  'maintenance',
  'drain',
  'dry-run',
  'collect',
  'restart',
  'verify',
  'writable',
] as const;
export const CollectionStepName = z.enum(collectionSteps);
export type CollectionStepName = z.infer<typeof CollectionStepName>;

/** A garbage collection of one registry, or the preview of one. */
export const Collection = z
  .object({
    id: Id,
    registryId: RegistryId,
    kind: z.enum(['preview', 'collection']),
    state: z.enum(['running', 'done', 'failed', 'stopped']),
    /** That was begun last. */
    step: CollectionStepName,
    askedBy: z.nullable(z.string()),
    isScheduled: z.boolean(),
    limitMinutes: z.int(),
    isStopping: z.boolean(),
    stoppedBy: z.nullable(z.string()),
    /** Why it ended, or is going to end, other than well. */
    reason: z.nullable(Reason),
    /** Of the last dry run: blobs that nothing refers to. */
    eligibleCount: z.nullable(z.int()),
    /** What the catalog knows of their sizes. */
    eligibleBytes: z.nullable(z.int()),
    /** Whose size it does not know. */
    unweighedCount: z.nullable(z.int()),
    removedCount: z.nullable(z.int()),
    /** Of the registry's storage, where the configuration has a command that measures it. */
    bytesBefore: z.nullable(z.int()),
    bytesAfter: z.nullable(z.int()),
    /** From when on writes were refused, and until when. */
    writesRefusedAt: z.nullable(Instant),
    writableAt: z.nullable(Instant),
    createdAt: Instant,
    startedAt: z.nullable(Instant),
    finishedAt: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'Collection' });
export type Collection = z.infer<typeof Collection>;

export const CollectionStep = z
  .object({
    name: CollectionStepName,
    state: z.enum(['running', 'done', 'failed', 'skipped']),
    /** What it found, as numbers. */
    findings: z.record(z.string(), z.number()),
    /** Why it failed, or what it waits for. */
    reason: z.nullable(Reason),
    startedAt: Instant,
    endedAt: z.nullable(Instant),
  })
  .register(z.globalRegistry, { id: 'CollectionStep' });
export type CollectionStep = z.infer<typeof CollectionStep>;

export const CollectionLine = z
  .object({
    id: z.int(),
    at: Instant,
    step: CollectionStepName,
    /** `command`: as the registry's program said it. */
    source: z.enum(['longshore', 'command']),
    line: z.string(),
  })
  .register(z.globalRegistry, { id: 'CollectionLine' });
export type CollectionLine = z.infer<typeof CollectionLine>;

const LimitMinutes = z.int().check(z.minimum(5), z.maximum(1440));
export const CollectionSchedule = z
  .object({
    cron: z.string(),
    timeZone: z.string(),
    limitMinutes: z.int(),
    nextAt: Instant,
    setBy: z.nullable(z.string()),
  })
  .register(z.globalRegistry, { id: 'CollectionSchedule' });
export type CollectionSchedule = z.infer<typeof CollectionSchedule>;

/** What is still being written into a registry in maintenance. */
export const Drain = z
  .object({
    uploads: z.int(),
    copies: z.int(),
    trashItems: z.int(),
    /** Until then registry tokens that were handed out before still let somebody write. */
    tokensUntil: z.nullable(Instant),
    isDrained: z.boolean(),
  })
  .register(z.globalRegistry, { id: 'Drain' });
export type Drain = z.infer<typeof Drain>;

const byRegistry = z.strictObject({ registryId: RegistryId });
const byId = z.strictObject({ registryId: RegistryId, collectionId: Id });

export const getCollectionSetup = endpoint({
  method: 'GET',
  path: '/registries/:registryId/collection-setup',
  summary: 'Whether the server’s configuration says how to collect garbage there, and when it is done by itself',
  permission: 'registry.read',
  params: byRegistry,
  response: z.object({
    /** The configuration has the commands. They are shown to nobody. */
    isConfigured: z.boolean(),
    canMeasure: z.boolean(),
    schedule: z.nullable(CollectionSchedule),
    /** Null where the registry takes writes. */
    drain: z.nullable(Drain),
  }),
  errors: ['registry-not-found'],
});
export const listCollections = endpoint({
  method: 'GET',
  path: '/registries/:registryId/collections',
  summary: 'The garbage collections of a registry and their previews, the latest first',
  permission: 'registry.read',
  params: byRegistry,
  query: z.strictObject(listQuery(['-created'])),
  response: page(Collection),
  errors: ['registry-not-found', 'cursor-invalid'],
});
export const startCollection = endpoint({
  method: 'POST',
  path: '/registries/:registryId/collections',
  summary: 'Collect garbage, or only look at what would go; commands come from the server’s configuration alone',
  permission: 'registry.manage',
  params: byRegistry,
  body: z.strictObject({
    kind: z.enum(['preview', 'collection']),
    /** After so long it gives up and takes writes again. */
    limitMinutes: z.optional(LimitMinutes),
  }),
  response: Collection,
  status: 202,
  errors: ['registry-not-found', 'collection-not-configured', 'collection-running'],
});
export const getCollection = endpoint({
  method: 'GET',
  path: '/registries/:registryId/collections/:collectionId',
  summary: 'One collection with its steps',
  permission: 'registry.read',
  params: byId,
  response: z.object({ collection: Collection, steps: z.array(CollectionStep) }),
  errors: ['registry-not-found', 'collection-not-found'],
});
export const getCollectionLog = endpoint({
  method: 'GET',
  path: '/registries/:registryId/collections/:collectionId/log',
  summary: 'What was said during a collection, oldest first, behind a line',
  permission: 'registry.read',
  params: byId,
  query: z.strictObject({
    /** Id of the last line that is known. */
    after: z.optional(z.union([z.int().check(z.minimum(0)), queryInteger(0, 999_999_999)])),
  }),
  response: z.object({ items: z.array(CollectionLine), hasMore: z.boolean() }),
  errors: ['registry-not-found', 'collection-not-found'],
});
export const stopCollection = endpoint({
  method: 'POST',
  path: '/registries/:registryId/collections/:collectionId/stop',
  summary: 'End it as soon as that is safe; once blobs were deleted it still restarts the registry and verifies it',
  permission: 'registry.manage',
  params: byId,
  response: Collection,
  status: 202,
  errors: ['registry-not-found', 'collection-not-found'],
});
export const setCollectionSchedule = endpoint({
  method: 'PUT',
  path: '/registries/:registryId/collection-schedule',
  summary: 'When garbage is collected by itself; null: never',
  permission: 'registry.manage',
  params: byRegistry,
  body: z.strictObject({
    schedule: z.nullable(z.strictObject({ cron: Cron, timeZone: TimeZone, limitMinutes: z.optional(LimitMinutes) })),
  }),
  response: z.object({ schedule: z.nullable(CollectionSchedule) }),
  errors: ['registry-not-found', 'collection-not-configured'],
});

export const collectionEndpoints = {
  getCollectionSetup,
  listCollections,
  startCollection,
  getCollection,
  getCollectionLog,
  stopCollection,
  setCollectionSchedule,
};
