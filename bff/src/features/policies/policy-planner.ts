import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CatalogTag, PlanFactsView } from './plan-facts.view.ts';
import { withPlatforms } from './plan-platforms.ts';
import type { PlanPlatformsView } from './plan-platforms.view.ts';
import { type PlannedDestination, planTags, tagKey } from './plan-tags.ts';
import { findCollisions, mapName } from './name-mapping.ts';
import {
  type Collision,
  countRows,
  type PlannedWork,
  type PlanRow,
  type PolicyContent,
  sentences,
  sumWork,
} from './policy.ts';
import { compileWaysBack, type PolicyEdge } from './ways-back.ts';
import { compileFilters, type CompiledFilters, type NamedTag, type SourceTag, type Tombstone } from './select-tags.ts';

export type { NamedTag } from './select-tags.ts';

export interface PlannedPolicy {
  readonly id: string | null;
  readonly project: string | null;
  readonly content: PolicyContent;
  /** Not planned for. */
  readonly pausedDestinations: readonly string[];
}

export interface PolicyPlan {
  readonly tagCount: number;
  readonly repositoryCount: number;
  readonly rows: readonly PlanRow[];
  /** Tags of the source whose deletion was looked at; of everything only such as a destination has. */
  readonly deleted: readonly NamedTag[];
  readonly collisions: readonly Collision[];
  readonly planned: PlannedWork;
  readonly byDestination: ReadonlyMap<string, PlannedWork>;
}

export interface PolicyPlannerDeps {
  readonly facts: PlanFactsView;
  readonly platforms: PlanPlatformsView;
  /** The policies that are enabled, but for this one. */
  readonly listEdges: (exceptPolicyId: string | null) => Promise<readonly PolicyEdge[]>;
  readonly registries: () => Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** Bytes of everything below the digests, but not below those left behind, that no repository of the registry is known to hold. */
  readonly bytesMissing: (
    registryId: string,
    digests: readonly string[],
    includeReferrers: boolean,
    left: readonly string[],
  ) => Promise<number>;
  /** The rule that holds a tag, as people write it. */
  readonly findImmutable: (destination: PlanRow['destination']) => Promise<string | undefined>;
  readonly clock: { now(): Date };
}

export type PolicyPlanner = ReturnType<typeof createPolicyPlanner>;

/** What a policy would do, from the catalog alone. */
export function createPolicyPlanner(deps: PolicyPlannerDeps) {
  return {
    /** @throws FilterError */
    planAll: (policy: PlannedPolicy) => plan(deps, policy, null),
    /** Only of these tags, as when everything were planned. @throws FilterError */
    planChanged: (policy: PlannedPolicy, changed: readonly NamedTag[]) => plan(deps, policy, changed),
    /** Names before and after. @throws FilterError */
    async mapNames({ content, project }: Pick<PlannedPolicy, 'content' | 'project'>) {
      const filters = compileFilters(content.filters);
      const all = await deps.facts.listRepositories(content.sourceRegistryId, project);
      const names = all.map(({ name }) => name).filter(filters.fitsRepository);
      return { names, collisions: findCollisions(content.mapping, names) };
    },
  };
}

interface Selection {
  /** All that the filters select, planned now or not. */
  readonly repositories: readonly string[];
  readonly tags: readonly SourceTag[];
}

async function plan(
  deps: PolicyPlannerDeps,
  policy: PlannedPolicy,
  changed: readonly NamedTag[] | null,
): Promise<PolicyPlan> {
  const { content, project } = policy;
  const filters = compileFilters(content.filters);
  const { tags, repositories } = await select(deps, policy, filters, changed);
  const { destinations, tombstones } =
    changed === null
      ? await readForAll(deps, policy, filters, tags)
      : await readForChanged(deps, policy, filters, tags, changed);
  const { rows, collisions } = planTags({ content, project, tags, tombstones, repositories, destinations });
  await nextTurn();
  const chosen = await withPlatforms(deps.platforms, content, rows);
  const complete = await withReferrers(deps, policy, chosen.rows);
  const held = await holdImmutable(
    deps,
    complete,
    new Map(destinations.map(({ registryId, name }) => [registryId, name])),
  );
  const byDestination = await countByDestination(deps, policy, held, chosen.left);
  return {
    tagCount: tags.length,
    repositoryCount: new Set(tags.map(({ repository }) => repository)).size,
    rows: held,
    deleted: tombstones,
    collisions,
    planned: sumWork([...byDestination.values()]),
    byDestination,
  };
}

