import { isReserved } from '../../access/reserved-names.ts';
import {
  isRegistryError,
  type RegistryClient,
  type RegistryError,
  type RegistryErrorCode,
} from '../../registry-client/index.ts';
import type { CatalogStore, KnownRepository } from './catalog.store.ts';
import { inParallel } from './in-parallel.ts';
import { reconcileRepository, type RepositoryFindings } from './reconcile-repository.ts';
import type { RegistryEventsStore } from './registry-events.store.ts';
import type { ScanEnd, TakenScan } from './scan-state.store.ts';

export interface ScanParts {
  readonly store: CatalogStore;
  readonly eventsStore: RegistryEventsStore;
  readonly client: RegistryClient;
  readonly signal: AbortSignal;
}

export interface ScanFindings {
  readonly outcome: 'complete' | 'held-back' | 'failed';
  readonly reason: ScanEnd['reason'];
  readonly repositoryCount: number;
  readonly tagCount: number;
  readonly changedTagCount: number;
  readonly removedTagCount: number;
}

export const heldBackCode = 'removals-held-back';

// Each repository asks with up to eight requests at once; the client shares its slots among them.
const repositoriesAtOnce = 4;
// A registry that answers nonsense for so many repositories is not asked about the rest.
const failuresMax = 50;
/** One scan removes at most this share of a registry's tags, or so few, without a person's word. */
const removalShareMax = 0.25;
const removalFloor = 5;

/** These say that the registry as a whole does not answer: asking on would only wait. */
const wholeRegistryCodes: ReadonlySet<RegistryErrorCode> = new Set([
  'connection-refused',
  'connection-lost',
  'unreachable',
  'name-not-resolved',
  'certificate-untrusted',
  'timeout',
  'too-slow',
  'unauthorized',
  'not-a-registry',
  'rate-limited',
  'unavailable',
  'token-realm-refused',
  'aborted',
]);

/** Beyond this share of changed tags the planner's statistics are worth a reading. */
const statisticsShare = 0.1;
// Summed together they cost a fraction of what each alone does; a first scan shows sizes as it goes all the same.
const sizesAtOnce = 100;

function createSizeBatches(store: CatalogStore) {
  const waiting: string[] = [];
  const flush = () => store.refreshSizes(waiting.splice(0));
  return {
    add: async (repository: string): Promise<void> => {
      waiting.push(repository);
      if (waiting.length >= sizesAtOnce) await flush();
    },
    flush,
  };
}

interface MissingTags {
  readonly repository: string;
  readonly names: readonly string[];
  readonly askedAt: Date;
}

/** Compares a whole registry with the catalog. Rejects with RegistryError where the registry as a whole does not answer. */
export async function scanRegistry(parts: ScanParts, taken: TakenScan): Promise<ScanFindings> {
  const { store } = parts;
  const known = new Map((await store.listKnownRepositories(taken.registryId)).map((entry) => [entry.name, entry]));
  const names = await listRepositories(parts, taken.registryId, known);
  const tally = { tagCount: 0, changedTagCount: 0 };
  const missing: MissingTags[] = [];
  const sizes = createSizeBatches(store);
  const failures: { repository: string; error: RegistryError }[] = [];
  await inParallel(names, repositoriesAtOnce, async (repository) => {
    try {
      const findings = await scanRepository(parts, taken, repository, known.get(repository));
      tally.tagCount += findings.tagCount;
      tally.changedTagCount += findings.changed.length;
      if (findings.changed.length > 0) await sizes.add(repository);
      const { askedAt } = findings;
      if (findings.missing.length > 0) missing.push({ repository, names: findings.missing, askedAt });
      else if (findings.tagCount === 0) await removeIfGone(parts, taken.registryId, repository);
    } catch (error) {
      if (!isOfOneRepository(error) || failures.length >= failuresMax) throw error;
      failures.push({ repository, error });
    }
  });
  await sizes.flush();
  const removal = await removeMissing(parts, taken, missing);
  if (tally.changedTagCount > tally.tagCount * statisticsShare) await store.analyze();
  const summary = { repositoryCount: names.length, ...tally, removedTagCount: removal.removedTagCount };
  const [failure] = failures;
  if (failure !== undefined) {
    const reason = partlyReadReason(taken, failures.length, names.length, failure);
    return { outcome: 'failed', reason, ...summary };
  }
  return { outcome: removal.heldBack === null ? 'complete' : 'held-back', reason: removal.heldBack, ...summary };
}

