import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildLayer } from './layer.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'longshore-layer-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

describe('a layer', () => {
  it('is the same bytes for the same content, whenever it is built', async () => {
    const entries = [
      { path: 'etc/motd', content: 'hello\n' },
      { path: 'bin/greet', linkTo: '../etc/motd' },
    ];
    const one = await buildLayer(path.join(directory, 'one'), entries, { createdBy: 'COPY' });
    const other = await buildLayer(path.join(directory, 'other'), entries, { createdBy: 'COPY' });
    expect(other.digest).toBe(one.digest);
    expect(other.diffId).toBe(one.diffId);
  });

  it('names the digests of what it wrote, compressed and not', async () => {
    const large = path.join(directory, 'large');
    await writeFile(large, Buffer.alloc(3 * 1024 * 1024, 'x'));
    const file = path.join(directory, 'layer');
    const layer = await buildLayer(file, [{ path: 'srv/large', copyOf: large }], { createdBy: 'COPY' });
    const bytes = await readFile(file);
    expect(layer).toMatchObject({ digest: sha256(bytes), sizeBytes: bytes.length, diffId: sha256(gunzipSync(bytes)) });
  });
});
