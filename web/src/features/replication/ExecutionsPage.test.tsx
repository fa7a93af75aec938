import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Execution } from 'bff/contract/replication';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, type PretendedCall } from '../../testing/api.ts';
import { registryEntry, sessionOf } from '../../testing/people.ts';
import { executionWith, policyWith } from '../../testing/policies.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { ExecutionsPage } from './ExecutionsPage.tsx';

const wait = { timeout: 10_000 };

/** `running` are older than the newest page of all. */
function open(url: string, running: readonly Execution[], nextCursor: string | null = null, ended?: Execution[]) {
  const listed = { items: ended ?? [executionWith({ state: 'failed' })], nextCursor: null, total: null };
  const calls = pretendApi({
    [`GET /policies/${policyWith().id}`]: policyWith(),
    'GET /executions': ({ path }: PretendedCall) =>
      /state=(running|waiting)/.test(path) ? { items: running, nextCursor, total: null } : listed,
  });
  const known = [
    [sessionQuery().queryKey, sessionOf('admin')],
    [directoryQuery().queryKey, { items: [registryEntry('development'), registryEntry('testing')] }],
  ] as const;
  return { calls, ...renderAt(url, <ExecutionsPage />, known) };
}
const running = executionWith({ id: '0190b3a0-0000-7000-8000-0000000000e2', state: 'running' });

beforeAll(() => loadWords('en', 'replication', 'tasks', 'domain'));
setUpPages();

describe('how many copies run', () => {
  it.each(['/replication/executions', '/replication/executions?state=failed'])(
    'is said of all of them, whichever are listed: %s',
    async (url) => {
      open(url, [running]);
      expect(await screen.findByText('1 running', {}, wait)).toBeDefined();
      expect(screen.queryByText('none running')).toBeNull();
    },
  );

  it('is none where none runs', async () => {
    open('/replication/executions?state=failed', []);
    expect(await screen.findByText('none running', {}, wait)).toBeDefined();
  });

  it('is at least a page where there are more', async () => {
    open('/replication/executions', [running], 'more');
    expect(await screen.findByText('1+ running', {}, wait)).toBeDefined();
  });
});

describe('a copy that has ended', () => {
  it('says that it needed more than one try, and why', async () => {
    const reason = { code: 'timeout', sentence: 'testing did not answer in time.', params: {} };
    const tasks = { queued: 0, running: 0, waiting: 0, succeeded: 1, failed: 0, stopped: 0 };
    const one = executionWith({ tasks, retried: { tries: 3, reason } });
    const several = executionWith({
      id: 'several',
      tasks: { ...tasks, succeeded: 9 },
      retried: { tries: 2, reason: null },
    });
    open('/replication/executions', [], null, [one, several]);
    expect((await screen.findByText('3 tries', {}, wait)).title).toBe(reason.sentence);
    expect(screen.getByText(`: ${reason.sentence}`)).toBeDefined();
    expect(screen.getByText('up to 2 tries').title).toBe('');
  });
});

describe('what only waits', () => {
  const params = { registryId: 'testing' };
  const reason = { code: 'connection-refused', sentence: 'testing refused the connection.', params };
  const waiting = executionWith({
    id: '0190b3a0-0000-7000-8000-0000000000e3',
    state: 'running',
    activity: { kind: 'waiting', taskCount: 2, reason },
    tasks: { ...executionWith().tasks, waiting: 2 },
  });

  it('is counted by itself', async () => {
    open('/replication/executions', [running, waiting]);
    expect(await screen.findByText('1 running', {}, wait)).toBeDefined();
    expect(screen.getByText('1 waiting')).toBeDefined();
  });

  it('is a filter, and its rows say for what', async () => {
    open('/replication/executions', [waiting]);
    await userEvent.click(await screen.findByRole('button', { name: 'waiting' }, wait));
    const row = await screen.findByRole('row', { name: /testing cannot be reached/ }, wait);
    expect(within(row).getByText('waiting')).toBeDefined();
    expect(within(row).queryByText('running')).toBeNull();
  });

  it('is not among what runs', async () => {
    const { calls } = open('/replication/executions?state=running', []);
    await screen.findByText('none running', {}, wait);
    expect(calls.some(({ path }) => path.includes('state=moving'))).toBe(true);
  });

  it('and anything else can be listed of one policy alone, until all are asked for', async () => {
    const policy = policyWith();
    const { calls } = open(`/replication/executions?state=waiting&policy=${policy.id}`, [waiting]);
    expect(await screen.findByRole('link', { name: policy.name }, wait)).toBeDefined();
    const ofPolicy = () => calls.filter(({ path }) => path.includes(`policyId=${policy.id}`));
    expect(ofPolicy()).toHaveLength(1);
    await userEvent.click(screen.getByRole('button', { name: 'Show those of all' }));
    expect(screen.queryByRole('button', { name: 'Show those of all' })).toBeNull();
    expect(ofPolicy()).toHaveLength(1);
  });
});

describe('what was done and is no plain success', () => {
  const replaced = {
    code: 'replaced-earlier',
    sentence: 'testing is a master of 1.0 too: what was pushed there earlier was replaced.',
    params: { registry: 'testing', tag: '1.0' },
  };
  it('says that a push to the other master was replaced, and in full on demand', async () => {
    const tasks = { queued: 0, running: 0, waiting: 0, succeeded: 3, failed: 0, stopped: 0 };
    const done = executionWith({ state: 'succeeded', tasks, remark: { taskCount: 1, reason: replaced } });
    pretendApi({ 'GET /executions': { items: [done], nextCursor: null, total: null } });
    renderAt('/replication/executions', <ExecutionsPage />, [
      [sessionQuery().queryKey, sessionOf('admin')],
      [directoryQuery().queryKey, { items: [registryEntry('development'), registryEntry('testing')] }],
    ]);
    const words = await screen.findByText('replaced an earlier push (1 of them)', {}, wait);
    expect(words.title).toBe(replaced.sentence);
  });
});
