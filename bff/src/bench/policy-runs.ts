import { setTimeout as sleep } from 'node:timers/promises';
import { createPolicy, type PolicyContent, previewPolicy, runPolicy } from '../contract/policies.ts';
import { listRegistries, scanRegistry } from '../contract/registries.ts';
import { getExecution } from '../contract/replication.ts';
import { contentOf } from '../features/policies/testing/policy-content.ts';
import type { TestApiClient } from '../testing/api-client.ts';
import { type ServedConsole, waitForScan } from './served-console.ts';

const longestMs = 3_600_000;

/** A policy from `source`, run by hand unless `onPush`. @returns its id */
export async function makePolicy(
  api: TestApiClient,
  name: string,
  destinations: readonly string[],
  repositories: string,
  more: Partial<Pick<PolicyContent, 'onPush'>> = {},
): Promise<string> {
  const filters = { repositories: { include: [repositories], exclude: [] } };
  const content = contentOf('source', destinations, { onPush: false, filters, ...more });
  const { id } = await api.call(createPolicy, { body: { name, project: null, isEnabled: true, content } });
  return id;
}

/** “Run now”, and then what the page does: it listens until the last task has ended. */
export async function runToEnd({ api }: ServedConsole, policyId: string, taskCount: number): Promise<void> {
  const stream = await api.openEvents();
  const execution = await api.call(runPolicy, { params: { policyId } });
  const ended = new Set<string>();
  if (taskCount > 0) {
    await stream.waitFor(
      'task',
      ({ id, executionId, state }) => {
        const isOpen = state === 'queued' || state === 'running' || state === 'waiting';
        if (executionId === execution.id && !isOpen) ended.add(id);
        return ended.size === taskCount;
      },
      longestMs,
    );
  }
  stream.close();
  const { state, tasks, planned } = await api.call(getExecution, { params: { executionId: execution.id } });
  if (state !== 'succeeded' || tasks.succeeded !== taskCount) {
    throw new Error(`The execution is ${state}, not with ${taskCount} copies: ${JSON.stringify({ tasks, planned })}`);
  }
}

/** The catalog hears of a copy moments after its task has ended: until then a run would plan what is there already. */
export async function waitUntilKnown(api: TestApiClient, policyId: string, tagCount: number): Promise<void> {
  for (;;) {
    const { planned } = await api.call(previewPolicy, { params: { policyId }, query: { limit: 1 } });
    if (planned.upToDate === tagCount) return;
    await sleep(100);
  }
}

/** Both ends are looked at anew, every tag of them. */
export async function scanAll({ api }: ServedConsole): Promise<void> {
  const before = await scanTimes(api);
  for (const registryId of before.keys()) await api.call(scanRegistry, { params: { registryId } });
  await waitForScan(api, ({ id, catalog }) => catalog.scannedAt !== before.get(id));
}

async function scanTimes(api: TestApiClient): Promise<Map<string, string | null>> {
  const { items } = await api.call(listRegistries, {});
  return new Map(items.map(({ id, catalog }) => [id, catalog.scannedAt]));
}