/** What the registry lists and what is known of it: a repository that falls out of the catalog is still asked itself. */
async function listRepositories(
  { client, eventsStore, signal }: ScanParts,
  registryId: string,
  known: ReadonlyMap<string, KnownRepository>,
): Promise<string[]> {
  const names = new Set(known.keys());
  try {
    for await (const page of client.listRepositories({ signal })) for (const name of page) names.add(name);
  } catch (error) {
    // Hosted registries refuse their catalog: what was pushed here and what events told of is then all there is.
    const isRefused = isRegistryError(error, 'unsupported') || isRegistryError(error, 'forbidden');
    if (!isRefused) throw error;
    for (const name of await eventsStore.listRepositories(registryId)) names.add(name);
  }
  return [...names].filter((name) => !isReserved(name));
}

async function scanRepository(
  { store, client, signal }: ScanParts,
  { registryId }: TakenScan,
  repository: string,
  known: KnownRepository | undefined,
): Promise<RepositoryFindings> {
  signal.throwIfAborted();
  const wasScanned = known?.scannedAt != null;
  return reconcileRepository({ store, client, repository, signal }, { registryId, depth: 'full', wasScanned });
}

async function removeIfGone({ store, client, signal }: ScanParts, registryId: string, repository: string) {
  if (!(await client.hasRepository(repository, { signal }))) await store.removeEmptyRepository(registryId, repository);
}

function isOfOneRepository(error: unknown): error is RegistryError {
  return isRegistryError(error) && !wholeRegistryCodes.has(error.code);
}

/**
 * A registry whose storage was lost, or that is another one now, denies everything it held. So a scan never empties a
 * registry, nor removes a large share of it, unless a person who was told so asked for it.
 */
async function removeMissing({ store }: ScanParts, taken: TakenScan, missing: readonly MissingTags[]) {
  const missingCount = missing.reduce((sum, { names }) => sum + names.length, 0);
  if (missingCount === 0) return { removedTagCount: 0, heldBack: null };
  const knownCount = await store.countTags(taken.registryId);
  const isAllowed = taken.byPerson && taken.lastReasonCode === heldBackCode;
  const isLarge = missingCount > Math.max(removalFloor, knownCount * removalShareMax) || missingCount >= knownCount;
  if (isLarge && !isAllowed) return { removedTagCount: 0, heldBack: heldBackReason(taken, missingCount, knownCount) };
  let removedTagCount = 0;
  for (const { repository, names, askedAt } of missing) {
    const removed = await store.removeTags(taken.registryId, repository, names, askedAt, 'scan');
    removedTagCount += removed.length;
  }
  await store.refreshSizes(missing.map(({ repository }) => repository));
  return { removedTagCount, heldBack: null };
}

function heldBackReason({ registryName }: TakenScan, missingCount: number, knownCount: number): ScanEnd['reason'] {
  return {
    code: heldBackCode,
    sentence:
      `${registryName} no longer has ${missingCount} of ${knownCount} known tags. They are kept here in case its storage ` +
      'is only missing: scan it again by hand to remove them.',
    params: { registry: registryName, missing: String(missingCount), known: String(knownCount) },
  };
}

function partlyReadReason(
  { registryName }: TakenScan,
  failureCount: number,
  repositoryCount: number,
  first: { repository: string; error: RegistryError },
): ScanEnd['reason'] {
  const cause = first.error.sentence;
  return {
    code: 'scan-incomplete',
    sentence: `${failureCount} of ${repositoryCount} repositories of ${registryName} could not be read. The first, ${first.repository}: ${cause}`,
    params: {
      registry: registryName,
      failed: String(failureCount),
      repositories: String(repositoryCount),
      repository: first.repository,
      cause,
    },
  };
}
