import { setTimeout as sleep } from 'node:timers/promises';
import { getTask, listTasks, type Task, type TaskDetail } from '../../../contract/replication.ts';
import { isRegistryError } from '../../../registry-client/index.ts';
import type { TestApiClient } from '../../../testing/api-client.ts';

const patienceMs = 120_000;

/**
 * Asks again until something is so; the message says what never came. Distribution empties a tag's file before it writes
 * it, and answers 500 to whoever reads between: that is not so yet.
 */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const endsAtMs = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask().catch((error: unknown) => {
      if (isRegistryError(error, 'server-error') && performance.now() < endsAtMs) return undefined;
      throw error;
    });
    if (answer !== undefined) return answer;
    if (performance.now() > endsAtMs) throw new Error(`Waited ${patienceMs / 1000} s in vain for ${what}.`);
    await sleep(50);
  }
}

export async function onlyTask(client: TestApiClient, executionId: string): Promise<Task> {
  const { items } = await client.call(listTasks, { query: { executionId } });
  const [task] = items;
  if (task === undefined || items.length > 1) throw new Error(`Expected one task, found ${items.length}.`);
  return task;
}

export function untilTask(
  client: TestApiClient,
  executionId: string,
  what: string,
  isSo: (task: TaskDetail) => boolean,
): Promise<TaskDetail> {
  let last = '';
  return until(`a task that ${what}`, async () => {
    const { id } = await onlyTask(client, executionId);
    const task = await client.call(getTask, { params: { taskId: id } });
    last = JSON.stringify({ state: task.state, reason: task.reason, bytesDone: task.bytesDone });
    return isSo(task) ? task : undefined;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)} The task was: ${last}`);
  });
}

export function untilState(client: TestApiClient, executionId: string, state: Task['state']): Promise<TaskDetail> {
  return untilTask(client, executionId, `is ${state}`, (task) => task.state === state);
}
