import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { getOperations, getThroughput, type Operations } from 'bff/contract/operations';
import type { Policy } from 'bff/contract/policies';
import type { RegistryEntry } from 'bff/contract/registries';
import { listTasks, type Task } from 'bff/contract/replication';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { allPolicies } from '../../domain/policy/all-policies.ts';
import { activeTasks } from '../../domain/tasks/task-queries.ts';
import { pretendApi } from '../../testing/api.ts';
import { pretendWindowHeight } from '../../testing/layout.ts';
import { registryEntry, sessionOf } from '../../testing/people.ts';
import { policyWith } from '../../testing/policies.ts';
import { taskWith } from '../../testing/tasks.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { OperationsPage } from './OperationsPage.tsx';
import { WallPage } from './WallPage.tsx';

beforeAll(() => loadWords('en', 'operations', 'tasks', 'domain'));
setUpPages();

const at = '2026-01-01T00:00:00.000Z';
const still = { inBytesPerSecond: 0, outBytesPerSecond: 0, writing: 0, reading: 0, slots: 8, quietUntil: null };
const noTasks = { runningTasks: 0, failedLastHour: 0 };
const route = (sourceRegistryId: string, destinationRegistryId: string) => ({
  sourceRegistryId,
  destinationRegistryId,
  bytesPerSecond: 0,
  bytesLastHour: 0,
  runningTasks: 0,
  queuedTasks: 0,
  waitingTasks: 0,
  activity: null,
  failedLastHour: 0,
});

const quiet: Operations = {
  counts: { queued: 0, running: 0, waiting: 0, succeeded: 0, failed: 0, stopped: 0 },
  oldestQueuedAt: null,
  rateBytesPerSecond: 0,
  rateHistory: [0, 0],
  registries: [],
  routes: [],
  failures: [],
  at,
};
const busy: Operations = {
  ...quiet,
  counts: { ...quiet.counts, running: 1, queued: 4, waiting: 12 },
  oldestQueuedAt: at,
  registries: [
    { registryId: 'development', ...still, ...noTasks, outBytesPerSecond: 118_000_000, reading: 3, runningTasks: 1 },
    { registryId: 'testing', ...still, ...noTasks, inBytesPerSecond: 118_000_000, writing: 3, runningTasks: 1 },
    { registryId: 'branch-north', ...still, ...noTasks, failedLastHour: 2 },
  ],
  routes: [
    { ...route('development', 'testing'), bytesPerSecond: 118_000_000, runningTasks: 1, bytesLastHour: 5_000_000_000 },
    { ...route('testing', 'branch-north'), waitingTasks: 12 },
  ],
  failures: [
    {
      sourceRegistryId: 'testing',
      destinationRegistryId: 'branch-north',
      reason: {
        code: 'connection-refused',
        sentence: 'branch-north refused the connection.',
        params: { registry: 'branch-north' },
      },
      taskCount: 12,
      waitingCount: 12,
      executionCount: 1,
      since: at,
      nextAttemptAt: new Date(Date.now() + 2 * 3_600_000).toISOString(),
      taskIds: [],
      policyIds: [],
    },
  ],
};
const throughput = {
  stepSeconds: 10,
  endsAt: at,
  registries: [
    {
      registryId: 'testing',
      inBytesPerSecond: Array.from({ length: 360 }, (_, step) => (step < 30 ? 60_000_000 : 0)),
      outBytesPerSecond: Array.from({ length: 360 }, () => 0),
    },
  ],
};

function runningTask(number: number): Task {
  const name = String(number).padStart(4, '0');
  const repository = `payments/part-${name}`;
  return taskWith({
    id: `0190b3a0-0000-7000-8000-00000000${name}`,
    source: { registryId: 'development', repository, reference: '1.0' },
    destination: { registryId: 'testing', repository, tag: '1.0' },
  });
}

interface Drawn {
  operations: Operations;
  tasks?: Task[];
  /** Where the address has more than the path. */
  route?: string;
  registries?: RegistryEntry[];
  policies?: Policy[];
}

let paused: Policy[] = [];
beforeEach(() => {
  paused = [];
});
const healthy = ['development', 'testing', 'branch-north', 'production'].map((id) => registryEntry(id));

