import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { PlaceAction } from 'bff/contract/permissions';
import type { ProjectDetail } from 'bff/contract/projects';
import { type Execution, listTasks, type Task } from 'bff/contract/replication';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { projectQuery } from '../../domain/project-access.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, Refusal } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { executionWith } from '../../testing/policies.ts';
import { taskWith } from '../../testing/tasks.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { currentToasts, dismissToast } from '../../ui/toast.ts';
import { ExecutionPage } from './ExecutionPage.tsx';

const at = '2026-01-01T00:00:00.000Z';
const registries = ['development', 'testing', 'production'].map((id) => registryEntry(id));
const wait = { timeout: 10_000 };
const noTasks = executionWith().tasks;

const endedTask = (number: number, change: Partial<Task> = {}) =>
  taskWith({
    id: `0190b3a0-0000-7000-8000-00000000000${number}`,
    executionId: executionWith().id,
    source: { registryId: 'development', repository: 'payments/api', reference: `${number}.0` },
    state: 'stopped',
    finishedAt: at,
    ...change,
  });
const because = (code: string) => ({ code, sentence: code, params: {} });
const declined = (number: number) => endedTask(number, { kind: 'delete', reason: because('deletion-declined') });

interface Opened {
  execution: Partial<Execution>;
  tasks: readonly Task[];
  project?: ProjectDetail;
  who?: keyof typeof people;
  answers?: Record<string, unknown>;
}

const everywhere = (actions: readonly PlaceAction[]) => ({ development: actions, testing: actions });
const pushes = projectWith(everywhere(people.developer.actions));

function open({ execution: change, tasks, project = pushes, who = 'developer', answers = {} }: Opened) {
  const execution = executionWith({ policy: null, trigger: 'copy', ...change });
  const calls = pretendApi({
    [`GET /executions/${execution.id}`]: execution,
    [`GET ${listTasks.path}`]: { items: tasks, nextCursor: null, total: tasks.length },
    ...answers,
  });
  const known = [
    [sessionQuery().queryKey, sessionOf(who)],
    [directoryQuery().queryKey, { items: registries }],
    [projectQuery(project.name).queryKey, project],
  ] as const;
  const url = `/replication/executions/${execution.id}`;
  return { calls, ...renderAt(url, <ExecutionPage />, known, '/replication/executions/:executionId') };
}

const rowOf = (name: RegExp) => screen.findByRole('row', { name }, wait);

beforeAll(() => loadWords('en', 'replication', 'tasks', 'domain'));
setUpPages();
afterEach(() => {
  for (const { id } of currentToasts()) dismissToast(id);
});

describe('running the tasks of a copy again', () => {
  const stopped = { state: 'stopped' as const, tasks: { ...noTasks, stopped: 3 } };

  it('is offered for what the server runs again: not for deletions that somebody declined', async () => {
    const tasks = [declined(1), declined(2), endedTask(3, { reason: because('stopped-by-person') })];
    open({ execution: stopped, tasks });
    expect(await screen.findByRole('button', { name: 'Run 1 again' }, wait)).toBeDefined();
  });

  it('says what happens then: that they wait, and for what', async () => {
    const reason = { ...because('connection-refused'), params: { registryId: 'testing' } };
    const activity = { kind: 'waiting', taskCount: 1, reason } as const;
    const again = executionWith({ state: 'running', activity, tasks: { ...noTasks, waiting: 1 } });
    const tasks = [endedTask(3, { state: 'failed', reason })];
    const failed = { state: 'failed' as const, tasks: { ...noTasks, failed: 1 } };
    open({ execution: failed, tasks, answers: { [`POST /executions/${again.id}/retry`]: again } });
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Run 1 again' }, wait));
    const message = '1 task will be tried again. For now: testing cannot be reached.';
    await waitFor(() => expect(currentToasts()).toMatchObject([{ message }]), wait);
  });

  it('is not offered where nothing else was stopped', async () => {
    open({ execution: stopped, tasks: [declined(1), declined(2), declined(3)] });
    await rowOf(/3\.0/);
    expect(screen.queryByRole('button', { name: /again/ })).toBeNull();
  });

  it.each([
    ['task-not-retryable', /deletions that somebody decided against/],
    ['permission-missing', /^The project payments is archived\.$/],
  ])('says why it was refused: %s', async (code, words) => {
    const refusal = new Refusal(code === 'permission-missing' ? 403 : 409, code, {
      detail: 'The project payments is archived.',
    });
    open({
      execution: stopped,
      // Of more than a page it is not known who stopped the rest.
      tasks: [declined(1)],
      answers: { [`POST /executions/${executionWith().id}/retry`]: refusal },
    });
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Run 2 again' }, wait));
    await waitFor(() => expect(currentToasts()).toMatchObject([{ tone: 'danger' }]), wait);
    expect(currentToasts()[0]?.message).toMatch(words);
  });
});

