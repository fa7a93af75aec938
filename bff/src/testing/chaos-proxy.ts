import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { listenOnLoopback } from './listen-on-loopback.ts';

/** What happens to one connection; counted in bytes from the server to the client unless said otherwise. */
export interface Mischief {
  /** Before anything is passed on, either way. */
  readonly delayMs?: number;
  /** Ends the connection in good order after so many bytes. */
  readonly cutAfterBytes?: number;
  /** Resets it (RST) after so many bytes. */
  readonly resetAfterBytes?: number;
  /** Resets it after so many bytes from the client to the server. */
  readonly resetAfterUploadBytes?: number;
  /** Turns over one bit of the byte at this place. */
  readonly flipAtByte?: number;
  /** Passes nothing on any more after so many bytes, and keeps the connection open. */
  readonly stallAfterBytes?: number;
  /** From the server. */
  readonly bytesPerSecond?: number;
}

export interface ChaosProxy {
  readonly url: string;
  readonly port: number;
  /** How many connections were made. */
  connections(): number;
  /** From the server, over all connections. */
  downloadedBytes(): number;
  /** Asked for each new connection, with its number from 1 on. */
  behave(choose: (connection: number, random: () => number) => Mischief): void;
  stop(): Promise<void>;
}

/** A TCP proxy in front of a real registry that breaks connections, the same way for the same seed. */
export async function startChaosProxy(target: { port: number; seed?: number }): Promise<ChaosProxy> {
  const random = seededRandom(target.seed ?? 1);
  const sockets = new Set<Socket>();
  let connectionCount = 0;
  let downloadedBytes = 0;
  let choose: (connection: number, random: () => number) => Mischief = () => ({});
  const server = createServer((client) => {
    connectionCount += 1;
    const upstream = connect(target.port, '127.0.0.1');
    upstream.on('data', (piece: Buffer) => (downloadedBytes += piece.length));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    const mischief = choose(connectionCount, random);
    const begin = (): void => pass(client, upstream, mischief);
    if (mischief.delayMs === undefined) begin();
    else setTimeout(begin, mischief.delayMs);
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections: () => connectionCount,
    downloadedBytes: () => downloadedBytes,
    behave: (chosen) => {
      choose = chosen;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function pass(client: Socket, upstream: Socket, mischief: Mischief): void {
  let downloadedBytes = 0;
  let uploadedBytes = 0;
  const reset = (): void => {
    client.resetAndDestroy();
    upstream.destroy();
  };
  upstream.on('data', (piece: Buffer) => {
    const before = downloadedBytes;
    downloadedBytes += piece.length;
    const { cutAfterBytes, resetAfterBytes, stallAfterBytes, flipAtByte } = mischief;
    if (stallAfterBytes !== undefined && downloadedBytes > stallAfterBytes) {
      client.write(piece.subarray(0, Math.max(0, stallAfterBytes - before)));
      upstream.pause();
      return;
    }
    if (resetAfterBytes !== undefined && downloadedBytes > resetAfterBytes) {
      client.write(piece.subarray(0, Math.max(0, resetAfterBytes - before)), reset);
      return;
    }
    if (cutAfterBytes !== undefined && downloadedBytes > cutAfterBytes) {
      client.end(piece.subarray(0, Math.max(0, cutAfterBytes - before)));
      upstream.destroy();
      return;
    }
    if (flipAtByte !== undefined && flipAtByte >= before && flipAtByte < downloadedBytes) {
      piece.writeUInt8(piece.readUInt8(flipAtByte - before) ^ 1, flipAtByte - before);
    }
    const { bytesPerSecond } = mischief;
    if (!client.write(piece)) upstream.pause();
    else if (bytesPerSecond !== undefined) {
      upstream.pause();
      setTimeout(() => upstream.resume(), (piece.length * 1000) / bytesPerSecond);
    }
  });
  client.on('drain', () => upstream.resume());
  client.on('data', (piece: Buffer) => {
    uploadedBytes += piece.length;
    if (mischief.resetAfterUploadBytes !== undefined && uploadedBytes > mischief.resetAfterUploadBytes) reset();
    else if (!upstream.write(piece)) client.pause();
  });
  upstream.on('drain', () => client.resume());
  client.on('end', () => upstream.end());
  upstream.on('end', () => client.end());
}

/** mulberry32: small, and the same everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
