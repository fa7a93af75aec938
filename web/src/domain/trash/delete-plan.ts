import type { DeletionPreview, TrashSelection } from 'bff/contract/trash';
import { nameInProject } from '../../paths.ts';

/** What somebody wants to delete from a repository; which registries it goes from is chosen in the dialog. */
export interface DeletionIntent {
  readonly repository: string;
  /** Registries that have it. */
  readonly registryIds: readonly string[];
  /** Chosen beforehand. */
  readonly chosenIds: readonly string[];
  readonly what:
    | {
        readonly kind: 'references';
        /** Tags, and digests that go with all their tags; each with the registries that have it. */
        readonly references: ReadonlyArray<{ readonly name: string; readonly registryIds: readonly string[] }>;
      }
    | { readonly kind: 'pattern' }
    | { readonly kind: 'repository' };
}

/** As many as one request may name. */
export const MOST_REFERENCES = 1000;

/** What is asked of each registry. @param pattern of tags, where they are chosen by it */
export function planSelections(
  { repository, what }: DeletionIntent,
  registryIds: readonly string[],
  pattern: string,
): TrashSelection[] {
  if (registryIds.length === 0) return [];
  if (what.kind === 'pattern') {
    if (pattern === '') return [];
    // One for each, so that a registry that refuses holds up nothing in the others.
    return registryIds.map((registryId) => ({
      kind: 'pattern',
      registryIds: [registryId],
      repositoryPattern: nameInProject(repository),
      tagPattern: pattern,
    }));
  }
  if (what.kind === 'repository') {
    return registryIds.map((registryId) => ({ kind: 'repository', registryId, repository }));
  }
  return registryIds.flatMap((registryId) => {
    const references = what.references.flatMap((reference) =>
      reference.registryIds.includes(registryId) ? [reference.name] : [],
    );
    return references.length === 0 ? [] : [{ kind: 'references' as const, registryId, repository, references }];
  });
}

export function registryOf(selection: TrashSelection): string {
  return selection.kind === 'pattern' ? (selection.registryIds[0] ?? '') : selection.registryId;
}

/** How many would go: what a rule holds stays, and a registry that deletes nothing keeps all. */
export function countDeleted({ total, heldCount, undeletable }: DeletionPreview): number {
  return undeletable.length > 0 ? 0 : total - heldCount;
}
