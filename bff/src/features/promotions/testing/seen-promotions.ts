import { countPromotionApprovals } from '../../../contract/promotion-approvals.ts';
import { listPromotionApprovals } from '../../../contract/promotions.ts';
import { type Execution, getExecution, listExecutions } from '../../../contract/replication.ts';
import type { TestApiClient } from '../../../testing/api-client.ts';

/** What waits for somebody in a project. */
export async function waitingFor(client: TestApiClient, project: string): Promise<string[]> {
  const { items } = await client.call(listPromotionApprovals, { query: { project } });
  return items.map(({ id }) => id);
}

/** How much waits for somebody, as the list and as the count say. */
export async function countsFor(client: TestApiClient): Promise<[number, number]> {
  const [list, count] = [listPromotionApprovals, countPromotionApprovals] as const;
  return [(await client.call(list, {})).total, (await client.call(count, {})).total];
}

/** A copy as its own page shows it, and as the list of all does. */
export async function copySeen(client: TestApiClient, executionId: string | null): Promise<(Execution | undefined)[]> {
  const own = await client.call(getExecution, { params: { executionId: executionId ?? '' } });
  const { items } = await client.call(listExecutions, {});
  return [own, items.find(({ id }) => id === executionId)];
}
