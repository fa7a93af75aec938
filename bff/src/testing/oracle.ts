import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/index.ts';
import {
  hasWantedPlatform,
  type NamedPlatform,
  parseManifest,
  parsePlatformName,
  type Platform,
  type RegistryClient,
  wantedChildren,
} from '../registry-client/index.ts';

const patienceMs = 180_000;

export interface OracleWorld {
  readonly kysely: Kysely<Tables>;
  readonly source: RegistryClient;
  readonly destinations: readonly RegistryClient[];
  /** The same names at all of them. */
  readonly repositories: readonly string[];
  /** Of the policy, such as linux/amd64: what is of other platforms only is expected nowhere, and not below an index. */
  readonly platforms?: readonly string[];
}

/**
 * After a fault has passed, without anybody's help: each destination has exactly the tags that the source has, with the same
 * digests; everything under every tag is there and of its digest; no task is open, and none runs without a lease.
 * @throws Error that says what is not so
 */
export async function expectConverged(world: OracleWorld): Promise<void> {
  const endsAtMs = performance.now() + patienceMs;
  for (;;) {
    // Distribution answers 500 to who reads a tag while it is written: that is no rest yet either.
    const seen = await differences(world).catch((error: unknown) => [String(error)]);
    const faults = [...(await openTasks(world)), ...seen];
    if (faults.length === 0) break;
    if (performance.now() > endsAtMs) throw new Error(`It did not come to rest: ${faults.slice(0, 20).join('; ')}.`);
    await sleep(200);
  }
  for (const destination of world.destinations) await expectWhole(destination, world.repositories, world.platforms);
  await expectNoOrphans(world.kysely);
}

/** Nothing half-written: whatever has a tag can be read in full, or all of its wanted platforms, and is what its digest says. */
export async function expectWhole(
  client: RegistryClient,
  repositories: readonly string[],
  platforms?: readonly string[],
): Promise<void> {
  const wanted = platforms?.map((name) => parsePlatformName(name));
  for (const repository of repositories) {
    const read = new Set<string>();
    for (const [tag, digest] of await tagsOf(client, repository)) {
      await readClosure({ client, repository, wanted }, digest, read).catch((error: unknown) => {
        throw new Error(`${client.host} has ${repository}:${tag}, but not all of it.`, { cause: error });
      });
    }
  }
}

export async function expectNoOrphans(kysely: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from tasks where (state = 'running' and (lease_until is null or lease_until < clock_timestamp()))
      or (state in ('queued', 'running', 'waiting') and deadline_at < clock_timestamp())
  `.execute(kysely);
  if (rows.length > 0) throw new Error(`Nobody runs these tasks: ${rows.map(({ id }) => id).join(', ')}.`);
}

async function openTasks({ kysely, repositories }: OracleWorld): Promise<string[]> {
  const rows = await kysely
    .selectFrom('tasks')
    .select(['id', 'state', 'reason'])
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .where('source_repository', 'in', repositories)
    .execute();
  return rows.map(({ id, state, reason }) => `task ${id} is ${state} (${JSON.stringify(reason)})`);
}

async function differences({ source, destinations, repositories, platforms }: OracleWorld): Promise<string[]> {
  const found: string[] = [];
  const wanted = platforms?.map((name) => parsePlatformName(name));
  for (const repository of repositories) {
    const expected = await tagsOf(source, repository);
    for (const [tag, digest] of wanted === undefined ? [] : expected) {
      if (!(await isWanted({ client: source, repository, wanted }, digest))) expected.delete(tag);
    }
    for (const destination of destinations) {
      const actual = await tagsOf(destination, repository);
      for (const tag of new Set([...expected.keys(), ...actual.keys()])) {
        if (expected.get(tag) === actual.get(tag)) continue;
        found.push(`${repository}:${tag} is ${actual.get(tag) ?? 'missing'}, not ${expected.get(tag) ?? 'missing'}`);
      }
    }
  }
  return found;
}

async function tagsOf(client: RegistryClient, repository: string): Promise<Map<string, string>> {
  const tags = new Map<string, string>();
  for await (const page of client.listTags(repository)) {
    for (const tag of page) {
      const found = await client.headManifest(repository, tag);
      // A tag whose manifest was deleted a moment ago is still listed.
      if (found !== undefined && found !== 'not-modified') tags.set(tag, found.digest);
    }
  }
  return tags;
}

interface Document {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly digest: string; readonly urls?: readonly string[] }[];
  readonly manifests?: readonly { readonly digest: string }[];
}

interface Place {
  readonly client: RegistryClient;
  readonly repository: string;
  /** All without. */
  readonly wanted: readonly Platform[] | undefined;
}

/** By its own words: the children of an index, the config of an image. */
async function isWanted({ client, repository, wanted = [] }: Place, digest: string): Promise<boolean> {
  const { bytes, descriptor } = await client.getManifest(repository, digest);
  const manifest = parseManifest(bytes, descriptor.mediaType);
  if (manifest.kind === 'index') return wantedChildren(manifest, wanted).length > 0 || manifest.manifests.length === 0;
  if (manifest.kind !== 'manifest') return true;
  const config = await client.readBlob(repository, manifest.config.digest, { maxBytes: 1024 ** 2 });
  const said = parsedConfig(config);
  return hasWantedPlatform(said === undefined ? [] : [said], wanted);
}

function parsedConfig(config: Buffer): NamedPlatform | undefined {
  try {
    const { os, architecture, variant } = JSON.parse(config.toString('utf8')) as Partial<NamedPlatform>;
    return os === undefined || architecture === undefined ? undefined : { os, architecture, variant };
  } catch {
    return undefined;
  }
}

async function readClosure(place: Place, digest: string, read: Set<string>): Promise<void> {
  if (read.has(digest)) return;
  read.add(digest);
  const { client, repository, wanted } = place;
  // Checked against its digest by the client.
  const { bytes, descriptor } = await client.getManifest(repository, digest);
  const document = JSON.parse(bytes.toString('utf8')) as Document;
  const manifest = wanted === undefined ? undefined : parseManifest(bytes, descriptor.mediaType);
  const kept =
    manifest?.kind === 'index' && wanted !== undefined ? wantedChildren(manifest, wanted) : (document.manifests ?? []);
  for (const child of kept) await readClosure(place, child.digest, read);
  const blobs = [...(document.config === undefined ? [] : [document.config]), ...(document.layers ?? [])];
  for (const blob of blobs) {
    if (read.has(blob.digest) || 'urls' in blob) continue;
    read.add(blob.digest);
    const hash = createHash('sha256');
    for await (const piece of await client.getBlob(repository, blob.digest)) hash.update(piece as Buffer);
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== blob.digest) throw new Error(`The blob ${blob.digest} has the bytes of ${actual}.`);
  }
}
