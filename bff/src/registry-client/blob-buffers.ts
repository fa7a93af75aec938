import type { Socket } from 'node:net';
import { Socket as NetSocket } from 'node:net';

/**
 * Buffers for blobs on their way from one registry to another. Node makes a new 64 KiB buffer for each read of a socket; at
 * a gigabyte a second that is a full garbage collection of the whole process every few milliseconds of copying. Here
 * a buffer goes back to the next read as soon as the other socket has written it. Whatever is not given back is
 * collected as usual, so forgetting costs speed and never bytes.
 */
const bufferBytes = 256 * 1024;
// 16 MiB: more than the slots of two registries use at once.
const keptMax = 64;

const kept: Buffer[] = [];
/** Buffers made here, each with how far the last read filled it. */
const filledBytes = new WeakMap<ArrayBufferLike, number>();
/** Pieces that nobody reads again once they are written. */
const spent = new WeakSet<Uint8Array>();

function takeBuffer(): Buffer {
  const buffer = kept.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
  filledBytes.set(buffer.buffer, 0);
  return buffer;
}

/** For `net.connect`: reads into these buffers. */
export const readIntoKeptBuffers = {
  buffer: takeBuffer,
  callback(this: unknown, byteCount: number, buffer: Uint8Array): boolean {
    filledBytes.set(buffer.buffer, byteCount);
    // Node calls it with the socket as `this`; the types do not say so.
    return this instanceof NetSocket && this.push(Buffer.from(buffer.buffer, buffer.byteOffset, byteCount));
  },
};

/**
 * Says that the piece will be written to a registry and not be read after that. Only the end of what one read
 * brought is taken: with chunked encoding earlier parts of the same buffer may still be waiting to be parsed.
 */
export function markSpent(piece: Uint8Array): void {
  if (filledBytes.get(piece.buffer) === piece.byteOffset + piece.byteLength) spent.add(piece);
}

/** Several sockets write this piece: its buffer is left to the garbage collector, because the first to finish would give it away. */
export function keepForSeveral(piece: Uint8Array): void {
  filledBytes.delete(piece.buffer);
}

/** Of a piece that was written and is not read again; the whole of what one read brought, else nothing happens. */
export function giveBack(piece: Uint8Array): void {
  if (piece.byteOffset !== 0 || filledBytes.get(piece.buffer) !== piece.byteLength) return;
  filledBytes.set(piece.buffer, 0);
  if (kept.length < keptMax) kept.push(Buffer.from(piece.buffer));
}

/** Makes the socket give back what it has written. */
export function giveBackWritten(socket: Socket): Socket {
  const write = socket.write.bind(socket) as (...parameters: unknown[]) => boolean;
  socket.write = (...parameters: unknown[]): boolean => {
    const [piece] = parameters;
    if (!(piece instanceof Uint8Array) || !spent.delete(piece)) return write(...parameters);
    const asked = parameters.find((parameter) => typeof parameter === 'function');
    return write(piece, (error?: Error | null) => {
      if (!error && kept.length < keptMax) kept.push(Buffer.from(piece.buffer));
      asked?.(error);
    });
  };
  return socket;
}
