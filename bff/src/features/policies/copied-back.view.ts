import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import { mapName } from './name-mapping.ts';
import { contentOf } from './policies.store.ts';
import type { PolicyContent } from './policy.ts';
import { compileFilters } from './select-tags.ts';

interface PlacedTag {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
}

export interface CopiedBack {
  readonly registryId: string;
  readonly policyId: string;
  readonly policy: string;
  /** Null: a policy of the whole console. */
  readonly project: string | null;
  /** How many of the tags. */
  readonly count: number;
}

/**
 * Policies that bring tags to registries again from which they are deleted, because their source still has them. By names alone:
 * what a filter of ages or of the newest leaves out is counted too.
 */
export function createCopiedBackView(kysely: Kysely<Tables>) {
  return async (tags: readonly PlacedTag[]): Promise<CopiedBack[]> => {
    if (tags.length === 0) return [];
    const registryIds = [...new Set(tags.map(({ registryId }) => registryId))];
    const policies = await kysely
      .selectFrom('policies')
      .select(['id', 'name', 'project', 'content'])
      .where('is_enabled', '=', true)
      .where('registry_ids', '&&', sql<string[]>`${registryIds}::text[]`)
      .orderBy('name')
      .execute();
    const found: CopiedBack[] = [];
    for (const { id, name, project, content: stored } of policies) {
      const content = contentOf(stored);
      for (const { registryId } of content.destinations) {
        const wanted = tags.filter((tag) => tag.registryId === registryId);
        const count = wanted.length === 0 ? 0 : await countAtSource(kysely, content, wanted);
        if (count > 0) found.push({ registryId, policyId: id, policy: name, project, count });
      }
    }
    return found;
  };
}

async function countAtSource(kysely: Kysely<Tables>, content: PolicyContent, wanted: readonly PlacedTag[]) {
  const { fitsRepository, fitsTagName } = compileFilters(content.filters);
  const targets = new Set(wanted.map(({ repository }) => repository));
  const all = await kysely
    .selectFrom('repositories')
    .select('name')
    .where('registry_id', '=', content.sourceRegistryId)
    .execute();
  const sources = all.flatMap(({ name }) =>
    fitsRepository(name) && targets.has(mapName(content.mapping, name)) ? [name] : [],
  );
  const names = [...new Set(wanted.map(({ tag }) => tag))].filter(fitsTagName);
  if (sources.length === 0 || names.length === 0) return 0;
  const { rows } = await sql<{ repository: string; name: string }>`
    select repository, name from tags
    where registry_id = ${content.sourceRegistryId} and repository = any (${sources}::text[])
      and name = any (${names}::text[])
  `.execute(kysely);
  const there = new Set(rows.map(({ repository, name }) => `${mapName(content.mapping, repository)}:${name}`));
  return wanted.filter(({ repository, tag }) => there.has(`${repository}:${tag}`)).length;
}
