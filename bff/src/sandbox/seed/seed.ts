import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import { createRegistryClient } from '../../registry-client/index.ts';
import { nightlyTags } from './nightly.ts';
import { paymentsPlacements } from './payments.ts';
import { busyboxPlacements, longshorePlacements, nodePlacements } from './platform.ts';
import { createPusher, type Placement, type Pusher } from './push.ts';
import { shopPlacements } from './shop.ts';
import { nodeLayer, openWorkshop, type Workshop } from './workshop.ts';

export interface SeedOptions {
  readonly registries: ReadonlyArray<{ readonly id: string; readonly url: string }>;
  readonly dataDirectory: string;
  /** The checkout, or wherever `bff/dist` and `web/dist` lie. */
  readonly root: string;
  /** When the first attempt at seeding began; makes a resumed run build the same digests. */
  readonly epoch: Date;
  readonly signal: AbortSignal;
}

export interface SeedSummary {
  readonly tagCount: number;
  readonly durationMs: number;
}

/** The registries, the console and the person at the page need the machine as well. */
const PUSHES_AT_ONCE = 4;

/**
 * Fills the registries with runnable images made from files on this machine. What is there already is skipped, so an
 * interrupted run is taken up where it stopped.
 */
export async function seedRegistries(options: SeedOptions): Promise<SeedSummary> {
  const startedAt = performance.now();
  const scratch = path.join(options.dataDirectory, 'seed');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  const clients = new Map(
    options.registries.map(({ id, url }) => [
      id,
      createRegistryClient({ name: id, endpoints: [{ url }], userAgent: 'longshore-sandbox' }),
    ]),
  );
  const pushers = new Map([...clients].map(([id, client]) => [id, createPusher(client, options.signal)]));
  try {
    const workshop = await openWorkshop(scratch, options.epoch);
    let tagCount = 0;
    // In steps: small images are there at once, and each step finds in place what it mounts.
    for await (const placements of steps(workshop, options.root)) {
      await pushAll(pushers, placements, options.signal);
      tagCount += placements.reduce((sum, placement) => sum + placement.tags.length, 0);
    }
    return { tagCount, durationMs: performance.now() - startedAt };
  } finally {
    await Promise.all([...clients.values()].map((client) => client.close()));
    await rm(scratch, { recursive: true, force: true });
  }
}

async function* steps(workshop: Workshop, root: string): AsyncGenerator<readonly Placement[]> {
  yield busyboxPlacements(workshop);
  yield await paymentsPlacements(workshop);
  const node = await nodeLayer(workshop);
  yield nodePlacements(workshop, node);
  yield await shopPlacements(workshop, node);
  yield await longshorePlacements(workshop, node, root);
  const nightly = await nightlyTags(workshop);
  const place = ({ tag, artifact }: (typeof nightly)[number]): Placement => ({
    registryId: 'development',
    repository: 'platform/nightly',
    artifact,
    tags: [tag],
  });
  // The first one alone: the others then find the shared blobs in place.
  yield nightly.slice(0, 1).map(place);
  yield nightly.slice(1).map(place);
}

async function pushAll(
  pushers: ReadonlyMap<string, Pusher>,
  placements: readonly Placement[],
  signal: AbortSignal,
): Promise<void> {
  const queue = new PQueue({ concurrency: PUSHES_AT_ONCE });
  await Promise.all(
    placements.map((placement) =>
      queue.add(async () => {
        if (!signal.aborted) await pushers.get(placement.registryId)?.push(placement);
      }),
    ),
  );
  signal.throwIfAborted();
}
