import type { Request, RequestHandler, Response } from 'express';
import { isInScope, isProjectInScope, type Scope } from '../access/scope.ts';
import { projectOf, type Subject } from '../access/subject.ts';
import type { StreamEvent } from '../contract/events.ts';
import { ApiError } from './api-error.ts';
import type { EventBus, NumberedEvent } from './event-bus.ts';
import { PacedEvents, type PacedMessage } from './paced-events.ts';
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
    case 'trash':
      return isInScope(catalog, event.payload.project, event.payload.registryId);
    case 'catalog':
    case 'registry':
    case 'storage':
      return isRegistryInScope(catalog, event.payload.registryId);
    case 'project':
    case 'retention':
      return isProjectInScope(catalog, event.payload.project);
    case 'promotion':
      return isProjectInScope(tasks, event.payload.project);
    case 'operations':
    case 'traffic':
      return seesOperations;
    case 'execution':
    case 'policy':
    case 'collection':
    case 'access':
    case 'reset':
    case 'alive':
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
  /** A page that hears nothing for more than twice as long takes the connection for lost. */
  readonly heartbeatMs?: number;
  /** A session that ended elsewhere ends its streams within this time. */
  readonly sessionCheckMs?: number;
  /** A client that reads too slowly gets a `reset` instead of what lies beyond this. */
  readonly maxQueuedBytes?: number;
}

export interface EventStream {
  readonly handler: RequestHandler;
  /** To every client of this instance that may see it, without a place in the common order: it is not sent again. */
  readonly tell: (event: StreamEvent) => void;
  readonly clientCount: () => number;
  /** What waits for each client. */
  readonly queuedBytes: () => number[];
  /** Ends every stream, so that clients come back to another instance. */
  close(): void;
}

export function createEventStream(options: EventStreamOptions): EventStream {
  const clients = new Set<StreamClient>();
  const handler: RequestHandler = async (request, response) => {
    const { access } = requestContext(request);
    if (!(await maySee(access))) {
      throw new ApiError('not-signed-in', 'Sign in first: live events are for signed-in people.');
    }
    const client = new StreamClient(response, await sightOf(access), options);
    clients.add(client);
    follow(request, client, access.subject, options, () => clients.delete(client));
  };
  return {
    handler,
    tell: (event) => {
      for (const client of clients) client.send(null, event);
    },
    clientCount: () => clients.size,
    queuedBytes: () => [...clients].map((client) => client.queuedBytes),
    close: () => {
      for (const client of clients) client.end();
    },
  };
}

/** People who are not signed in see what is public, if the administrator allows it. */
async function maySee(access: RequestAccess): Promise<boolean> {
  return (await access.decide('catalog.read', undefined, true)).allowed;
}

/** One connection: what is written to it, and how much of it may wait. */
class StreamClient {
  readonly #response: Response;
  readonly #options: EventStreamOptions;
  readonly #paced: PacedEvents;
  readonly #maxQueuedBytes: number;
  sight: Sight;
  #isOverflown = false;

  constructor(response: Response, sight: Sight, options: EventStreamOptions) {
    this.#response = response;
    this.#options = options;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 1024 * 1024;
    this.sight = sight;
    this.#paced = new PacedEvents({ deliver: (message) => this.#deliver(message), now: () => performance.now() });
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // nginx would hold events back until a buffer is full.
      'x-accel-buffering': 'no',
    });
    response.on('drain', () => this.#recover());
  }

  get queuedBytes(): number {
    return this.#response.writableLength + this.#paced.sizeBytes;
  }

  /** Begins behind what the client knows. */
  open(lastEventId: string | undefined): void {
    const { bus } = this.#options;
    const missed = missedSince(bus, lastEventId);
    this.#response.write('retry: 2000\n\n');
    if (missed === undefined) this.reset();
    else for (const { id, event } of missed) this.send(id, event);
    // An id without data: a client that loses the connection before the first event resumes from here.
    if (missed?.length === 0) this.#response.write(`id: ${bus.lastId()}\n\n`);
  }

  /** @param id null for what has no place in the common order */
  send(id: string | null, event: StreamEvent): void {
    if (this.#isOverflown || !isVisible(this.sight, event)) return;
    this.#paced.add(id, event);
    if (this.queuedBytes <= this.#maxQueuedBytes) return;
    this.#isOverflown = true;
    this.#paced.clear();
  }

  /** Whatever was sent or waits: the client is to read everything again. */
  reset(): void {
    this.#paced.drop();
    this.#isOverflown = false;
    const event = { name: 'reset', payload: { at: this.#options.clock.now().toISOString() } };
    this.#write(this.#options.bus.lastId(), [JSON.stringify(event)]);
  }

  end(): void {
    this.#response.end();
  }

  onceClosed(listener: () => void): void {
    this.#response.once('close', () => {
      this.#paced.drop();
      listener();
    });
  }

  #deliver({ id, events }: PacedMessage): void {
    if (this.#isOverflown) this.#recover();
    else if (events.length > 0) this.#write(id, events);
  }

  /** It reads again, or never stopped and there was only too much at once. */
  #recover(): void {
    if (this.#isOverflown && !this.#response.writableNeedDrain) this.reset();
  }

  #write(id: string | null, events: readonly string[]): void {
    this.#response.write(`${id === null ? '' : `id: ${id}\n`}data: [${events.join(',')}]\n\n`);
  }
}

function follow(
  request: Request,
  client: StreamClient,
  subject: Subject,
  options: EventStreamOptions,
  onClose: () => void,
): void {
  const { bus, clock, heartbeatMs = 5000, sessionCheckMs = 4000 } = options;
  client.open(request.get('last-event-id'));
  const look = async () => {
    const access = await options.recheck(request);
    // Another person, or nobody any more: this stream was opened for somebody else's eyes.
    const isSame = access.subject.kind === subject.kind && (await maySee(access));
    if (isSame) client.sight = await sightOf(access);
    else client.end();
  };
  // Whether the session still stands may not be known: the client comes back and is asked.
  const lookAgain = () => void look().catch(() => client.end());
  const unsubscribe = bus.subscribe((numbered) => {
    if (numbered === null) client.reset();
    else client.send(numbered.id, numbered.event);
    if (numbered === null || numbered.event.name === 'access') lookAgain();
  });
  // With an id: whoever sees little of what happens still need not go far back.
  const heartbeat = setInterval(() => {
    client.send(bus.lastId(), { name: 'alive', payload: { at: clock.now().toISOString() } });
  }, heartbeatMs);
  const sessionCheck = setInterval(lookAgain, sessionCheckMs);
  client.onceClosed(() => {
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