describe('stopping a copy', () => {
  const running = { state: 'running' as const, tasks: { ...noTasks, running: 1, succeeded: 1 } };
  const moving = endedTask(1, { state: 'running' });
  const elsewhere = { registryId: 'production', repository: 'payments/api', tag: '2.0' };
  const done = endedTask(2, { state: 'succeeded', destination: elsewhere });

  const archivedFor = (role: 'developer' | 'guest') => {
    const { access, ...project } = projectWith(everywhere(people.guest.actions), { isArchived: true });
    return { ...project, access: access.map((place) => ({ ...place, role })) };
  };

  it('is offered to whoever could have begun it, though the project is archived since', async () => {
    open({ execution: running, tasks: [moving], project: archivedFor('developer') });
    expect(await screen.findByRole('button', { name: 'Stop' }, wait)).toBeDefined();
  });

  it('is not offered to a guest of an archived project', async () => {
    open({ execution: running, tasks: [moving], project: archivedFor('guest'), who: 'guest' });
    await rowOf(/1\.0/);
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
  });

  it('asks only for where something is under way, as the server does', async () => {
    open({ execution: running, tasks: [moving, done] });
    expect(await screen.findByRole('button', { name: 'Stop' }, wait)).toBeDefined();
  });
});

describe('what is no copy', () => {
  const sample = [
    {
      repository: 'payments/api',
      reference: '1.0',
      destination: { repository: 'mirror/api', tag: '1.0' },
    },
  ];
  const ended = {
    state: 'succeeded' as const,
    tasks: { ...noTasks, succeeded: 1 },
    sourceRegistryIds: ['production'],
    destinationRegistryIds: ['development', 'testing'],
    sample,
    finishedAt: at,
  };
  const title = (name: string) => screen.findByRole('heading', { level: 1, name }, wait);

  it('is called a deletion, where, and why', async () => {
    const policy = { id: executionWith().id, name: 'to branches', version: 1, exists: true };
    const one = { policy, trigger: 'deletion' as const, deletions: 1, bytesTotal: 0, bytesDone: 0 };
    const task = endedTask(1, { kind: 'delete', state: 'succeeded', bytesTotal: null, bytesDone: 0 });
    open({ execution: { ...ended, ...one }, tasks: [task] });
    expect(
      await title('Deletion of mirror/api:1.0 at development and testing, because it was deleted at production'),
    ).toBeDefined();
    expect(screen.getByText(/policy, after a deletion/)).toBeDefined();
    expect((await rowOf(/1\.0/)).textContent).toMatch(/deletion.*no longer at testing: its trash keeps it/);
    expect(screen.queryByText(/nothing to move|Copy of/)).toBeNull();
  });

  it('is called a tag that was set, where nothing else had to move', async () => {
    const digests = { digest: `sha256:${'a'.repeat(64)}`, replacesDigest: `sha256:${'b'.repeat(64)}` };
    const task = endedTask(1, { state: 'succeeded', movesTagOnly: true, ...digests });
    open({ execution: { ...ended, tagMoves: 1, destinationRegistryIds: ['testing'] }, tasks: [task] });
    expect(await title('Tag mirror/api:1.0 set at testing to what production has')).toBeDefined();
    expect((await rowOf(/1\.0/)).textContent).toContain('the tag was bbbb…bbbb and is aaaa…aaaa now');
  });

  it('tells what moved from what was there', async () => {
    const figures = { bytesTotal: 170_018_700, bytesDone: 170_018_700, bytesSkipped: 170_000_000 };
    const task = endedTask(1, { state: 'succeeded', ...figures });
    open({ execution: { ...ended, ...figures }, tasks: [task] });
    expect(await title('Copy of payments/api:1.0')).toBeDefined();
    expect((await rowOf(/1\.0/)).textContent).toContain('18.7 kB moved · the rest (170 MB) is there already');
    const bars = screen.getAllByRole('progressbar');
    for (const bar of bars) {
      expect(bar.getAttribute('aria-valuetext')).toBe('18.7 kB moved · the rest (170 MB) is there already');
    }
    expect(bars).toHaveLength(2);
  });
});
