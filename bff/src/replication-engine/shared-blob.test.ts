import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { GetBlobOptions } from '../registry-client/index.ts';
import { RegistryError } from '../registry-client/index.ts';
import { SharedBlob } from './shared-blob.ts';

const pieceBytes = 256 * 1024;
const bytes = Buffer.alloc(12 * 1024 * 1024);
for (let position = 0; position < bytes.length; position += 4) bytes.writeUInt32LE(position, position);
const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const never = new AbortController().signal;

function pieces(from: number, content = bytes): Readable {
  const all: Buffer[] = [];
  for (let at = from; at < content.length; at += pieceBytes) all.push(content.subarray(at, at + pieceBytes));
  return Readable.from(all);
}

function sourceOf(open: (offsetBytes: number) => Readable) {
  const offsets: number[] = [];
  const getBlob = (_repository: string, _digest: string, { offsetBytes = 0 }: GetBlobOptions = {}) => {
    offsets.push(offsetBytes);
    return Promise.resolve(open(offsetBytes));
  };
  return { offsets, source: { name: 'development', getBlob } };
}

const blobOf = (source: ReturnType<typeof sourceOf>['source'], content = bytes) =>
  new SharedBlob(source, 'a/b', { digest, sizeBytes: content.length });

/** As a destination that takes nothing until it is let. */
function slow(reader: Readable): { go: () => Promise<Buffer> } {
  const held = new PassThrough({ highWaterMark: 1 });
  reader.pipe(held);
  reader.on('error', (error) => held.destroy(error));
  return { go: () => buffer(held) };
}

test('readers that keep up share one download', async () => {
  const { source, offsets } = sourceOf((from) => pieces(from));
  const shared = blobOf(source);
  const readers = [1, 2, 3].map(() => buffer(shared.join(never)));
  await shared.start();
  for (const got of await Promise.all(readers)) expect(got.equals(bytes)).toBe(true);
  expect(offsets).toEqual([0]);
});

test('one that stands still stops nobody, and reads the rest by itself from where it was', async () => {
  const { source, offsets } = sourceOf((from) => pieces(from));
  const shared = blobOf(source);
  const late = slow(shared.join(never));
  const fast = buffer(shared.join(never));
  await shared.start();
  expect((await fast).equals(bytes)).toBe(true);
  expect((await late.go()).equals(bytes)).toBe(true);
  expect(offsets).toHaveLength(2);
  expect(offsets[1]).toBeGreaterThanOrEqual(4 * 1024 * 1024);
  expect(offsets[1]).toBeLessThan(6 * 1024 * 1024);
});

test('when all stand still the source does, and nobody is let go', async () => {
  let takenBytes = 0;
  const { source, offsets } = sourceOf((from) =>
    pieces(from).map((piece: Buffer) => {
      takenBytes += piece.length;
      return piece;
    }),
  );
  const shared = blobOf(source);
  const readers = [slow(shared.join(never)), slow(shared.join(never))];
  await shared.start();
  for (let round = 0; round < 200; round += 1) await turn();
  expect(takenBytes).toBeLessThan(5 * 1024 * 1024);
  for (const got of await Promise.all(readers.map((reader) => reader.go()))) expect(got.equals(bytes)).toBe(true);
  expect(offsets).toEqual([0]);
});

test('wrong bytes are finished by nobody, also not by one that was let go', async () => {
  const wrong = Buffer.from(bytes);
  wrong.writeUInt8(1, wrong.length - 1);
  const { source } = sourceOf((from) => pieces(from, wrong));
  const shared = blobOf(source);
  const late = slow(shared.join(never));
  const fast = buffer(shared.join(never));
  await shared.start();
  await expect(fast).rejects.toMatchObject({ code: 'digest-mismatch' });
  await expect(late.go()).rejects.toMatchObject({ code: 'digest-mismatch' });
});

test('one that is stopped leaves the others what they need, and the last to leave ends the download', async () => {
  const opened: Readable[] = [];
  const { source, offsets } = sourceOf((from) => {
    const body = pieces(from);
    opened.push(body);
    return body;
  });
  const shared = blobOf(source);
  const stop = new AbortController();
  const stopped = slow(shared.join(stop.signal));
  const other = buffer(shared.join(never));
  await shared.start();
  stop.abort(new Error('stopped'));
  await expect(stopped.go()).rejects.toThrow('stopped');
  expect((await other).equals(bytes)).toBe(true);
  expect(offsets).toEqual([0]);

  const alone = blobOf(source);
  const end = new AbortController();
  const last = slow(alone.join(end.signal));
  await alone.start();
  end.abort(new Error('stopped'));
  await expect(last.go()).rejects.toThrow('stopped');
  await turn();
  expect(opened.at(-1)?.destroyed).toBe(true);
});

test('all readers fail with what the source fails with', async () => {
  const refused = new RegistryError({
    code: 'unauthorized',
    sentence: 'development refused the user name or password.',
    params: {},
    operation: 'get-blob',
    host: 'development',
    retryable: false,
  });
  const shared = blobOf({ name: 'development', getBlob: () => Promise.reject(refused) });
  const readers = [buffer(shared.join(never)), buffer(shared.join(never))];
  const outcomes = Promise.allSettled(readers);
  await shared.start();
  expect((await outcomes).map((outcome) => (outcome as PromiseRejectedResult).reason as unknown)).toEqual([
    refused,
    refused,
  ]);
});
