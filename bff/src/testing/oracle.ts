import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/index.ts';
import type { RegistryClient } from '../registry-client/index.ts';

const patienceMs = 180_000;

export interface OracleWorld {
  readonly kysely: Kysely<Tables>;
  readonly source: RegistryClient;
  readonly destinations: readonly RegistryClient[];
  /** The same names at all of them. */
  readonly repositories: readonly string[];
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
  for (const destination of world.destinations) await expectWhole(destination, world.repositories);
  await expectNoOrphans(world.kysely);
}

/** Nothing half-written: whatever has a tag can be read in full, and is what its digest says. */
export async function expectWhole(client: RegistryClient, repositories: readonly string[]): Promise<void> {
  for (const repository of repositories) {
    const read = new Set<string>();
    for (const [tag, digest] of await tagsOf(client, repository)) {
      await readClosure(client, repository, digest, read).catch((error: unknown) => {
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

async function differences({ source, destinations, repositories }: OracleWorld): Promise<string[]> {
  const found: string[] = [];
  for (const repository of repositories) {
    const expected = await tagsOf(source, repository);
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

async function readClosure(client: RegistryClient, repository: string, digest: string, read: Set<string>) {
  if (read.has(digest)) return;
  read.add(digest);
  // Checked against its digest by the client.
  const { bytes } = await client.getManifest(repository, digest);
  const document = JSON.parse(bytes.toString('utf8')) as Document;
  for (const child of document.manifests ?? []) await readClosure(client, repository, child.digest, read);
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
