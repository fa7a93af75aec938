import { useQueryClient } from '@tanstack/react-query';
import type { StreamEventName } from 'bff/contract/events';
import { createContext, type ReactNode, useContext, useEffect, useRef, useSyncExternalStore } from 'react';
import type { Connection, EventStream, StreamHandler } from './event-stream.ts';
import { readAgain } from './read-again.ts';

const StreamContext = createContext<EventStream | null>(null);

interface EventStreamProviderProps {
  stream: EventStream;
  /** Who listens, null for nobody; another listener gets a new connection, because it may see other things. */
  listener: string | null;
  children: ReactNode;
}

export function EventStreamProvider({ stream, listener, children }: EventStreamProviderProps) {
  const client = useQueryClient();
  useEffect(() => (listener === null ? undefined : stream.start()), [stream, listener]);
  useEffect(() => stream.on('reset', () => void readAgain(client)), [stream, client]);
  return <StreamContext value={stream}>{children}</StreamContext>;
}

function useStream(): EventStream {
  const stream = useContext(StreamContext);
  if (stream === null) throw new Error('There is no EventStreamProvider above this component.');
  return stream;
}

/** Calls the newest `handler` for each event of that name while the component is mounted. */
export function useStreamEvent<N extends StreamEventName>(name: N, handler: StreamHandler<N>): void {
  const stream = useStream();
  const newest = useRef(handler);
  useEffect(() => {
    newest.current = handler;
  });
  useEffect(() => stream.on(name, (payload) => newest.current(payload)), [stream, name]);
}

/** Whether what is shown follows the server at this moment. */
export function useConnection(): Connection {
  const stream = useStream();
  return useSyncExternalStore(stream.onConnection, stream.connection);
}