function draw(
  url: string,
  element: React.ReactElement,
  { operations, tasks = [], route: path = url, registries: items = healthy, policies = paused }: Drawn,
) {
  const page = { items: tasks, nextCursor: null, total: tasks.length };
  pretendApi({
    [`GET ${listTasks.path}`]: page,
    'GET /policies': { items: paused, nextCursor: null, total: paused.length },
  });
  return renderAt(
    url,
    element,
    [
      [sessionQuery().queryKey, sessionOf('admin')],
      [directoryQuery().queryKey, { items }],
      [endpointQuery(getOperations, {}).queryKey, operations],
      [endpointQuery(getThroughput, {}).queryKey, throughput],
      [allPolicies.queryKey, policies],
      [activeTasks(100).queryKey, { pages: [page], pageParams: [null] }],
    ],
    path,
  );
}

describe('the monitor', () => {
  it('says first what fails, by its cause, and when it is tried again', async () => {
    draw('/operations', <OperationsPage />, { operations: busy });
    const failing = await screen.findByRole('region', { name: 'Failing now' });
    expect(within(failing).getByRole('listitem').textContent).toMatch(
      /refused the connection.*12 tasks.*next try in (1:5|2:00)/,
    );
    const headings = screen.getAllByRole('heading', { level: 2 }).map(({ textContent }) => textContent);
    expect(headings).toEqual(['Failing now', 'Copying now', 'Who copies to whom', 'Per registry']);
  });

  it('keeps what somebody holds apart from what fails', async () => {
    const reason = { code: 'registry-in-maintenance', sentence: 'branch-north is in maintenance.', params: {} };
    const failures = busy.failures.map((failure) => ({ ...failure, reason, nextAttemptAt: null }));
    draw('/operations', <OperationsPage />, { operations: { ...busy, failures } });
    const held = await screen.findByRole('region', { name: 'On hold' });
    expect(within(held).getByRole('listitem').textContent).toContain('12 tasks');
    expect(within(held).queryByText(/will be tried again/)).toBeNull();
    expect(screen.queryByRole('region', { name: 'Failing now' })).toBeNull();
    expect(screen.getByText('Nothing is failing.')).toBeTruthy();
  });

  it('says how many policies are paused, what waits for that, and leads to them', async () => {
    const [one, other] = policyWith().destinations.map((each) => ({ ...each, openTaskCount: 17 }));
    if (one === undefined || other === undefined) throw new Error('The policy has no destinations.');
    paused = [
      policyWith({ state: 'paused', pausedAt: at, destinations: [one, other] }),
      policyWith({ id: '0190b3a0-0000-7000-8000-0000000000a2', destinations: [one, { ...other, pausedAt: at }] }),
    ];
    draw('/operations', <OperationsPage />, { operations: busy });
    const words = '1 policy is paused · 1 policy is paused into some of its destinations · 51 tasks wait';
    const link = await screen.findByRole('link', { name: words });
    expect(link.getAttribute('href')).toBe('/replication?state=paused');
  });

  it('gives a registry in maintenance one meaning, in the drawing and in the figures', async () => {
    const maintenance = {
      until: new Date(Date.now() + 3_600_000).toISOString(),
      message: '',
      startedBy: null,
      startedAt: '',
    };
    const registries = healthy.map((entry) => (entry.id === 'branch-north' ? { ...entry, maintenance } : entry));
    draw('/operations', <OperationsPage />, { operations: busy, registries });
    expect(await screen.findAllByText(/^in maintenance until /)).toHaveLength(2);
    // All others, in both.
    expect(screen.getAllByText('up')).toHaveLength(2 * (healthy.length - 1));
  });

  it('draws every way between registries as a link that says all about it', async () => {
    const { router } = draw('/operations', <OperationsPage />, { operations: busy });
    const graph = await screen.findByRole('group', { name: 'Registries and what flows between them' });
    const links = within(graph)
      .getAllByRole('link')
      .map((link) => link.getAttribute('aria-label'));
    expect(links).toContain('development → testing: 118 MB/s, 1 running, 5.00 GB in the last hour');
    expect(links).toContain('testing → branch-north: nothing moves, 12 waiting, 0 B in the last hour');
    expect(within(graph).getByText('118 MB/s')).toBeTruthy();
    await userEvent.click(within(graph).getByRole('link', { name: /^testing → branch-north/ }));
    expect(router.state.location.search).toBe('?way=testing+branch-north');
    expect((await screen.findByText('12 waiting', { selector: 'p span' })).closest('p')?.textContent).toContain(
      'nothing moves',
    );
  });

  it('draws the ways of policies before anything moves there, and what moves without one only while it does', async () => {
    const idle = { ...route('development', 'branch-north'), bytesLastHour: 900 };
    const operations = { ...busy, routes: [...busy.routes, idle] };
    draw('/operations', <OperationsPage />, { operations, policies: [policyWith()] });
    const graph = await screen.findByRole('group', { name: 'Registries and what flows between them' });
    const link = (name: RegExp) => within(graph).queryByRole('link', { name });
    expect(link(/^development → production: nothing moves/)?.dataset['once']).toBe('false');
    expect(link(/^testing → branch-north: nothing moves, 12 waiting/)?.dataset['once']).toBe('true');
    expect(link(/^development → branch-north/)).toBeNull();
  });

  it('has the drawing and the charts as tables too, each with its address', async () => {
    draw('/operations?topology=table&registries=hour', <OperationsPage />, { operations: busy, route: '/operations' });
    const way = await screen.findByRole('row', { name: /^development → testing/ });
    expect(
      within(way)
        .getAllByRole('cell')
        .map(({ textContent }) => textContent),
    ).toEqual(['118 MB/s', '1', '0', '0', '0', '5.00 GB']);
    const hour = screen.getByRole('group', { name: 'Last hour, in figures' });
    const [incoming] = within(hour).getAllByRole('row', { name: /In/ });
    const cells = within(incoming ?? hour)
      .getAllByRole('cell')
      .map(({ textContent }) => textContent);
    expect(cells).toEqual(['60.0 MB/s', ...Array.from({ length: 11 }, () => '–')]);
  });

  it('says of each registry what it takes and gives, and how long it is left alone', async () => {
    draw('/operations', <OperationsPage />, { operations: busy });
    const table = await screen.findByRole('table');
    const row = (name: RegExp) => within(table).getByRole('row', { name });
    expect(row(/testing/).textContent).toContain('3 in, 0 out, of 8 each');
    expect(
      within(row(/testing/)).getByRole('img', { name: 'Last hour: in at most 60.0 MB/s, out at most 0 B/s' }),
    ).toBeTruthy();
    expect(
      within(row(/branch-north/))
        .getAllByRole('cell')
        .at(-1)?.textContent,
    ).toMatch(/^(1:5|2:00)/);
  });

  it('is calm when nothing goes on', async () => {
    draw('/operations', <OperationsPage />, { operations: quiet });
    expect(await screen.findByText('Nothing is failing.')).toBeTruthy();
    expect(screen.getByText('No policy copies anything yet, and nothing is under way.')).toBeTruthy();
    expect(screen.getByText('Nothing is copying')).toBeTruthy();
  });
});

