import type { IncomingMessage, ServerResponse } from 'node:http';
import { giveBack } from '../registry-client/index.ts';

/** Below this a kept connection is worth more than what is saved. */
const rawMinBytes = 1024 * 1024;
/** Waiting to be sent to a caller: enough that neither side stands still. */
const waitingMaxBytes = 1024 * 1024;

/** Whether a body's length is all that has to be known of it. */
export function isRawBody({ statusCode, headers }: IncomingMessage): boolean {
  const isWhole = statusCode === 200 || statusCode === 206;
  return isWhole && headers['transfer-encoding'] === undefined && Number(headers['content-length']) >= rawMinBytes;
}

/**
 * Passes a large body on without the HTTP parser, which copies every piece: when its headers are read, what comes is
 * exactly so many bytes. The connection to the registry is given up afterwards, because the parser no longer knows where
 * it stands. Resolves when it is over; a body that breaks off cuts the caller's connection.
 */
export function passRawBody(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket } = answer;
  let leftBytes = Number(answer.headers['content-length']);
  return new Promise((resolve) => {
    const take = (piece: Buffer): void => {
      leftBytes -= piece.length;
      if (leftBytes < 0) {
        socket.destroy();
        return;
      }
      const isRoom = response.write(piece, (error) => void (error ?? giveBack(piece)));
      if (leftBytes === 0) {
        response.end();
        socket.destroy();
      } else if (!isRoom && response.writableLength > waitingMaxBytes) socket.pause();
    };
    response.on('drain', () => socket.resume());
    response.once('close', () => {
      socket.destroy();
      resolve();
    });
    socket.once('close', () => {
      if (leftBytes !== 0) response.destroy();
    });
    // What the parser has handed over already comes first.
    const first = answer.read() as Buffer | null;
    socket.removeAllListeners('data');
    socket.on('data', take);
    if (first !== null) take(first);
    if (!socket.destroyed) socket.resume();
  });
}
