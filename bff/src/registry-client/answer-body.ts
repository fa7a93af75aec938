import type { Readable } from 'node:stream';

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}

/** The whole body, or BodyTooLargeError after `maxBytes`; either way the connection is free again or cut. */
export async function readCapped(body: Readable, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) {
      body.destroy();
      throw new BodyTooLargeError(`The answer is larger than ${maxBytes} bytes.`);
    }
    pieces.push(piece);
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, sizeBytes);
}

/** As much of the body as the cap allows, for the cause in an error: never fails. */
export async function readStart(body: Readable, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece);
      sizeBytes += piece.length;
      if (sizeBytes >= maxBytes) break;
    }
  } catch {
    // What arrived before the connection broke is still the best cause there is.
  }
  return Buffer.concat(pieces, sizeBytes).toString('utf8', 0, maxBytes);
}
