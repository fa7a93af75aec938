import * as z from 'zod/mini';
import { Operations, TaskBlob, TaskProgress } from './replication.ts';
import { Digest, Id, Instant, ProjectName, RegistryId, RepositoryName, TagName } from './words.ts';

/**
 * The event stream, `GET /api/v1/events` (`text/event-stream`): one for each browser, everything the caller may see.
 * `id:` of a message is opaque; a client that comes back with `Last-Event-ID` gets what it missed, or `reset` when that is
 * no longer known, upon which it reads everything anew. A task's progress comes at most four times a second.
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
  operations: Operations,
  /** A project was made, changed or removed, or its members, robots or rules were. */
  project: z.object({ project: ProjectName, at: Instant }),
  /** One was asked for, begun, decided or undone. Its copy is told of by `execution` and `task`. */
  promotion: z.object({ project: ProjectName, promotionId: Id, at: Instant }),
  /** Roles, members, visibility or settings changed somewhere: ask again what you may do. */
  access: z.object({ at: Instant }),
} as const;

export type StreamEventName = keyof typeof streamEvents;
export type StreamEvent = {
  [N in StreamEventName]: { name: N; payload: z.output<(typeof streamEvents)[N]> };
}[StreamEventName];
