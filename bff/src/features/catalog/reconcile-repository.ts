import type { ChangedTag } from './catalog.store.ts';
import {
  askTags,
  findAbsent,
  readManifests,
  type RepositorySource,
  seenTag,
  type TagAnswer,
  throwawaysIn,
} from './tag-reader.ts';

export interface RepositoryFindings {
  /** As the registry lists them now. */
  readonly tagCount: number;
  readonly changed: readonly ChangedTag[];
  /**
   * Known tags that a complete listing lacked and that the registry then denied one by one. They are not removed here:
   * the caller decides, because a registry that lost its storage denies everything.
   */
  readonly missing: readonly string[];
  readonly askedAt: Date;
}

export interface ReconcileOptions {
  readonly registryId: string;
  /** `listing` asks only about names that came or went; `full` about every tag, for those that moved. */
  readonly depth: 'full' | 'listing';
  /** The repository was read before: what is new in it was pushed since. */
  readonly wasScanned: boolean;
}

// Tags that are asked about and written together: large enough for few transactions, and small enough that everybody else's
// statement waits for some 30 ms at most where there is one connection to the database.
const batchSize = 50;

/** Compares one repository with the catalog and stores what is new. Rejects with RegistryError; nothing is removed then. */
export async function reconcileRepository(
  source: RepositorySource,
  options: ReconcileOptions,
): Promise<RepositoryFindings> {
  const { store, repository } = source;
  const { registryId, depth } = options;
  const askedAt = await store.now();
  const known = await store.listKnownTags(registryId, repository);
  const listed = await listTags(source);
  const toAsk = depth === 'full' ? listed : listed.filter((name) => !known.has(name));
  const changed: ChangedTag[] = [];
  const denied: string[] = [];
  for (let start = 0; start < toAsk.length; start += batchSize) {
    const answers = await askTags(source, toAsk.slice(start, start + batchSize), known);
    changed.push(...(await saveAnswers(source, options, askedAt, known, answers)));
    denied.push(...answers.filter(({ state, name }) => state === 'gone' && known.has(name)).map(({ name }) => name));
  }
  const inListing = new Set(listed);
  const unlisted = [...known.keys()].filter((name) => !inListing.has(name));
  const { gone, back } = await askAgain(source, unlisted);
  changed.push(...(await saveAnswers(source, options, askedAt, known, back)));
  await store.markRepositoryScanned(registryId, repository);
  return { tagCount: listed.length, changed, missing: [...denied, ...gone], askedAt };
}

async function listTags({ client, repository, signal }: RepositorySource): Promise<string[]> {
  const names = new Set<string>();
  for await (const page of client.listTags(repository, { signal })) for (const name of page) names.add(name);
  return [...names];
}

/** A name that fell out of the listing is gone only when the registry says so of the tag itself. */
async function askAgain(source: RepositorySource, names: readonly string[]) {
  const gone: string[] = [];
  const back: TagAnswer[] = [];
  for (let start = 0; start < names.length; start += batchSize) {
    for (const answer of await askTags(source, names.slice(start, start + batchSize), new Map())) {
      if (answer.state === 'gone') gone.push(answer.name);
      else back.push(answer);
    }
  }
  return { gone, back };
}

async function saveAnswers(
  source: RepositorySource,
  { registryId, wasScanned }: ReconcileOptions,
  askedAt: Date,
  known: ReadonlyMap<string, string>,
  answers: readonly TagAnswer[],
): Promise<ChangedTag[]> {
  const found = answers.flatMap((answer) => (answer.state === 'found' ? [answer] : []));
  const moved = found.filter(({ name, digest }) => known.get(name) !== digest);
  if (moved.length === 0) return [];
  const read = await readManifests(
    source,
    moved.map(({ digest }) => digest),
  );
  const throwaways = throwawaysIn(read);
  const manifests = read.filter(({ digest }) => !throwaways.has(digest));
  const lasting = moved.filter(({ digest }) => !throwaways.has(digest));
  const digests = lasting.map(({ digest }) => digest);
  const absent = await findAbsent(source, registryId, digests, manifests);
  const tags = lasting.map(({ name, digest }) => {
    // A tag that is there at the first sight was pushed at any time before.
    const isRecent = wasScanned || known.has(name);
    return seenTag(name, digest, { at: isRecent ? askedAt : null, by: null });
  });
  const { repository } = source;
  return source.store.save({ registryId, repository, askedAt, how: 'scan', tags, manifests, digests, absent });
}
