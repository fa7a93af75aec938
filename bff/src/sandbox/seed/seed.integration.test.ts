import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRegistryClient, parseManifest, type RegistryClient } from '../../registry-client/index.ts';
import { createPortChooser } from '../ports.ts';
import { findRegistryProgram } from '../registry-program.ts';
import { type PlacedRegistry, registryUrl, writeRegistryConfig } from '../sandbox-registries.ts';
import { type SupervisedProcess, superviseProcess } from '../supervised-process.ts';
import { seedRegistries } from './seed.ts';

let directory: string;
const running: SupervisedProcess[] = [];
const clients = new Map<string, RegistryClient>();
const registries: { id: string; url: string }[] = [];
const epoch = new Date('2026-01-15T12:00:00Z');

async function startRegistry(id: string, port: number): Promise<void> {
  const folder = path.join(directory, id);
  const registry: PlacedRegistry = {
    id,
    environment: id,
    preferredPort: port,
    port,
    directory: folder,
    notificationSecretFile: path.join(folder, 'notification-secret'),
  };
  await mkdir(folder, { recursive: true });
  const program = await findRegistryProgram(() => undefined);
  running.push(
    await superviseProcess({
      name: id,
      command: program.command(await writeRegistryConfig(registry, 9), id, directory),
      environment: process.env,
      logFile: path.join(directory, `${id}.log`),
      lastSignal: program.lastSignal,
      say: () => undefined,
    }),
  );
  const url = registryUrl(registry);
  registries.push({ id, url });
  clients.set(id, createRegistryClient({ name: id, endpoints: [{ url }], userAgent: 'longshore-test' }));
}

function client(id: string): RegistryClient {
  const found = clients.get(id);
  if (found === undefined) throw new Error(`There is no registry ${id}.`);
  return found;
}

async function tagsOf(id: string, repository: string): Promise<string[]> {
  const tags: string[] = [];
  for await (const page of client(id).listTags(repository)) tags.push(...page);
  return tags;
}

/** Reads everything an artifact names, and so fails where something is missing. */
async function readClosure(id: string, repository: string, reference: string): Promise<number> {
  const { bytes, descriptor } = await client(id).getManifest(repository, reference);
  const manifest = parseManifest(bytes, descriptor.mediaType);
  if (manifest.kind === 'index') {
    let count = 0;
    for (const child of manifest.manifests) count += await readClosure(id, repository, child.digest);
    return count;
  }
  const blobs = manifest.kind === 'manifest' ? [manifest.config, ...manifest.layers] : manifest.blobs;
  for (const blob of blobs) expect(await client(id).hasBlob(repository, blob.digest), blob.digest).toBe(true);
  return blobs.length;
}

function seed(signal = new AbortController().signal) {
  return seedRegistries({
    registries,
    dataDirectory: directory,
    root: path.join(directory, 'no-build'),
    epoch,
    signal,
  });
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'longshore-seed-'));
  const ports = createPortChooser();
  await startRegistry('development', await ports.choose([]));
  await startRegistry('branch-north', await ports.choose([]));
  // Interrupted on the way, as by Ctrl-C, and taken up again.
  const interruption = new AbortController();
  setTimeout(() => interruption.abort(), 1_000);
  await seed(interruption.signal).catch(() => undefined);
  await seed();
}, 300_000);

afterAll(async () => {
  await Promise.all([...clients.values()].map((each) => each.close()));
  await Promise.all(running.map((process) => process.stop()));
  await rm(directory, { recursive: true, force: true });
});

describe('the seeded registries', () => {
  it('hold a repository of two thousand tags', async () => {
    expect(await tagsOf('development', 'platform/nightly')).toHaveLength(2_000);
  });

  it.each([
    ['library/busybox', 'latest'],
    ['platform/node', '24'],
    ['payments/api', '2.8.0-rc1'],
    ['payments/web', '5.1.0'],
    ['shop/storefront', '3.1.0'],
    ['shop/site-content', '2026.11'],
    ['shop/charts/storefront', '0.5.0'],
  ])('hold everything that %s:%s names', async (repository, tag) => {
    expect(await readClosure('development', repository, tag)).toBeGreaterThan(1);
  });

  it('hold an SBOM that refers to its image', async () => {
    const image = await client('development').headManifest('payments/api', '2.7.2');
    const digest = typeof image === 'object' ? image.digest : '';
    const { descriptors } = await client('development').listReferrers('payments/api', digest);
    expect(descriptors.map((descriptor) => descriptor.artifactType)).toEqual(['application/spdx+json']);
  });

  it('differ where the matrix should show a difference', async () => {
    const [here, there] = await Promise.all([
      client('development').headManifest('payments/api', '2.7.2'),
      client('branch-north').headManifest('payments/api', '2.7.2'),
    ]);
    expect(here).not.toMatchObject({ digest: typeof there === 'object' ? there.digest : '' });
    expect(await tagsOf('branch-north', 'payments/api')).not.toContain('2.8.0-rc1');
  });

  it('get the same digests again from the same beginning', async () => {
    const before = await client('development').headManifest('shop/storefront', '3.1.0');
    await seed();
    expect(await client('development').headManifest('shop/storefront', '3.1.0')).toEqual(before);
    expect(await tagsOf('development', 'platform/nightly')).toHaveLength(2_000);
  });
});