/** Whole repositories are read even where few tags changed: which are the newest depends on all of them. */
async function select(
  { facts, clock }: PolicyPlannerDeps,
  { content, project }: PlannedPolicy,
  filters: CompiledFilters,
  changed: readonly NamedTag[] | null,
): Promise<Selection> {
  const all = await facts.listRepositories(content.sourceRegistryId, project);
  const fitting = all.filter(({ name }) => filters.fitsRepository(name));
  const named = changed === null ? null : new Set(changed.map(({ repository }) => repository));
  const read = named === null ? fitting : fitting.filter(({ name }) => named.has(name));
  const found = await facts.listTags(
    read.map(({ id }) => id),
    content.filters.platforms !== null,
  );
  const isMeant = meantBy(changed);
  const tags = filters.select(found, clock.now().getTime()).filter((tag) => isMeant(tag, tag.digest));
  return { repositories: fitting.map(({ name }) => name), tags };
}

/** Registries without an API for referrers list them under a tag: a line of it in the log is about the image. */
function meantBy(changed: readonly NamedTag[] | null): (tag: NamedTag, digest: string | undefined) => boolean {
  if (changed === null) return () => true;
  const keys = new Set(changed.map(({ repository, name }) => tagKey(repository, name)));
  return ({ repository, name }, digest = '') =>
    keys.has(tagKey(repository, name)) || keys.has(tagKey(repository, digest.replace(':', '-')));
}

interface Surroundings {
  readonly destinations: readonly PlannedDestination[];
  readonly tombstones: readonly Tombstone[];
}

/** Of a log that may be long only deletions of what a destination still has. */
async function readForAll(
  deps: PolicyPlannerDeps,
  policy: PlannedPolicy,
  filters: CompiledFilters,
  tags: readonly SourceTag[],
): Promise<Surroundings> {
  const { sourceRegistryId, mapping, options } = policy.content;
  const deletedFrom = options.propagateDeletions
    ? (await deps.facts.listRepositoriesWithDeletions(sourceRegistryId)).filter(filters.fitsRepository)
    : [];
  const { destinations, listed } = await readDestinations(deps, policy, tags, deletedFrom);
  const there = Map.groupBy(listed, ({ repository }) => repository);
  const known = new Set(tags.map(({ repository, name }) => tagKey(repository, name)));
  const names = deletedFrom.flatMap((repository) => {
    const mapped = there.get(mapName(mapping, repository)) ?? [];
    return [...new Set(mapped.map(({ name }) => name))]
      .filter((name) => filters.fitsTagName(name) && !known.has(tagKey(repository, name)))
      .map((name) => ({ repository, name }));
  });
  return { destinations, tombstones: await deps.facts.listTombstones(sourceRegistryId, names) };
}

async function readForChanged(
  deps: PolicyPlannerDeps,
  policy: PlannedPolicy,
  filters: CompiledFilters,
  tags: readonly SourceTag[],
  changed: readonly NamedTag[],
): Promise<Surroundings> {
  const { sourceRegistryId, options } = policy.content;
  const tombstones = options.propagateDeletions ? await tombstonesOf(deps, sourceRegistryId, filters, changed) : [];
  const deletedFrom = tombstones.map(({ repository }) => repository);
  const { destinations } = await readDestinations(deps, policy, tags, deletedFrom);
  return { destinations, tombstones };
}

async function tombstonesOf(
  { facts }: PolicyPlannerDeps,
  registryId: string,
  filters: CompiledFilters,
  changed: readonly NamedTag[],
): Promise<Tombstone[]> {
  const ofReferrers = changed
    .filter(({ name }) => referrersTag.test(name))
    .map(({ repository, name }) => ({ repository, digest: name.replace('-', ':') }));
  const named = [...changed, ...(await facts.listNamesOf(registryId, ofReferrers))];
  const fitting = named.filter(
    ({ repository, name }) => filters.fitsRepository(repository) && filters.fitsTagName(name),
  );
  const unique = new Map(fitting.map((tag) => [tagKey(tag.repository, tag.name), tag]));
  const isMeant = meantBy(changed);
  const found = await facts.listTombstones(registryId, [...unique.values()]);
  return found.filter((tombstone) => isMeant(tombstone, tombstone.digests[0]));
}

/** What a digest is called where it cannot have a colon. */
const referrersTag = /^[a-z0-9+._]+-[0-9a-f]+$/;

