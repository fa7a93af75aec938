import type { Activity, Execution } from 'bff/contract/replication';
import type { RegistryDirectory } from '../registry-directory.ts';
import { isWaiting } from './task-status.ts';

/** `absent` names the registry that the tasks wait for before the first try has failed. */
export type KnownActivity = Activity & { readonly absent?: string };

/**
 * What open tasks do, as far as the health of the registries that all of them need says more: a try that hangs is called
 * running until it has failed, which may take a minute.
 */
export function knownActivity(
  activity: Activity | null,
  registryIds: readonly string[],
  directory: RegistryDirectory,
): KnownActivity | null {
  if (activity === null) return null;
  const { taskCount } = activity;
  if (isWaiting(activity)) return activity;
  const absent = directory.findDown(registryIds);
  if (absent === undefined) return activity;
  return { kind: 'waiting', taskCount, reason: null, absent: absent.name };
}

/** Where it has several sources or destinations, one of those that answer may be the one that is left. */
export function executionAsKnown(execution: Execution, directory: RegistryDirectory): Execution {
  if ((execution.rateBytesPerSecond ?? 0) > 0) return execution;
  const ends = [execution.destinationRegistryIds, execution.sourceRegistryIds];
  const absent = ends.find((ids) => ids.length > 0 && ids.every((id) => directory.findDown([id]) !== undefined));
  const activity = knownActivity(execution.activity, absent ?? [], directory);
  return activity === execution.activity ? execution : { ...execution, activity };
}
