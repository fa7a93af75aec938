import { screen } from '@testing-library/react';
import type { Execution } from 'bff/contract/replication';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi } from '../../testing/api.ts';
import { registryEntry, sessionOf } from '../../testing/people.ts';
import { executionWith } from '../../testing/policies.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { taskWith } from '../../testing/tasks.ts';
import { ExecutionPage } from './ExecutionPage.tsx';
import { TaskPage } from './TaskPage.tsx';

const wait = { timeout: 10_000 };
const heldBack = { code: 'deletions-held-back', sentence: '8 of 20 tags would be deleted.', params: {} };
const held = executionWith({ state: 'running', heldBack });
const task = taskWith({
  executionId: held.id,
  kind: 'delete',
  state: 'waiting',
  reason: heldBack,
  attempt: 0,
  tries: 0,
});
const known = [
  [sessionQuery().queryKey, sessionOf('admin')],
  [directoryQuery().queryKey, { items: ['development', 'testing'].map((id) => registryEntry(id)) }],
] as const;
const answers = (execution: Execution) => ({
  [`GET /executions/${execution.id}`]: execution,
  'GET /tasks': { items: [task], nextCursor: null, total: 1 },
  [`GET /tasks/${task.id}`]: { ...task, blobs: [], attempts: [], log: [] },
});
const openExecution = (execution: Execution) => {
  pretendApi(answers(execution));
  const url = `/replication/executions/${execution.id}`;
  renderAt(url, <ExecutionPage />, known, '/replication/executions/:executionId');
};
const name = 'Say yes or no';

beforeAll(() => loadWords('en', 'replication', 'tasks', 'domain'));
setUpPages();

describe('deletions that wait for a person’s word', () => {
  it('lead from their copy to the question', async () => {
    openExecution(held);
    const link = await screen.findByRole('link', { name }, wait);
    expect(link.getAttribute('href')).toBe(`/replication/policies/${held.policy?.id}`);
  });

  it('lead nowhere once it is answered', async () => {
    openExecution({ ...held, state: 'succeeded' });
    expect(await screen.findByRole('link', { name: /to the stages, version 3/ }, wait)).toBeDefined();
    expect(screen.queryByRole('link', { name })).toBeNull();
  });

  it('lead from their tasks, too, of which none has tried anything', async () => {
    pretendApi(answers(held));
    const path = '/replication/executions/:executionId/tasks/:taskId';
    renderAt(`/replication/executions/${held.id}/tasks/${task.id}`, <TaskPage />, known, path);
    expect(await screen.findByRole('link', { name }, wait)).toBeDefined();
    expect(screen.queryByText('Try')).toBeNull();
  });
});
