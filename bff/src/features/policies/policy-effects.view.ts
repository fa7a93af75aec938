import { type Kysely, sql } from 'kysely';
import { projectOf } from '../../access/subject.ts';
import type { Row, Tables } from '../../database/index.ts';
import { isRepositoryName, mapName } from './name-mapping.ts';
import { contentOf } from './policies.store.ts';
import type { PolicyContent } from './policy.ts';
import { type CompiledFilters, compileFilters, FilterError } from './select-tags.ts';
import { compileWaysBack } from './ways-back.ts';

export interface PlacedTag {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
}

export interface DigestTag extends PlacedTag {
  readonly digest: string;
}

/** What a policy that is enabled does about a tag that somebody deletes or sets, sooner or later. */
export interface PolicyEffect {
  readonly policy: { readonly id: string; readonly name: string };
  readonly from: PlacedTag;
  readonly to: PlacedTag;
  /** It looks at everything after each scan of its source, too. */
  readonly isReconciled: boolean;
}

export type PolicyEffectsView = ReturnType<typeof createPolicyEffectsView>;

interface Follower extends Pick<CompiledFilters, 'fitsRepository' | 'fitsTagName'> {
  readonly policy: PolicyEffect['policy'];
  readonly project: string | null;
  readonly content: PolicyContent;
}

/** A deletion goes from registry to registry at most so often. */
const hopsMax = 8;

/** From the catalog, and by names: what a filter of ages or of the newest leaves out is counted too. */
export function createPolicyEffectsView(kysely: Kysely<Tables>) {
  return {
    /** Tags that go at other registries because these go, in the order in which that happens. */
    async deletionsAfter(tags: readonly PlacedTag[]): Promise<PolicyEffect[]> {
      const followers = (await listFollowers(kysely)).filter(({ content }) => content.options.propagateDeletions);
      const effects: PolicyEffect[] = [];
      const seen = new Set(tags.map(keyOf));
      let going: readonly PlacedTag[] = tags;
      for (let hop = 0; hop < hopsMax && going.length > 0 && followers.length > 0; hop += 1) {
        const next: PlacedTag[] = [];
        for (const follower of followers) {
          const found = await deletionsBy(kysely, follower, going);
          const fresh = found.filter(({ to }) => !seen.has(keyOf(to)));
          for (const { to } of fresh) seen.add(keyOf(to));
          effects.push(...fresh);
          next.push(...fresh.map(({ to }) => to));
        }
        going = next;
      }
      return effects;
    },

    /** Tags that become something else again where they are set to these digests. */
    async resetsAfter(tags: readonly DigestTag[]): Promise<PolicyEffect[]> {
      const enabled = await listFollowers(kysely);
      const replacing = enabled.filter(({ content }) => content.options.whenDifferent === 'replace');
      const effects: PolicyEffect[] = [];
      for (const follower of replacing) {
        const others = enabled.filter((other) => other !== follower);
        effects.push(...(await resetsBy(kysely, follower, others, tags)));
      }
      return effects;
    },
  };
}

async function listFollowers(kysely: Kysely<Tables>): Promise<Follower[]> {
  const rows = await kysely
    .selectFrom('policies')
    .select(['id', 'name', 'project', 'content'])
    .where('is_enabled', '=', true)
    .orderBy('name')
    .execute();
  return rows.flatMap(followerOf);
}

function followerOf({
  id,
  name,
  project,
  content: stored,
}: Pick<Row<'policies'>, 'id' | 'name' | 'project' | 'content'>) {
  const content = contentOf(stored);
  try {
    const { fitsRepository, fitsTagName } = compileFilters(content.filters);
    return [{ policy: { id, name }, project, content, fitsRepository, fitsTagName }];
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    // It does nothing until somebody mends it.
    return [];
  }
}

/** The name at the destinations of a repository that the policy takes. */
function targetOf({ project, content, fitsRepository }: Follower, repository: string): string | undefined {
  if (!fitsRepository(repository) || (project !== null && projectOf(repository) !== project)) return undefined;
  const target = mapName(content.mapping, repository);
  const isOutside = project !== null && projectOf(target) !== project;
  return isOutside || !isRepositoryName(target) ? undefined : target;
}

