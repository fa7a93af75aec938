import { headMovingManifest, type RegistryClient } from '../../registry-client/index.ts';

type Reads = Pick<RegistryClient, 'listTags' | 'headManifest'>;

// Up to here every tag is asked for; a repository with more is believed where the catalog knows a tag as something else.
const askedMax = 1000;
// A burst must not take every slot of the registry's client.
const atOnce = 8;

export interface TagsQuestion {
  readonly client: Reads;
  readonly repository: string;
  /** Tags as the catalog has them. */
  readonly known: ReadonlyMap<string, string>;
  /** What is to be deleted: whatever may be one of these is asked for in any case. */
  readonly doomed: ReadonlySet<string>;
  /** Nothing is believed, however many there are. */
  readonly isStrict: boolean;
  readonly signal: AbortSignal;
}

/** The tags of a repository and what each is, read from the registry: a deletion by digest takes every tag of it away. */
export async function readTags({
  client,
  repository,
  known,
  doomed,
  isStrict,
  signal,
}: TagsQuestion): Promise<Map<string, string>> {
  const names: string[] = [];
  for await (const page of client.listTags(repository, { signal })) names.push(...page);
  const isAsked = (name: string): boolean => {
    const digest = known.get(name);
    return isStrict || names.length <= askedMax || digest === undefined || doomed.has(digest);
  };
  const tags = new Map<string, string>();
  const toAsk = names.filter(isAsked);
  for (const name of names) {
    const digest = known.get(name);
    if (digest !== undefined && !isAsked(name)) tags.set(name, digest);
  }
  const ask = async (name: string): Promise<void> => {
    const expected = known.get(name);
    const options = { signal, ...(expected === undefined ? {} : { ifNoneMatch: expected }) };
    const found = await headMovingManifest(client, repository, name, options);
    if (found === 'not-modified') tags.set(name, expected ?? '');
    else if (found !== undefined) tags.set(name, found.digest);
  };
  const queue = toAsk.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const name of queue) await ask(name);
    }),
  );
  return tags;
}
