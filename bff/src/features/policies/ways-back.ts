import { projectOf } from '../../access/subject.ts';
import { isRepositoryName, mapName } from './name-mapping.ts';
import { type CompiledFilters, compileFilters, FilterError } from './select-tags.ts';
import type { PolicyContent } from './policy.ts';

/** A policy that is enabled, as far as it says which tags it takes where. */
export interface PolicyEdge {
  readonly project: string | null;
  readonly content: PolicyContent;
}

/**
 * How what a tag is at a destination comes back to the source: `none` where the source alone counts; `copies` where the
 * destination is a master, too; `deletions` where its deletions come as well.
 */
export type WayBack = 'none' | 'copies' | 'deletions';

export interface Place {
  readonly registryId: string;
  readonly repository: string;
}

export type WaysBack = (from: Place, to: Place, tag: string) => WayBack;

interface Edge extends Pick<CompiledFilters, 'fitsRepository' | 'fitsTagName'> {
  readonly content: PolicyContent;
  readonly project: string | null;
}

/** Names that grow with every round end somewhere. */
const placesMax = 1000;

/** Over any number of policies, by their names, tags and mappings: two that meet in no tag make no masters. */
export function compileWaysBack(edges: readonly PolicyEdge[]): WaysBack {
  const compiled = edges.map(compile);
  const deleting = compiled.filter(({ content }) => content.options.propagateDeletions);
  return (from, to, tag) => {
    if (!leads(compiled, from, to, tag)) return 'none';
    return leads(deleting, from, to, tag) ? 'deletions' : 'copies';
  };
}

function leads(edges: readonly Edge[], from: Place, to: Place, tag: string): boolean {
  const goal = keyOf(to);
  const reached = new Set<string>();
  const open: Place[] = [from];
  for (let at = open.pop(); at !== undefined && reached.size < placesMax; at = open.pop()) {
    const { registryId, repository } = at;
    for (const edge of edges) {
      const { content, project } = edge;
      if (content.sourceRegistryId !== registryId || (project !== null && projectOf(repository) !== project)) continue;
      if (!edge.fitsRepository(repository) || !edge.fitsTagName(tag)) continue;
      const there = mapName(content.mapping, repository);
      if (!isRepositoryName(there)) continue;
      for (const destination of content.destinations) {
        const next = { registryId: destination.registryId, repository: there };
        const key = keyOf(next);
        if (key === goal) return true;
        if (reached.has(key)) continue;
        reached.add(key);
        open.push(next);
      }
    }
  }
  return false;
}

const keyOf = ({ registryId, repository }: Place): string => `${registryId} ${repository}`;

function compile({ content, project }: PolicyEdge): Edge {
  try {
    return { content, project, ...compileFilters(content.filters) };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    // It takes nothing anywhere until somebody mends it.
    return { content, project, fitsRepository: () => false, fitsTagName: () => false };
  }
}
