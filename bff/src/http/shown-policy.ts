import { isInScope } from '../access/scope.ts';
import { projectOf } from '../access/subject.ts';
import type { PolicyName } from '../contract/words.ts';
import type { RequestAccess } from './request-access.ts';

/** Whose work something is, as it is kept with it. */
export interface KeptPolicy {
  readonly id: string;
  readonly name: string;
  readonly sourceRegistryId: string;
  readonly sourceRepository: string;
}

export type ShowPolicy = (policy: KeptPolicy | null, registryId: string, project: string) => PolicyName | null;

/**
 * A policy is named to whoever sees what it copies from there to here, as in the list of copies; to others it is a policy.
 * @param existing ids of those that were not deleted since
 */
export async function policyNamer(
  access: Pick<RequestAccess, 'scope'>,
  existing: ReadonlySet<string>,
): Promise<ShowPolicy> {
  const scope = await access.scope('replication.read');
  return (policy, registryId, project) => {
    if (policy === null) return null;
    const isSeen =
      isInScope(scope, project, registryId) &&
      isInScope(scope, projectOf(policy.sourceRepository), policy.sourceRegistryId);
    if (!isSeen) return { id: null, name: null, exists: false };
    return { id: policy.id, name: policy.name, exists: existing.has(policy.id) };
  };
}