async function readDestinations(
  { facts, registries, listEdges }: PolicyPlannerDeps,
  { id, content, pausedDestinations }: PlannedPolicy,
  selected: readonly SourceTag[],
  deletedFrom: readonly string[],
): Promise<{ readonly destinations: readonly PlannedDestination[]; readonly listed: readonly CatalogTag[] }> {
  const known = new Map((await registries()).map((registry) => [registry.id, registry.name]));
  const edges = await listEdges(id);
  const wayBack = compileWaysBack(edges);
  const { sourceRegistryId, mapping, destinations } = content;
  const targets = selected.map(({ repository, name }) => ({ repository: mapName(mapping, repository), name }));
  const repositories = new Set([
    ...targets.map(({ repository }) => repository),
    ...deletedFrom.map((repository) => mapName(mapping, repository)),
  ]);
  const planned: PlannedDestination[] = [];
  const listed: CatalogTag[] = [];
  for (const { registryId } of destinations) {
    if (pausedDestinations.includes(registryId)) continue;
    const found = await facts.listTagsNamed(registryId, [...repositories]);
    listed.push(...found);
    const tags = new Map(found.map((tag) => [tagKey(tag.repository, tag.name), tag]));
    const areDeletionsComing = edges.some(
      ({ content: other }) => other.options.propagateDeletions && other.sourceRegistryId === registryId,
    );
    const missing = targets.filter(({ repository, name }) => !tags.has(tagKey(repository, name)));
    const deleted = areDeletionsComing ? await facts.listTombstones(registryId, missing) : [];
    planned.push({
      registryId,
      name: known.get(registryId) ?? registryId,
      isMissing: !known.has(registryId),
      wayBack: (there, tag, home) =>
        wayBack({ registryId, repository: there }, { registryId: sourceRegistryId, repository: home }, tag),
      tags,
      deleted: new Map(deleted.map((tombstone) => [tagKey(tombstone.repository, tombstone.name), tombstone])),
    });
  }
  return { destinations: planned, listed };
}

/** Where the image is there already, what refers to it may have come later. */
async function withReferrers(
  { facts }: PolicyPlannerDeps,
  { id, content }: PlannedPolicy,
  rows: readonly PlanRow[],
): Promise<readonly PlanRow[]> {
  const { sourceRegistryId, filters } = content;
  if (!filters.includeReferrers) return rows;
  const subjects = new Set(
    (await facts.listSubjects(sourceRegistryId)).map(({ repository, digest }) => `${repository}@${digest}`),
  );
  const artifacts = rows.flatMap(({ outcome, source, destination, digest }, place) => {
    if (outcome !== 'up-to-date' || !subjects.has(`${source.repository}@${digest}`)) return [];
    const { repository: target, tag, registryId } = destination;
    return [{ place, source: source.repository, target, tag, digest, registryId }];
  });
  const lacking = new Set<number>();
  for (const [registryId, ofRegistry] of Map.groupBy(artifacts, (artifact) => artifact.registryId)) {
    const query = { policyId: id, sourceRegistryId, registryId, artifacts: ofRegistry };
    for (const place of await facts.listLackingReferrers(query)) lacking.add(place);
  }
  const reason = sentences.referrersMissing();
  return rows.map((row, place) => (lacking.has(place) ? { ...row, outcome: 'copy', reason } : row));
}

/** A tag that a rule holds can be made, and then neither moved nor deleted. */
async function holdImmutable(
  { findImmutable }: PolicyPlannerDeps,
  rows: readonly PlanRow[],
  names: ReadonlyMap<string, string>,
): Promise<PlanRow[]> {
  const held: PlanRow[] = [];
  for (const row of rows) {
    const isMoving = row.outcome === 'replace' || row.outcome === 'delete';
    const rule = isMoving ? await findImmutable(row.destination) : undefined;
    if (rule === undefined) {
      held.push(row);
      continue;
    }
    const { registryId, repository, tag } = row.destination;
    const reason = sentences.tagImmutable({ registry: names.get(registryId) ?? registryId, repository, tag, rule });
    held.push({ ...row, outcome: 'impossible', reason });
  }
  return held;
}

async function countByDestination(
  { bytesMissing }: PolicyPlannerDeps,
  { content }: PlannedPolicy,
  rows: readonly PlanRow[],
  left: readonly string[],
): Promise<Map<string, PlannedWork>> {
  const byRegistry = Map.groupBy(rows, ({ destination }) => destination.registryId);
  const counted = new Map<string, PlannedWork>();
  for (const { registryId } of content.destinations) {
    const own = byRegistry.get(registryId) ?? [];
    const moved = own.filter(({ outcome }) => outcome === 'copy' || outcome === 'replace');
    const digests = [...new Set(moved.map(({ digest }) => digest))];
    const { includeReferrers } = content.filters;
    const bytes = digests.length === 0 ? 0 : await bytesMissing(registryId, digests, includeReferrers, left);
    counted.set(registryId, countRows(own, bytes));
  }
  return counted;
}
