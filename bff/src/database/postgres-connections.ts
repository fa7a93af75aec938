import { Socket } from 'node:net';
import pg from 'pg';

/** How much each socket had received at a moment. */
export type Heard = ReadonlyMap<Socket, number>;

/** What all connections to one PostgreSQL have in common, and a way to cut those whose other end is gone without a word. */
export class PostgresConnections {
  readonly #sockets = new Set<Socket>();
  /** For pools, the queue library's too. */
  readonly poolSettings: pg.PoolConfig;
  readonly clientSettings: pg.ClientConfig;

  constructor(url: string) {
    this.clientSettings = {
      connectionString: url,
      application_name: 'longshore',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5000,
      idle_in_transaction_session_timeout: 60_000,
      stream: () => this.#openSocket(),
    };
    // A statement that takes this long is as good as lost.
    this.poolSettings = { ...this.clientSettings, query_timeout: 60_000, Client: PooledClient };
  }

  heard(): Heard {
    return new Map([...this.#sockets].map((socket) => [socket, socket.bytesRead]));
  }

  /** A half-open connection gives no error by itself: whoever waits for an answer of one would wait for a minute. */
  cutSilentSince(heard: Heard): void {
    for (const [socket, bytesRead] of heard) {
      if (socket.bytesRead === bytesRead) socket.destroy(new Error('Connection terminated: the database is silent.'));
    }
  }

  #openSocket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }
}

/** The pool listens to those that nobody uses. One that breaks in use, between two statements, would end the process. */
class PooledClient extends pg.Client {
  constructor(settings?: pg.ClientConfig) {
    super(settings);
    // The next statement on it fails, and whoever asked hears of it.
    this.on('error', () => {});
  }
}
