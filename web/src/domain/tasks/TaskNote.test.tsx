import { screen } from '@testing-library/react';
import { beforeAll, expect, it } from 'vitest';
import { registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { taskWith } from '../../testing/tasks.ts';
import { sessionQuery } from '../account.ts';
import { directoryQuery } from '../registry-directory.ts';
import { TaskNote } from './TaskNote.tsx';

const wait = { timeout: 10_000 };

beforeAll(() => loadWords('en', 'tasks'));
setUpPages();

it('why a task waits and until when is one sentence: its full stop does not stand before the dot', async () => {
  const reason = { code: 'timeout', sentence: 'testing had not answered.', params: {} };
  const task = taskWith({ state: 'waiting', reason, nextAttemptAt: new Date(Date.now() - 1000).toISOString() });
  renderAt('/', <TaskNote task={task} />, []);
  expect(await screen.findByText('testing had not answered · next try is due', {}, wait)).toBeDefined();
});

it('keeps the full stop of a cause that stands alone', async () => {
  const reason = { code: 'deletions-held-back', sentence: '8 of 20 tags would be deleted.', params: {} };
  renderAt('/', <TaskNote task={taskWith({ state: 'waiting', reason, nextAttemptAt: null })} />, []);
  expect(await screen.findByText('8 of 20 tags would be deleted.', {}, wait)).toBeDefined();
});

it('says while it tries again why the last try failed', async () => {
  const reason = { code: 'timeout', sentence: 'testing did not answer in time.', params: {} };
  renderAt('/', <TaskNote task={taskWith({ reason })} />, [[sessionQuery().queryKey, sessionOf('admin')]]);
  expect(await screen.findByText('testing did not answer in time · trying again', {}, wait)).toBeDefined();
});

it.each([
  ['up', 'nothing moves at the moment · 1 of 3 blobs'],
  ['down', 'waits for testing, which does not answer · 1 of 3 blobs'],
] as const)('says that nothing moves, and for whom it waits, into a registry that is %s', async (health, words) => {
  const known = [
    [sessionQuery().queryKey, sessionOf('admin')],
    [directoryQuery().queryKey, { items: [{ ...registryEntry('testing'), health }] }],
  ] as const;
  renderAt('/', <TaskNote task={taskWith({ rateBytesPerSecond: 0 })} />, known);
  expect(await screen.findByText(words, {}, wait)).toBeDefined();
});

it.each([
  ['testing', { blobsTotal: null }],
  ['development', { blobsTotal: null }],
  ['testing', { bytesDone: 100, bytesTotal: 100 }],
] as const)('says from its first step to its last that it waits for %s', async (registry, change) => {
  const known = [
    [sessionQuery().queryKey, sessionOf('admin')],
    [directoryQuery().queryKey, { items: [{ ...registryEntry(registry), health: 'down' }] }],
  ] as const;
  renderAt('/', <TaskNote task={taskWith({ rateBytesPerSecond: null, ...change })} />, known);
  expect(await screen.findByText(`waits for ${registry}, which does not answer`, {}, wait)).toBeDefined();
});
