import type { Readable } from 'node:stream';

/** The whole of a body that is small. @throws Error where it is not */
export async function readCapped(body: Readable, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) throw new Error('The answer is larger than it may be.');
    pieces.push(piece);
  }
  return Buffer.concat(pieces, sizeBytes);
}
