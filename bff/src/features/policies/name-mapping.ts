import { isReserved } from '../../access/reserved-names.ts';
import type { Collision, NameMapping } from './policy.ts';

const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** What a registry takes as a name, and is not Longshore's own; mappings are made by people. */
export function isRepositoryName(name: string): boolean {
  return name.length <= 255 && repositoryPattern.test(name) && !isReserved(name);
}

/** The name at the destinations. */
export function mapName(mapping: NameMapping, repository: string): string {
  if (mapping.kind === 'same') return repository;
  if (mapping.kind === 'replace-prefix') {
    const { from, to } = mapping;
    return repository.startsWith(from) ? `${to}${repository.slice(from.length)}` : repository;
  }
  const segments = repository.split('/');
  const [project = '', ...rest] = segments;
  const values: Readonly<Record<string, string>> = {
    '{repository}': repository,
    // A name of a single segment has no more than that: it is both.
    '{project}': project,
    '{rest}': rest.length === 0 ? project : rest.join('/'),
    '{name}': segments.at(-1) ?? '',
  };
  return mapping.template.replaceAll(/\{[a-z]+\}/g, (word) => values[word] ?? word);
}

/** In the order of the shared names. */
export function findCollisions(mapping: NameMapping, repositories: readonly string[]): Collision[] {
  const byTarget = Map.groupBy(new Set(repositories), (repository) => mapName(mapping, repository));
  return [...byTarget]
    .filter(([, from]) => from.length > 1)
    .map(([to, from]) => ({ to, from: from.toSorted() }))
    .toSorted((a, b) => (a.to < b.to ? -1 : 1));
}
