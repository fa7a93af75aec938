import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { listenOnLoopback } from './listen-on-loopback.ts';

export interface Balancer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Passes each connection to the first of its servers that takes it; unless `isOrdered` another one comes first each time. */
export async function startBalancer(ports: readonly number[], { isOrdered = false } = {}): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let count = 0;
  const keep = (socket: Socket, other: Socket | undefined): void => {
    sockets.add(socket);
    socket.on('error', () => other?.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other?.destroy();
    });
  };
  const server = createServer({ pauseOnConnect: true }, (client) => {
    keep(client, undefined);
    const first = isOrdered ? 0 : (count += 1) % ports.length;
    const tryNext = (place: number): void => {
      const port = ports[(first + place) % ports.length];
      if (place === ports.length || port === undefined) {
        client.destroy();
        return;
      }
      const upstream = connect(port, '127.0.0.1');
      const next = (): void => tryNext(place + 1);
      upstream.once('error', next);
      upstream.once('connect', () => {
        upstream.off('error', next);
        keep(upstream, client);
        client.on('close', () => upstream.destroy());
        client.pipe(upstream).pipe(client);
        client.resume();
      });
    };
    tryNext(0);
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
