import type { Request, RequestHandler, Response } from 'express';
import { isInScope, isProjectInScope, type Scope } from '../access/scope.ts';
import { projectOf, type Subject } from '../access/subject.ts';
import type { StreamEvent } from '../contract/events.ts';
import { ApiError } from './api-error.ts';
import type { EventBus, NumberedEvent } from './event-bus.ts';
import type { RequestAccess } from './request-access.ts';
import { requestContext } from './request-context.ts';

/** What one client may see, as things stood when it was last asked. */
interface Sight {
  readonly catalog: Scope;
  readonly tasks: Scope;
  readonly seesOperations: boolean;
}

async function sightOf(access: RequestAccess): Promise<Sight> {
  const [catalog, tasks, operations] = await Promise.all([
    access.scope('catalog.read'),
    access.scope('replication.read'),
    access.decide('operations.read', undefined, false),
  ]);
  return { catalog, tasks, seesOperations: operations.allowed };
}

/** The same as for the list that an event changes. */
function isVisible({ catalog, tasks, seesOperations }: Sight, event: StreamEvent): boolean {
  switch (event.name) {
    case 'tag':
      return isInScope(catalog, projectOf(event.payload.repository), event.payload.registryId);
    case 'task': {
      const { source, destination } = event.payload;
      return [source, destination].every((end) => isInScope(tasks, projectOf(end.repository), end.registryId));
    }
    case 'catalog':
    case 'registry':
      return isRegistryInScope(catalog, event.payload.registryId);
    case 'project':
      return isProjectInScope(catalog, event.payload.project);
    case 'promotion':
      return isProjectInScope(tasks, event.payload.project);
    case 'operations':
      return seesOperations;
    case 'execution':
    case 'access':
    case 'reset':
      // An id or a time, nothing else: what it points to is asked for with the caller's own rights.
      return true;
    default:
      return event satisfies never;
  }
}

function isRegistryInScope(scope: Scope, registryId: string): boolean {
  if (scope.isEverything || scope.projects.length > 0) return true;
  return scope.places.some((place) => place.registryId === registryId);
}

export interface EventStreamOptions {
  readonly bus: EventBus;
  readonly clock: { now(): Date };
  /** What the request's session may do now. */
  readonly recheck: (request: Request) => Promise<RequestAccess>;
  readonly heartbeatMs?: number;
  /** A session that ended elsewhere ends its streams within this time. */
  readonly sessionCheckMs?: number;
  /** A client that reads too slowly gets a `reset` instead of what lies beyond this. */
  readonly maxQueuedBytes?: number;
}

export interface EventStream {
  readonly handler: RequestHandler;
  readonly clientCount: () => number;
  /** What waits for each client. */
  readonly queuedBytes: () => number[];
  /** Ends every stream, so that clients come back to another instance. */
  close(): void;
}

export function createEventStream(options: EventStreamOptions): EventStream {
  const clients = new Set<Response>();
  const handler: RequestHandler = async (request, response) => {
    const { access } = requestContext(request);
    if (!(await maySee(access))) {
      throw new ApiError('not-signed-in', 'Sign in first: live events are for signed-in people.');
    }
    const sight = await sightOf(access);
    clients.add(response);
    serve(request, response, { subject: access.subject, sight }, options, () => clients.delete(response));
  };
  return {
    handler,
    clientCount: () => clients.size,
    queuedBytes: () => [...clients].map((response) => response.writableLength),
    close: () => {
      for (const response of clients) response.end();
    },
  };
}

/** People who are not signed in see what is public, if the administrator allows it. */
async function maySee(access: RequestAccess): Promise<boolean> {
  return (await access.decide('catalog.read', undefined, true)).allowed;
}

function serve(
  request: Request,
  response: Response,
  viewer: { readonly subject: Subject; readonly sight: Sight },
  options: EventStreamOptions,
  onClose: () => void,
): void {
  const { bus, clock, heartbeatMs = 15_000, sessionCheckMs = 4000, maxQueuedBytes = 1024 * 1024 } = options;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // nginx would hold events back until a buffer is full.
    'x-accel-buffering': 'no',
  });
  let { sight } = viewer;
  let isOverflown = false;

  const reset = () =>
    response.write(frame(bus.lastId(), { name: 'reset', payload: { at: clock.now().toISOString() } }));
  const send = (numbered: NumberedEvent) => {
    if (isOverflown || !isVisible(sight, numbered.event)) return;
    if (response.writableLength > maxQueuedBytes) isOverflown = true;
    else response.write(frame(numbered.id, numbered.event));
  };
  response.on('drain', () => {
    if (!isOverflown) return;
    isOverflown = false;
    reset();
  });

  const missed = missedSince(bus, request.get('last-event-id'));
  response.write('retry: 2000\n\n');
  if (missed === undefined) reset();
  else for (const numbered of missed) send(numbered);
  // An id without data: a client that loses the connection before the first event resumes from here.
  if (!isOverflown) response.write(`id: ${bus.lastId()}\n\n`);

  const look = async () => {
    const access = await options.recheck(request);
    // Another person, or nobody any more: this stream was opened for somebody else's eyes.
    const isSame = access.subject.kind === viewer.subject.kind && (await maySee(access));
    if (isSame) sight = await sightOf(access);
    else response.end();
  };
  // Whether the session still stands may not be known: the client comes back and is asked.
  const lookAgain = () => void look().catch(() => response.end());
  const unsubscribe = bus.subscribe((numbered) => {
    if (numbered === null) reset();
    else send(numbered);
    if (numbered === null || numbered.event.name === 'access') lookAgain();
  });
  const heartbeat = setInterval(() => {
    if (response.writableLength <= maxQueuedBytes) response.write(': still here\n\n');
  }, heartbeatMs);
  const sessionCheck = setInterval(lookAgain, sessionCheckMs);
  response.once('close', () => {
    unsubscribe();
    clearInterval(heartbeat);
    clearInterval(sessionCheck);
    onClose();
  });
}

/** Nothing for a client without an id: it has just read everything. Undefined: what it missed is not known. */
function missedSince(bus: EventBus, lastId: string | undefined): readonly NumberedEvent[] | undefined {
  return lastId === undefined || lastId === '' ? [] : bus.since(lastId);
}

function frame(id: string, event: StreamEvent): string {
  return `id: ${id}\nevent: ${event.name}\ndata: ${JSON.stringify(event.payload)}\n\n`;
}
