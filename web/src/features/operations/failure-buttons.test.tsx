import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Operations } from 'bff/contract/operations';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi } from '../../testing/api.ts';
import { registryEntry, sessionOf } from '../../testing/people.ts';
import { policyWith } from '../../testing/policies.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { currentToasts } from '../../ui/toast.ts';
import { FailureList } from './FailureList.tsx';

type Failure = Operations['failures'][number];
const failure: Failure = {
  sourceRegistryId: 'production',
  destinationRegistryId: 'branch-north',
  reason: { code: 'timeout', sentence: 'branch-north did not answer.', params: {} },
  taskCount: 1,
  waitingCount: 1,
  executionCount: 1,
  since: '2026-01-01T00:00:00.000Z',
  nextAttemptAt: null,
  taskIds: ['t-1'],
  policyIds: [],
};
const policy = policyWith();

function open(shown: Partial<Failure>, answers: Record<string, unknown> = {}) {
  const calls = pretendApi({ 'GET /tasks/t-1': { id: 't-1', executionId: 'e-1' }, ...answers });
  renderAt('/operations', <FailureList routes={[]} failures={[{ ...failure, ...shown }]} hasControls />, [
    [sessionQuery().queryKey, sessionOf('admin')],
    [directoryQuery().queryKey, { items: ['production', 'branch-north'].map((name) => registryEntry(name)) }],
  ]);
  return () => calls.filter(({ method }) => method === 'POST').map(({ path }) => path);
}
const showTasks = async () => (await screen.findByRole('link', { name: 'Show tasks' })).getAttribute('href');

beforeAll(() => loadWords('en', 'operations', 'tasks'));
setUpPages();

describe('the buttons of a cause', () => {
  it.each(['policy-paused', 'registry-in-maintenance', 'deletions-held-back'])(
    'do not try again what is on hold: %s',
    async (code) => {
      open({ reason: { code, sentence: 'It waits.', params: {} } });
      expect(await screen.findByRole('link', { name: 'Show tasks' })).toBeDefined();
      expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
    },
  );

  it('run all tasks again, also those that the server had not named yet', async () => {
    const ids = ['t-1', 't-2', 't-3', 't-4'];
    const waiting = new Set(ids);
    const named = () => ({ ...failure, taskCount: waiting.size, taskIds: [...waiting].slice(0, 2) });
    const retry = (id: string) => [`POST /tasks/${id}/retry`, () => (waiting.delete(id) ? {} : undefined)] as const;
    const answers = {
      ...Object.fromEntries(ids.map(retry)),
      'GET /operations': () => ({ failures: waiting.size === 0 ? [] : [named()] }),
    };
    const posted = open(named(), answers);
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(currentToasts().at(-1)?.message).toBe('4 tasks run again.'));
    expect(posted()).toEqual(ids.map((id) => `/tasks/${id}/retry`));
  });

  it('say of how many that was only a part', async () => {
    // It fails again at once, so that the server names no others.
    const many = { taskCount: 2000, taskIds: ['t-1', 't-2'] };
    const answers = {
      'POST /tasks/t-1/retry': {},
      'POST /tasks/t-2/retry': {},
      'GET /operations': { failures: [{ ...failure, ...many }] },
    };
    open(many, answers);
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(currentToasts().at(-1)?.message).toBe('2 of 2000 tasks run again.'));
  });

  it('say for what they wait where the registry is in trouble still, however many the server names', async () => {
    const reason = { ...failure.reason, params: { registryId: 'branch-north' } };
    const many = { reason, taskCount: 1200, waitingCount: 1200, taskIds: ['t-1', 't-2'] };
    open(many, {
      // Each may be the one that is tried when it is asked for.
      'POST /tasks/t-1/retry': { state: 'running', reason: null },
      'POST /tasks/t-2/retry': { state: 'running', reason: null },
      'GET /operations': { failures: [{ ...failure, ...many }] },
    });
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Retry' }));
    const words = '1200 tasks will be tried as soon as branch-north can be used again.';
    await waitFor(() => expect(currentToasts().at(-1)).toMatchObject({ message: words, tone: 'ok' }));
  });

  it('lead to the copy whose tasks they are', async () => {
    open({});
    expect(await showTasks()).toBe('/replication/executions/e-1?state=waiting');
  });

  it('lead to the running copies where the tasks are of several', async () => {
    open({ executionCount: 3 });
    expect(await showTasks()).toBe('/replication/executions?state=waiting');
  });

  it('lead to the runs of the one policy that made them', async () => {
    open({ executionCount: 3, policyIds: [policy.id] }, { [`GET /policies/${policy.id}`]: policy });
    await waitFor(async () => expect(await showTasks()).toBe(`/replication/policies/${policy.id}?tab=runs`));
  });
});