describe('a registry that is not well', () => {
  it('is told of though no copy fails', async () => {
    const registries = [
      { ...registryEntry('development'), health: 'up' as const },
      { ...registryEntry('branch-south'), health: 'down' as const },
      { ...registryEntry('staging'), health: 'degraded' as const },
    ];
    draw('/operations', <OperationsPage />, { operations: quiet, registries });
    expect(await screen.findByText('branch-south: not reachable')).toBeTruthy();
    expect(screen.getByText('staging: reachable only in part')).toBeTruthy();
    expect(screen.getByText('No copy is failing.')).toBeTruthy();
    expect(screen.queryByText('Nothing is failing.')).toBeNull();
  });

  const down = healthy.map((entry) => (entry.id === 'testing' ? { ...entry, health: 'down' as const } : entry));
  const running = { kind: 'running', taskCount: 1, reason: null } as const;
  const hanging: Operations = {
    ...quiet,
    counts: { ...quiet.counts, running: 1 },
    routes: [{ ...route('development', 'testing'), runningTasks: 1, activity: running }],
  };

  it('leaves it open whether a copy fails that needs one', async () => {
    draw('/operations', <OperationsPage />, { operations: hanging, tasks: [runningTask(1)], registries: down });
    expect(await screen.findByText('testing: not reachable')).toBeTruthy();
    expect(screen.queryByText('No copy is failing.')).toBeNull();
  });

  it('is waited for along the ways that lead there, as long as nothing moves along them', async () => {
    draw('/operations', <OperationsPage />, { operations: hanging, registries: down });
    const words = 'development → testing: nothing moves, 1 running, testing does not answer, 0 B in the last hour';
    const way = await screen.findByRole('link', { name: words });
    expect(way.dataset['tone']).toBe('waiting');
    expect(screen.getByText('waiting', { selector: 'svg text' })).toBeTruthy();
  });

  it('does not hold up what moves', async () => {
    const routes = hanging.routes.map((each) => ({ ...each, bytesPerSecond: 5_000_000 }));
    draw('/operations', <OperationsPage />, { operations: { ...hanging, routes }, registries: down });
    const way = await screen.findByRole('link', { name: /^development → testing: 5.00 MB\/s, 1 running, 0 B/ });
    expect(way.dataset['tone']).toBe('moving');
  });
});

