import type { Request, RequestHandler, Response } from 'express';
import { decide, type Subject } from '../access/decide.ts';
import type { StreamEvent, StreamEventName } from '../contract/events.ts';
import type { Permission } from '../contract/permissions.ts';
import { ApiError } from './api-error.ts';
import type { EventBus, NumberedEvent } from './event-bus.ts';
import { requestContext } from './request-context.ts';

/** What one needs to see an event of each kind: the same as for the list it changes. */
const permissionOf: Readonly<Record<StreamEventName, Permission>> = {
  reset: 'signed-in',
  tag: 'catalog.read',
  catalog: 'catalog.read',
  registry: 'registry.read',
  task: 'replication.read',
  execution: 'replication.read',
  operations: 'replication.read',
};

export interface EventStreamOptions {
  readonly bus: EventBus;
  readonly clock: { now(): Date };
  /** Who the request's session belongs to now; null when it ended or the account was disabled. */
  readonly findSubject: (request: Request) => Promise<Subject>;
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
  const handler: RequestHandler = (request, response) => {
    const { account } = requestContext(request);
    if (account === null) throw new ApiError('not-signed-in', 'Sign in first: live events are for signed-in people.');
    clients.add(response);
    serve(request, response, account, options, () => clients.delete(response));
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

function serve(
  request: Request,
  response: Response,
  account: NonNullable<Subject>,
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
  let subject: Subject = account;
  let isOverflown = false;

  const reset = () =>
    response.write(frame(bus.lastId(), { name: 'reset', payload: { at: clock.now().toISOString() } }));
  const send = (numbered: NumberedEvent) => {
    if (isOverflown || !decide(subject, permissionOf[numbered.event.name]).allowed) return;
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

  const unsubscribe = bus.subscribe((numbered) => (numbered === null ? reset() : send(numbered)));
  const heartbeat = setInterval(() => {
    if (response.writableLength <= maxQueuedBytes) response.write(': still here\n\n');
  }, heartbeatMs);
  const sessionCheck = setInterval(() => {
    options.findSubject(request).then(
      (found) => {
        subject = found;
        if (found === null) response.end();
      },
      // Whether the session still stands is not known: the client comes back and is asked.
      () => response.end(),
    );
  }, sessionCheckMs);
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
