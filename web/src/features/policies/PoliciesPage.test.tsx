import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Policy } from 'bff/contract/policies';
import type { RegistryEntry } from 'bff/contract/registries';
import type { Execution } from 'bff/contract/replication';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi } from '../../testing/api.ts';
import { pretendMedia } from '../../testing/layout.ts';
import { type people, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { PoliciesPage } from './PoliciesPage.tsx';
import { executionWith, plannedWork, policyWith } from '../../testing/policies.ts';

const healthy = ['development', 'testing', 'production'].map((id) => registryEntry(id));
let registries: RegistryEntry[] = healthy;
const timeoutMs = 10_000;

let held: Execution[] = [];

function open(items: Policy[], who: keyof typeof people = 'admin', url = '/replication') {
  const calls = pretendApi({
    'GET /policies': { items, nextCursor: null, total: items.length },
    'GET /registry-directory': { items: registries },
    'GET /executions': { items: held, nextCursor: null, total: null },
    'POST /schedule-checks': {
      isValid: true,
      problems: [],
      sentence: { en: 'every day at 02:00', zh: '每天 02:00' },
      nextTimes: [],
    },
    [`POST /policies/${policyWith().id}/run`]: executionWith(),
    [`POST /policies/${policyWith().id}/pause`]: policyWith({ pausedAt: '2026-01-01T00:00:00.000Z' }),
    [`POST /policies/${policyWith().id}/disable`]: policyWith({ isEnabled: false }),
  });
  const known = [[sessionQuery().queryKey, sessionOf(who)]] as const;
  return { calls, ...renderAt(url, <PoliciesPage />, known) };
}

beforeAll(() => loadWords('en', 'policies', 'tasks', 'domain'));
setUpPages();
beforeEach(() => {
  held = [];
  registries = healthy;
});

describe('the list of policies', () => {
  it('says from where to where, when, how it stands and why', async () => {
    const reason = { code: 'connection-refused', sentence: 'production refused the connection.', params: {} };
    const { id, state, createdAt, finishedAt } = executionWith({ state: 'failed' });
    open([
      policyWith({
        state: 'failing',
        lastReason: reason,
        lastExecution: { id, state, trigger: 'push', createdAt, finishedAt },
        content: { ...policyWith().content, onPush: false, schedule: { cron: '0 2 * * *', timeZone: 'UTC' } },
      }),
    ]);
    const row = await screen.findByRole('row', { name: /to the stages/ }, { timeout: timeoutMs });
    expect(within(row).getByText('failing')).toBeDefined();
    expect(within(row).getByText('production refused the connection.')).toBeDefined();
    expect(await within(row).findByText('every day at 02:00', {}, { timeout: timeoutMs })).toBeDefined();
    for (const name of ['development', 'testing']) expect(within(row).getByText(name)).toBeDefined();
    expect(within(row).getByTitle('production').textContent).toBe('+1');
  });

  it('says from where to where on a phone too', async () => {
    pretendMedia((query) => query.includes('max-width'));
    const { id, state, createdAt, finishedAt } = executionWith();
    open([
      policyWith({ lastExecution: { id, state, trigger: 'push', createdAt, finishedAt } }),
      policyWith({ id: 'never-ran', name: 'of yesterday' }),
    ]);
    const row = await screen.findByRole('row', { name: /to the stages/ }, { timeout: timeoutMs });
    // What never ran says so instead.
    const another = screen.getByRole('row', { name: /of yesterday/ });
    expect(within(another).getByText('has not run')).toBeDefined();
    expect(within(another).queryByText('idle')).toBeNull();
    for (const name of ['development', 'testing', 'idle']) expect(within(row).getByText(name)).toBeDefined();
  });

  it('says of one whose runs find nothing to do when it last looked, beside its last run', async () => {
    const { id, state, createdAt, finishedAt } = executionWith();
    const lastExecution = { id, state, trigger: 'schedule', createdAt, finishedAt } as const;
    const lastLook = { at: '2026-03-01T00:00:00.000Z', found: plannedWork({ upToDate: 3 }) };
    open([
      policyWith({ lastExecution, lastLook }),
      policyWith({ id: 'never-ran', name: 'of yesterday', lastLook }),
      policyWith({ id: 'just-ran', name: 'of now', lastExecution, lastLook: { ...lastLook, at: createdAt } }),
    ]);
    const rowOf = (name: RegExp) => screen.findByRole('row', { name }, { timeout: timeoutMs });
    const rows = [await rowOf(/to the stages/), await rowOf(/of yesterday/), await rowOf(/of now/)];
    expect(rows.map((row) => /Last looked/.test(row.textContent))).toEqual([true, true, false]);
    // Beside a run there is no room for what was found.
    const found = 'Everything was up to date.';
    expect(within(rows[0] as HTMLElement).getByTitle(found).textContent).toMatch(/^Last looked /);
    expect(within(rows[1] as HTMLElement).getByText(found)).toBeDefined();
    expect(rows[0]?.textContent).toContain('done');
    expect(rows[1]?.textContent).toContain('idle');
  });

  it('says which of them wait for a person’s word, and leads to their runs', async () => {
    const reason = { code: 'deletions-held-back', sentence: '30 of 100 tags would be deleted.', params: {} };
    const run = executionWith({ state: 'running', heldBack: reason });
    held = [run];
    open([policyWith({ state: 'running', runningExecutionId: run.id, heldExecutionId: run.id, lastReason: reason })]);
    const row = await screen.findByRole('row', { name: /to the stages/ }, { timeout: timeoutMs });
    expect(within(row).getByText('held back')).toBeDefined();
    expect(within(row).getByText('30 of 100 tags would be deleted.')).toBeDefined();
    const link = await screen.findByRole('link', { name: /1 run waits for a person’s word/ });
    expect(link.getAttribute('href')).toBe('/replication/executions?state=held');
  });

  it('calls nothing running that only waits, and says for what', async () => {
    const params = { registryId: 'production' };
    const reason = { code: 'connection-refused', sentence: 'production refused the connection.', params };
    const { id, createdAt } = executionWith();
    open([
      policyWith({
        state: 'waiting',
        activity: { kind: 'waiting', taskCount: 14, reason },
        runningExecutionId: id,
        lastReason: reason,
        lastExecution: { id, state: 'running', trigger: 'push', createdAt, finishedAt: null },
      }),
    ]);
    const row = await screen.findByRole('row', { name: /to the stages/ }, { timeout: timeoutMs });
    expect(within(row).getByText('waiting')).toBeDefined();
    expect(within(row).getByText('14 tasks wait').title).toBe('production refused the connection. · 14 tasks');
    expect(within(row).queryByText('running')).toBeNull();
    expect(within(row).queryByRole('progressbar')).toBeNull();
    // It is tried again: that is no failure.
    expect(within(row).getByText('production refused the connection.').dataset['tone']).toBe('warn');
  });

  it('calls nothing running that waits for a registry that does not answer, before a try has failed', async () => {
    registries = registries.map((entry) => (entry.id === 'production' ? { ...entry, health: 'down' } : entry));
    const activity = { kind: 'running', taskCount: 2, reason: null } as const;
    const [first, second] = policyWith().destinations;
    if (first === undefined || second === undefined) throw new Error('The policy has no destinations.');
    const { id, createdAt } = executionWith();
    const running = policyWith({
      state: 'running',
      activity,
      destinations: [first, { ...second, openTaskCount: 2, activity }],
      runningExecutionId: id,
      lastExecution: { id, state: 'running', trigger: 'push', createdAt, finishedAt: null },
    });
    const destinations = running.destinations.map((each) => ({ ...each, openTaskCount: 1, activity }));
    const inPart = policyWith({ ...running, id: 'in-part', name: 'in part', destinations });
    open([running, inPart]);
    const row = await screen.findByRole('row', { name: /to the stages/ }, { timeout: timeoutMs });
    expect(within(row).getByText('waiting')).toBeDefined();
    expect(within(row).getByText('2 tasks wait').title).toBe('production does not answer · 2 tasks');
    expect(within(row).getByText('production does not answer').dataset['tone']).toBe('warn');
    // Into another destination something may move.
    expect(within(screen.getByRole('row', { name: /in part/ })).getAllByText('running')).not.toHaveLength(0);
  });

  it('says of a paused one how much waits for it to go on', async () => {
    const reason = { code: 'policy-paused', sentence: 'The policy is paused.', params: {} };
    const activity = { kind: 'paused', taskCount: 34, reason } as const;
    open([policyWith({ state: 'paused', pausedAt: '2026-01-01T00:00:00.000Z', activity, lastReason: reason })]);
    const row = await screen.findByRole('row', { name: /to the stages/ }, { timeout: timeoutMs });
    expect(within(row).getByText('paused')).toBeDefined();
    expect(within(row).getByText('34 tasks wait')).toBeDefined();
    expect(within(row).getByText('The policy is paused.').dataset['tone']).toBe('neutral');
  });

  it('says of one that is paused into a destination into which, and lists only what is paused', async () => {
    const [first, second] = policyWith().destinations;
    if (first === undefined || second === undefined) throw new Error('The policy has no destinations.');
    const paused = { ...second, pausedAt: '2026-01-01T00:00:00.000Z' };
    const { calls } = open([policyWith({ destinations: [first, paused] })], 'admin', '/replication?state=paused');
    const row = await screen.findByRole('row', { name: /to the stages/ }, { timeout: timeoutMs });
    expect(within(row).getByText('paused into production')).toBeDefined();
    expect(calls.some(({ path }) => path.startsWith('/policies?') && path.includes('state=paused'))).toBe(true);
    expect(screen.getByRole('button', { name: 'paused' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('explains itself when it is empty, and offers the first policy only to whoever may make one', async () => {
    open([]);
    expect(await screen.findByText('No policies yet', {}, { timeout: timeoutMs })).toBeDefined();
    expect(screen.getAllByRole('link', { name: 'New policy' }).length).toBeGreaterThan(0);
  });

  it('shows a guest no control that would be refused', async () => {
    open([policyWith({ project: 'payments' })], 'guest');
    await screen.findByRole('row', { name: /to the stages/ }, { timeout: timeoutMs });
    expect(screen.queryByRole('link', { name: 'New policy' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Actions for to the stages' })).toBeNull();
  });

  it('runs and pauses from the row, and asks before it disables', async () => {
    const user = userEvent.setup();
    const { calls } = open([policyWith()]);
    const choose = async (name: string) => {
      const button = await screen.findByRole('button', { name: 'Actions for to the stages' }, { timeout: timeoutMs });
      await user.click(button);
      await user.click(await screen.findByRole('menuitem', { name }, { timeout: timeoutMs }));
    };
    const posted = () =>
      calls.filter(({ method, path }) => method === 'POST' && path.startsWith('/policies/')).map(({ path }) => path);
    const base = `/policies/${policyWith().id}`;
    await choose('Run now');
    await waitFor(() => expect(posted()).toEqual([`${base}/run`]));
    await choose('Pause');
    await waitFor(() => expect(posted()).toEqual([`${base}/run`, `${base}/pause`]));
    await choose('Disable');
    const dialog = await screen.findByRole('dialog', { name: 'Disable to the stages?' }, { timeout: timeoutMs });
    expect(posted()).toHaveLength(2);
    await user.click(within(dialog).getByRole('button', { name: 'Disable policy' }));
    await waitFor(() => expect(posted().at(-1)).toBe(`${base}/disable`));
  }, 90_000);

  it('asks the server for what the address says', async () => {
    const { calls } = open([], 'admin', '/replication?q=branches&sort=-changed');
    await screen.findByText('No policy fits “branches”', {}, { timeout: timeoutMs });
    const asked = calls.find(({ path }) => path.startsWith('/policies'));
    expect(asked?.path).toContain('q=branches');
    expect(asked?.path).toContain('sort=-changed');
  });
});
