import { screen } from '@testing-library/react';
import { beforeAll, expect, it } from 'vitest';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { taskWith } from '../../testing/tasks.ts';
import { TaskNote } from './TaskNote.tsx';

beforeAll(() => loadWords('en', 'tasks'));
setUpPages();

it('why a task waits and until when is one sentence: its full stop does not stand before the dot', async () => {
  const reason = { code: 'timeout', sentence: 'testing had not answered.', params: {} };
  const task = taskWith({ state: 'waiting', reason, nextAttemptAt: new Date(Date.now() - 1000).toISOString() });
  renderAt('/', <TaskNote task={task} />, []);
  expect(await screen.findByText('testing had not answered · next try is due', {}, { timeout: 10_000 })).toBeDefined();
});

it('keeps the full stop of a cause that stands alone', async () => {
  const reason = { code: 'deletions-held-back', sentence: '8 of 20 tags would be deleted.', params: {} };
  renderAt('/', <TaskNote task={taskWith({ state: 'waiting', reason, nextAttemptAt: null })} />, []);
  expect(await screen.findByText('8 of 20 tags would be deleted.', {}, { timeout: 10_000 })).toBeDefined();
});
