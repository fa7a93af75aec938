import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { giveBackWritten, markSpent, readIntoKeptBuffers } from './blob-buffers.ts';

const toStop: (() => void)[] = [];
afterEach(() => {
  for (const stop of toStop.splice(0)) stop();
});

/** A socket that reads into kept buffers, and one that writes to a server which throws everything away. */
async function connections(send: (server: Socket) => void): Promise<{ reader: Socket; writer: Socket }> {
  let connectionCount = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume();
    connectionCount += 1;
    if (connectionCount === 1) send(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const reader = connect({ port, host: '127.0.0.1', onread: readIntoKeptBuffers });
  await once(reader, 'connect');
  const writer = giveBackWritten(connect({ port, host: '127.0.0.1' }));
  writer.resume();
  toStop.push(() => {
    reader.destroy();
    writer.destroy();
    server.close();
  });
  return { reader, writer };
}

async function memoryUsed(
  mark: (piece: Buffer) => void,
): Promise<{ buffers: number; pieces: number; isWhole: boolean }> {
  const rounds = 200;
  const { reader, writer } = await connections((socket) => {
    void (async () => {
      for (let round = 0; round < rounds; round += 1) {
        if (!socket.write(Buffer.alloc(20_000, round % 251))) await once(socket, 'drain');
        if (round % 10 === 0) await sleep(1);
      }
      socket.end();
    })().catch(() => undefined);
  });
  const seen = new Set<ArrayBufferLike>();
  let [pieces, position, isWhole] = [0, 0, true];
  for await (const piece of reader as AsyncIterable<Buffer>) {
    seen.add(piece.buffer);
    pieces += 1;
    for (const byte of piece) {
      isWhole &&= byte === Math.floor(position / 20_000) % 251;
      position += 1;
    }
    mark(piece);
    await new Promise((resolve) => writer.write(piece, resolve));
    await sleep(0);
  }
  return { buffers: seen.size, pieces, isWhole: isWhole && position === rounds * 20_000 };
}

test('what was written is read into again', async () => {
  const { buffers, pieces, isWhole } = await memoryUsed(markSpent);
  expect(isWhole).toBe(true);
  expect(pieces).toBeGreaterThan(5);
  expect(buffers).toBeLessThan(pieces);
});

test('what may still be read is left alone', async () => {
  const { buffers, pieces, isWhole } = await memoryUsed(() => undefined);
  expect(isWhole).toBe(true);
  expect(buffers).toBe(pieces);
});

test('a part of what one read brought is not given back', async () => {
  const { buffers, pieces } = await memoryUsed((piece) => markSpent(piece.subarray(0, 10)));
  expect(buffers).toBe(pieces);
});
