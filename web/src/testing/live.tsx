import { QueryClientProvider } from '@tanstack/react-query';
import type { StreamEvent } from 'bff/contract/events';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import type { Connection, EventStream } from '../api/event-stream.ts';
import { createQueryClient } from '../api/query-client.ts';
import { EventStreamProvider } from '../api/stream-hooks.tsx';

/** The test says what happens, and whether the server is heard. */
export function createTestStream(connection: Connection = { state: 'live' }) {
  const handlers = new Set<[string, (payload: never) => void]>();
  const stream: EventStream = {
    start: () => () => undefined,
    on: (name, handler) => {
      const entry: [string, (payload: never) => void] = [name, handler];
      handlers.add(entry);
      return () => void handlers.delete(entry);
    },
    connection: () => connection,
    onConnection: () => () => undefined,
  };
  const happen = (event: StreamEvent) => {
    for (const [name, handler] of handlers) if (name === event.name) handler(event.payload as never);
  };
  return { stream, happen };
}

/** What surrounds a page that follows events. */
export function createSurroundings(connection?: Connection) {
  const client = createQueryClient();
  const { stream, happen } = createTestStream(connection);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <EventStreamProvider stream={stream} listener={null}>
        {children}
      </EventStreamProvider>
    </QueryClientProvider>
  );
  return { client, wrapper, happen };
}

interface HeldRequest {
  url: string;
  answer: (body: unknown) => Promise<void>;
}

/** In place of the network: every request waits for the test's answer. `vi.unstubAllGlobals` gives it back. */
export function holdRequests(): HeldRequest[] {
  const requests: HeldRequest[] = [];
  vi.stubGlobal('fetch', (url: string) => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    requests.push({
      url,
      answer: async (body) => {
        resolve(Response.json(body));
        await new Promise((done) => setTimeout(done, 0));
      },
    });
    return promise;
  });
  return requests;
}
