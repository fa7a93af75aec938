import * as z from 'zod/mini';
import { Operations, Traffic } from './operations.ts';
import { TaskBlob, TaskProgress } from './replication.ts';
import { Digest, Id, Instant, ProjectName, RegistryId, RepositoryName, TagName } from './words.ts';

/**
 * The event stream, `GET /api/v1/events` (`text/event-stream`): one for each browser, everything the caller may see. The
 * answers of the API are the snapshot, the stream brings the deltas: at most four messages a second, each of which is an
 * array of events, `[{ name, payload }]`. `id:` of a message is opaque; a client that comes back with `Last-Event-ID` gets
 * what it missed, or `reset` when that is no longer known, upon which it reads everything anew.
 */
export const streamEvents = {
  /** What was missed is not known: read everything again. */
  reset: z.object({ at: Instant }),
  /** A tag was made, moved or removed (`digest` null). */
  tag: z.object({
    registryId: RegistryId,
    repository: RepositoryName,
    name: TagName,
    digest: z.nullable(Digest),
    at: Instant,
  }),
  /** Many things changed at once in a registry's catalog (a scan ended): read its lists again. */
  catalog: z.object({ registryId: RegistryId, at: Instant }),
  /** A registry was added, changed, removed, or its health changed. */
  registry: z.object({ registryId: RegistryId, at: Instant }),
  /** `blobs`: only those that changed since the last message of this task. */
  task: z.extend(TaskProgress, {
    blobs: z.array(TaskBlob),
    source: z.object({ registryId: RegistryId, repository: RepositoryName }),
    destination: z.object({ registryId: RegistryId, repository: RepositoryName }),
  }),
  /** Tasks were made or an execution changed state. */
  execution: z.object({ executionId: Id, at: Instant }),
  /** A policy was made, changed, enabled, paused or removed, or begins or ends to do something. */
  policy: z.object({ policyId: Id, at: Instant }),
  /** A garbage collection began, went on to another step, said something or ended. */
  collection: z.object({ collectionId: Id, at: Instant }),
  /** Something was deleted, restored or purged, or what is under way with it changed. */
  trash: z.object({ registryId: RegistryId, project: ProjectName, at: Instant }),
  /** A run of retention began, waits, went on or ended. */
  retention: z.object({ project: ProjectName, at: Instant }),
  /** A registry's bytes were measured: its figures are read again. */
  storage: z.object({ registryId: RegistryId, at: Instant }),
  /** What the database knows of all copies: after changes, and at most as often as its answer is cheap. */
  operations: Operations,
  traffic: Traffic,
  /** A project was made, changed or removed, or its members, robots or rules were. */
  project: z.object({ project: ProjectName, at: Instant }),
  /** One was asked for, begun, decided or undone. Its copy is told of by `execution` and `task`. */
  promotion: z.object({ project: ProjectName, promotionId: Id, at: Instant }),
  /** Roles, members, visibility or settings changed somewhere: ask again what you may do. */
  access: z.object({ at: Instant }),
  /** Every few seconds where nothing else is said. A client that hears nothing for much longer has lost the connection. */
  alive: z.object({ at: Instant }),
} as const;

export type StreamEventName = keyof typeof streamEvents;
export type StreamEvent = {
  [N in StreamEventName]: { name: N; payload: z.output<(typeof streamEvents)[N]> };
}[StreamEventName];
