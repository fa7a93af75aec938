import type { Policy } from 'bff/contract/policies';
import type { RegistryDirectory } from '../registry-directory.ts';
import { type KnownActivity, knownActivity } from '../tasks/known-activity.ts';
import { isWaiting } from '../tasks/task-status.ts';

/** How a policy stands, where it is known of its registries that one does not answer. */
export function policyAsKnown(policy: Policy, directory: RegistryDirectory): Policy {
  const { sourceRegistryId } = policy.content;
  const destinations = policy.destinations.map((destination) => ({
    ...destination,
    activity: knownActivity(destination.activity, [destination.registryId, sourceRegistryId], directory),
  }));
  const open = destinations.flatMap(({ activity }) => activity ?? []);
  const absent = open.find((activity: KnownActivity) => activity.absent !== undefined);
  if (absent === undefined) return policy;
  // Into another destination something may move.
  if (policy.state !== 'running' || !open.every(isWaiting)) return { ...policy, destinations };
  const activity = { ...absent, taskCount: policy.activity?.taskCount ?? absent.taskCount };
  return { ...policy, destinations, state: 'waiting', activity };
}