async function deletionsBy(kysely: Kysely<Tables>, follower: Follower, going: readonly PlacedTag[]) {
  const { content, policy, fitsTagName } = follower;
  const pairs = going.flatMap((from) => {
    if (from.registryId !== content.sourceRegistryId || !fitsTagName(from.tag)) return [];
    const repository = targetOf(follower, from.repository);
    if (repository === undefined) return [];
    return content.destinations.map(({ registryId }) => ({ from, to: { registryId, repository, tag: from.tag } }));
  });
  const pairsThere = await haveSame(kysely, pairs, content.options.whenDifferent === 'replace');
  return pairsThere.map(({ from, to }): PolicyEffect => ({ policy, from, to, isReconciled: content.onPush }));
}

interface Pair {
  readonly from: PlacedTag;
  readonly to: PlacedTag;
}

/** Those whose destination has what the source has; or, where copies replace, what it had before that. */
async function haveSame(kysely: Kysely<Tables>, pairs: readonly Pair[], orFormer: boolean): Promise<Pair[]> {
  if (pairs.length === 0) return [];
  const given = pairs.map(({ from, to }, place) => ({
    place,
    source: from.registryId,
    repository: from.repository,
    tag: from.tag,
    destination: to.registryId,
    target: to.repository,
  }));
  const wasIt = orFormer
    ? sql`or exists (select from tag_history was where was.registry_id = g.source and was.repository = g.repository
        and was.name = g.tag and was.digest = there.digest)`
    : sql``;
  const { rows } = await sql<{ place: number }>`
    select g.place
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g(
      place integer, source text, repository text, tag text, destination text, target text)
    join tags there on there.registry_id = g.destination and there.repository = g.target and there.name = g.tag
    left join tags here on here.registry_id = g.source and here.repository = g.repository and here.name = g.tag
    where here.digest = there.digest ${wasIt}
    order by g.place`.execute(kysely);
  return rows.flatMap(({ place }) => pairs[place] ?? []);
}

async function resetsBy(
  kysely: Kysely<Tables>,
  follower: Follower,
  others: readonly Follower[],
  tags: readonly DigestTag[],
): Promise<PolicyEffect[]> {
  const { content, policy, fitsTagName } = follower;
  const { sourceRegistryId, destinations, onPush: isReconciled } = content;
  const set = tags.filter(
    ({ registryId, tag }) =>
      fitsTagName(tag) && destinations.some((destination) => destination.registryId === registryId),
  );
  if (set.length === 0) return [];
  const targets = new Set(set.map(({ repository }) => repository));
  const all = await kysely
    .selectFrom('repositories')
    .select('name')
    .where('registry_id', '=', sourceRegistryId)
    .execute();
  const homes = all.flatMap(({ name }) => {
    const target = targetOf(follower, name);
    return target !== undefined && targets.has(target) ? [{ name, target }] : [];
  });
  if (homes.length === 0) return [];
  const found = await kysely
    .selectFrom('tags')
    .select(['repository', 'name', 'digest'])
    .where('registry_id', '=', sourceRegistryId)
    .where(
      'repository',
      'in',
      homes.map(({ name }) => name),
    )
    .where('name', 'in', [...new Set(set.map(({ tag }) => tag))])
    .execute();
  // Where what a tag is here goes back there, the later push of the two counts: that is what is set now.
  const wayBack = compileWaysBack(others);
  const targetsOf = new Map(homes.map(({ name, target }) => [name, target]));
  const setAs = Map.groupBy(set, ({ repository, tag }) => `${repository}:${tag}`);
  return found.flatMap(({ repository, name, digest }) => {
    const from = { registryId: sourceRegistryId, repository, tag: name };
    const here = setAs.get(`${targetsOf.get(repository) ?? ''}:${name}`) ?? [];
    return here.flatMap(({ digest: wanted, ...to }): PolicyEffect[] => {
      const isOther = wanted !== digest && keyOf(to) !== keyOf(from);
      if (!isOther || wayBack(to, from, name) !== 'none') return [];
      return [{ policy, from, to, isReconciled }];
    });
  });
}

function keyOf({ registryId, repository, tag }: PlacedTag): string {
  return `${registryId} ${repository}:${tag}`;
}