describe('what copies now', () => {
  const tasks = Array.from({ length: 300 }, (_unused, index) => runningTask(index));
  const operations = { ...busy, counts: { ...busy.counts, running: 300 } };

  it('draws of hundreds only those in sight, and says how many there are', async () => {
    pretendWindowHeight(480);
    draw('/operations', <OperationsPage />, { operations, tasks });
    const section = await screen.findByRole('region', { name: 'Copying now' });
    const rows = await within(section).findAllByRole('listitem');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(60);
    expect(rows[0]?.textContent).toContain('payments/part-0000:1.0');
    expect(rows[0]?.getAttribute('aria-setsize')).toBe('300');
  });

  it.each([
    ['/operations', OperationsPage],
    ['/operations/wall', WallPage],
  ])('is not said to be nothing while it is counted and not yet listed: %s', async (url, MonitorPage) => {
    draw(url, <MonitorPage />, { operations: { ...quiet, counts: { ...quiet.counts, running: 2 } } });
    await screen.findByRole('region', { name: 'Copying now' });
    expect(screen.queryByText('Nothing is copying')).toBeNull();
  });

  it('says of a task that is tried again which try it is', async () => {
    const again = { ...runningTask(1), attempt: 2, tries: 2 };
    // While a registry was down, its tries did not count; they are in the list of its attempts all the same.
    const forgiven = { ...runningTask(3), attempt: 5, tries: 2 };
    const queued = { ...runningTask(2), attempt: 5, tries: 2, state: 'queued' as const };
    draw('/operations', <OperationsPage />, { operations, tasks: [runningTask(0), again, queued, forgiven] });
    const section = await screen.findByRole('region', { name: 'Copying now' });
    const [first, second, third, fourth] = await within(section).findAllByRole('listitem');
    expect(first?.textContent).not.toContain('try');
    expect(second?.textContent).toContain('try 2 of 10 · 1 of 3 blobs');
    expect(third?.textContent).not.toContain('try');
    expect(fourth?.textContent).toContain('try 5 · 1 of 3 blobs');
  });

  it('counts on the wall, where nobody scrolls, those that have no room', async () => {
    draw('/operations/wall', <WallPage />, { operations, tasks });
    const section = await screen.findByRole('region', { name: 'Copying now' });
    expect(within(section).getAllByRole('listitem')).toHaveLength(40);
    expect(within(section).getByText(/276/)).toBeTruthy();
  });
});

describe('the wall', () => {
  it('has no controls, and shows the same', async () => {
    draw('/operations/wall', <WallPage />, { operations: busy });
    expect(await screen.findByText(/refused the connection/)).toBeTruthy();
    expect(screen.queryAllByRole('button')).toEqual([]);
    expect(screen.queryAllByRole('tab')).toEqual([]);
    expect(screen.getByRole('img', { name: /^development → testing: 118 MB\/s/ })).toBeTruthy();
  });
});
