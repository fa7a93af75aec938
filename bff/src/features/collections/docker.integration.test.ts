import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deleteToTrash, listTrash, purgeFromTrash, restoreFromTrash, type TrashItem } from '../../contract/trash.ts';
import { type DockerEngine, startDockerEngine } from '../../gateway/testing/docker-engine.ts';
import { run } from '../../gateway/testing/run-skopeo.ts';
import { mediaTypes } from '../../registry-client/index.ts';
import { expectWhole } from '../../testing/oracle.ts';
import { pushSampleBlob, pushSampleImage } from '../../testing/sample-artifacts.ts';
import { until } from '../replication/testing/waiting.ts';
import { collectGarbage, scanUntil } from '../trash/testing/trash-scene.ts';
import { CollectingConsole } from './testing/collecting-console.ts';

// An engine, a registry, its own program, restarts; and on a busy machine their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

// Begun here, because whether the tests run at all depends on it.
const started = await startDockerEngine();
const engine = typeof started === 'string' ? undefined : started;
if (typeof started === 'string') process.stderr.write(`The tests with the docker engine are skipped: ${started}.\n`);

const project = 'payments';
const repository = 'payments/app';
const uniqueBytes = 3_000_000;
let at: CollectingConsole;

beforeAll(async () => {
  at = await CollectingConsole.start();
});
afterAll(async () => {
  await at?.close();
  await engine?.stop();
});

describe.skipIf(engine === undefined)('What docker sees of the trash and of collections', () => {
  const docker: DockerEngine['docker'] = (args) => engine?.docker(args) ?? Promise.reject(new Error('no engine'));
  const door = () => `${at.bff.url.slice('http://'.length)}/dev/${repository}`;
  /** The digest that was pulled, or what was said instead. */
  const pull = async (tag: string): Promise<string> => {
    await docker(`rmi ${door()}:${tag}`);
    const { said } = await docker(`pull ${door()}:${tag}`);
    return /Digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1] ?? said;
  };

  it('a tag goes without its sibling, outlives a collection by hand, comes back, and gives its bytes back at last', async () => {
    const index = await pushIndexOf(['amd64', 'arm64'], ['2.0', 'stable']);
    const old = await pushRunnable('amd64', uniqueBytes, '1.9');
    await scanUntil(at.admin, at.bff.running.foundation.database, ['1.9', '2.0', 'stable'], repository);
    await docker(`login --username admin --password ${at.bff.adminPassword} ${at.bff.url.slice('http://'.length)}`);
    expect(await pull('2.0')).toBe(index);

    const deleted = await deleteTag('2.0');
    expect(deleted).toMatchObject({ state: 'deleted', digest: index, aliases: ['stable'] });
    expect(await pull('2.0')).toMatch(/manifest unknown|not found/);
    expect(await pull('stable')).toBe(index);
    // Alone in the trash it is in danger: nothing but what Longshore put aside keeps it.
    const sibling = await deleteTag('stable');
    expect(sibling).toMatchObject({ state: 'deleted', reason: null, aliases: [] });
    await collectByHand();
    await restore(sibling);
    await restore(deleted);
    expect(await pull('2.0')).toBe(index);
    expect(await pull('stable')).toBe(index);

    for (const item of [await deleteTag('2.0'), await deleteTag('1.9')]) await purge(item);
    const { collection } = await at.run();
    expect(collection).toMatchObject({ state: 'done', reason: null });
    expect((collection.bytesBefore ?? 0) - (collection.bytesAfter ?? 0)).toBeGreaterThan(uniqueBytes * 0.9);
    expect(await at.scene.hasStored(old)).toBe(false);
    expect(await pull('1.9')).toMatch(/manifest unknown|not found/);
    expect(await pull('stable')).toBe(index);
    await expectWhole(at.scene.client, [repository]);
  });
});

/** An image that docker can unpack. @returns its digest */
async function pushRunnable(architecture: string, sizeBytes: number, tag?: string): Promise<string> {
  const directory = engine?.directory ?? '';
  const [content, layer] = [path.join(directory, 'content'), path.join(directory, 'layer.tar')];
  await writeFile(content, randomBytes(sizeBytes));
  await run('tar', ['-C', directory, '-cf', layer, 'content']);
  const bytes = await readFile(layer);
  const blob = await pushSampleBlob(at.scene.client, repository, bytes, 'application/vnd.oci.image.layer.v1.tar');
  const diffId = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const config = { os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: [diffId] } };
  const image = await pushSampleImage(at.scene.client, repository, {
    config,
    layerSizes: [],
    layers: [blob],
    ...(tag === undefined ? {} : { tag }),
  });
  return image.digest;
}

async function pushIndexOf(architectures: readonly string[], tags: readonly string[]): Promise<string> {
  const manifests: object[] = [];
  for (const architecture of architectures) {
    const { descriptor } = await at.scene.client.getManifest(repository, await pushRunnable(architecture, 10_000));
    const { mediaType, digest, sizeBytes: size } = descriptor;
    manifests.push({ mediaType, digest, size, platform: { os: 'linux', architecture } });
  }
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
  for (const tag of tags) {
    await at.scene.client.putManifest(repository, tag, { bytes, mediaType: mediaTypes.ociIndex });
  }
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function deleteTag(tag: string): Promise<TrashItem> {
  const selection = { kind: 'references' as const, registryId: 'dev', repository, references: [tag] };
  const { items } = await at.admin.call(deleteToTrash, { params: { project }, body: { selection } });
  return ended(items[0] ?? '');
}

async function restore({ id }: TrashItem): Promise<void> {
  const params = { project, trashItemId: id };
  await at.admin.call(restoreFromTrash, { params, body: { target: { kind: 'same' } } });
  expect(await ended(id)).toMatchObject({ state: 'restored' });
}

async function purge({ id }: TrashItem): Promise<void> {
  await at.admin.call(purgeFromTrash, { params: { project, trashItemId: id } });
  expect(await ended(id)).toMatchObject({ state: 'purged' });
}

function ended(id: string): Promise<TrashItem> {
  return until(`the end of what is done with ${id}`, async () => {
    const { items } = await at.admin.call(listTrash, { params: { project }, query: { itemId: id } });
    const [item] = items;
    return item === undefined || item.state.endsWith('ing') ? undefined : item;
  });
}

/** With the registry's own program, as somebody does who has never heard of Longshore. */
async function collectByHand(): Promise<void> {
  // What took the tag from its manifest is garbage: it did collect.
  expect(await collectGarbage(at.scene.registry.storageDirectory)).toMatch(/blob eligible for deletion/);
  await at.scene.restart();
}
