import type { Scope } from '../../access/scope.ts';
import type { Reason } from './trash.ts';
import { trashReasons } from './trash-reasons.ts';

interface PlacedTag {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
}

export interface CopyCautionsDeps {
  /** Policies that bring these tags to their registries again. */
  readonly findCopiedBack: (tags: readonly PlacedTag[]) => Promise<
    ReadonlyArray<{
      readonly registryId: string;
      readonly policy: string;
      readonly project: string | null;
      readonly count: number;
    }>
  >;
  readonly nameOf: (registryId: string) => Promise<string>;
  /** Policies that delete them elsewhere, too. */
  readonly beforeDeleting: (tags: readonly PlacedTag[], scope: Scope) => Promise<Reason[]>;
}

/** Names of policies that are not the project’s own are only for those who see everything. */
export type FindCopyCautions = (
  project: string,
  tags: readonly PlacedTag[],
  /** Of the copies that the caller sees. */
  scope: Scope,
) => Promise<Reason[]>;

/** What somebody should know before they delete tags that are copied there again, or are deleted elsewhere for it. */
export function copyCautions({ findCopiedBack, nameOf, beforeDeleting }: CopyCautionsDeps): FindCopyCautions {
  return async (project, tags, scope) => {
    const copied = await findCopiedBack(tags);
    const copiedBack = await Promise.all(
      copied.map(async ({ registryId, policy, project: of, count }) => {
        const registry = await nameOf(registryId);
        return scope.isEverything || of === project
          ? trashReasons.copiedBack(registry, policy, count)
          : trashReasons.copiedBackUnseen(registry, count);
      }),
    );
    return [...copiedBack, ...(await beforeDeleting(tags, scope))];
  };
}
