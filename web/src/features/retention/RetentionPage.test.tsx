import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { RetentionPlan, RetentionPreview, RetentionRun } from 'bff/contract/retention';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, Refusal, sentBodies } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { currentToasts, dismissToast } from '../../ui/toast.ts';
import { RetentionPage } from './RetentionPage.tsx';

const planId = '0190b3a0-0000-7000-8000-00000000000a';
const runId = '0190b3a0-0000-7000-8000-00000000000b';
const content = {
  repositories: { include: ['**'], exclude: ['tools'] },
  rules: [
    { kind: 'newest' as const, count: 10 },
    { kind: 'tags' as const, patterns: ['v*', 'latest'] },
  ],
};
const run = (more: Partial<RetentionRun> = {}): RetentionRun => ({
  id: runId,
  planId,
  project: 'payments',
  environment: 'development',
  planVersion: 1,
  content,
  isScheduled: false,
  askedBy: 'ada',
  state: 'done',
  heldBack: null,
  decidedBy: null,
  reason: null,
  leftOut: [],
  keepCount: 40,
  deleteCount: 3,
  freedBytes: null,
  trashedCount: 2,
  sparedCount: 1,
  failedCount: 0,
  asOf: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  ...more,
});
const plan = (more: Partial<RetentionPlan> = {}): RetentionPlan => ({
  ...content,
  id: planId,
  environment: 'development',
  isEnabled: true,
  schedule: null,
  version: 7,
  nextRunAt: null,
  createdBy: 'ada',
  changedBy: 'ada',
  changedAt: '2026-01-01T00:00:00.000Z',
  lastRun: null,
  ...more,
});
const preview = (more: Partial<RetentionPreview> = {}): RetentionPreview => ({
  tagCount: 43,
  keepCount: 40,
  deleteCount: 3,
  freedBytes: 2_000_000,
  many: [],
  manyCount: 0,
  leftOut: [],
  cautions: [],
  pulls: [],
  asOf: '2026-01-01T00:00:00.000Z',
  rows: [],
  nextCursor: null,
  rowCount: 43,
  ...more,
});
const plans = '/projects/payments/retention-plans';
const held = run({
  state: 'held',
  finishedAt: null,
  trashedCount: 0,
  sparedCount: 0,
  heldBack: { code: 'retention-many', sentence: 'payments/api would lose 3 / 3 of its tags.', params: {} },
});

function open(items: readonly RetentionPlan[], actions: readonly string[], answers: Record<string, unknown> = {}) {
  const access = { development: actions as (typeof people.admin.actions)[number][] as never };
  const calls = pretendApi({
    'GET /projects/payments': projectWith(access),
    'GET /projects/payments/members': { environments: ['development'], items: [] },
    [`GET ${plans}`]: { items },
    'GET /projects/payments/retention-runs': {
      items: items.flatMap(({ lastRun }) => lastRun ?? []),
      nextCursor: null,
      total: null,
    },
    'GET /promotion-approvals': { items: [], total: 0 },
    ...answers,
  });
  renderAt(
    '/projects/payments/retention',
    <RetentionPage />,
    [
      [sessionQuery().queryKey, sessionOf('developer')],
      [directoryQuery().queryKey, { items: [registryEntry('development')] }],
    ],
    '/projects/:project/retention',
  );
  return calls;
}
const owner = people.admin.actions;
const maintainer = [...people.developer.actions, 'artifact.delete'];

beforeAll(() => loadWords('en', 'retention', 'project-frame'));
setUpPages();
afterEach(() => {
  for (const { id } of currentToasts()) dismissToast(id);
});

describe('The plans of a project', () => {
  it('are sentences, with what the last run did', async () => {
    open([plan({ lastRun: run() })], owner);
    const card = within(await screen.findByRole('article'));
    expect(card.getByText('In all repositories, but not tools', { exact: false }).textContent).toBe(
      'In all repositories, but not tools keep',
    );
    expect(card.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      'the newest 10 of each repository',
      'tags named v* and latest',
    ]);
    expect(card.getByText('2 into the trash · 1 spared · 40 kept')).toBeTruthy();
    expect(card.getByText('Runs by hand only')).toBeTruthy();
    expect(await screen.findByText('asked for by ada')).toBeTruthy();
  });

  it('say the next step where there is none, and offer it only to those who may', async () => {
    open([], owner);
    expect(await screen.findByText('Nothing is cleaned up by itself')).toBeTruthy();
    expect(await screen.findByRole('link', { name: 'Add a plan' })).toBeTruthy();
  });

  it('offer nothing that would be refused', async () => {
    open([plan(), plan({ id: runId, environment: null })], people.guest.actions);
    expect(await screen.findAllByRole('article')).toHaveLength(2);
    for (const name of ['Run now…', 'Change', 'Remove…']) expect(screen.queryByRole('button', { name })).toBeNull();
    expect(screen.queryByRole('link', { name: 'Add a plan' })).toBeNull();
  });

  it('that could not be read say why, and can be asked for again', async () => {
    open([], owner, { [`GET ${plans}`]: new Refusal(403, 'permission-missing') });
    expect(await screen.findByText('The plans could not be read')).toBeTruthy();
  });
});

describe('Running a plan', () => {
  it('says exactly what would go, and sends what was seen', async () => {
    const calls = open([plan()], maintainer, {
      [`POST ${plans}/preview`]: preview(),
      [`POST ${plans}/${planId}/runs`]: run({ state: 'planning', finishedAt: null }),
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Run now…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Run this plan now?' }));
    expect(await dialog.findByText(/3 tags go into the trash, 40 stay\./)).toBeTruthy();
    expect(dialog.queryByRole('checkbox')).toBeNull();
    await userEvent.click(dialog.getByRole('button', { name: 'Put 3 tags into the trash' }));
    await waitFor(() =>
      expect(sentBodies(calls, 'POST').at(-1)).toEqual({ version: 7, expectedCount: 3, acceptsMany: false }),
    );
  });

  it('wants a word of its own where it is many, and names the repositories and what is left out', async () => {
    const calls = open([plan()], maintainer, {
      [`POST ${plans}/preview`]: preview({
        manyCount: 1,
        many: [{ registryId: 'development', repository: 'payments/api', deleteCount: 3, tagCount: 4 }],
        leftOut: [
          { registryId: 'b', reason: { code: 'retention-unreachable', sentence: 'B does not answer.', params: {} } },
        ],
      }),
      [`POST ${plans}/${planId}/runs`]: run({ state: 'planning', finishedAt: null }),
    });
    await userEvent.click(await screen.findByRole('button', { name: 'Run now…' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Run this plan now?' }));
    expect(await dialog.findByText('development payments/api: 3 of 4')).toBeTruthy();
    expect(dialog.getByText('B does not answer.')).toBeTruthy();
    const button = dialog.getByRole<HTMLButtonElement>('button', { name: 'Put 3 tags into the trash' });
    expect(button.disabled).toBe(true);
    await userEvent.click(dialog.getByRole('checkbox'));
    await userEvent.click(button);
    await waitFor(() => expect(sentBodies(calls, 'POST').at(-1)).toMatchObject({ acceptsMany: true }));
  });

  it('is not offered where nothing would go, nor while another run is open', async () => {
    open([plan(), plan({ id: runId, lastRun: held })], maintainer, {
      [`POST ${plans}/preview`]: preview({ deleteCount: 0, keepCount: 43 }),
    });
    const [first, second] = await screen.findAllByRole<HTMLButtonElement>('button', { name: 'Run now…' });
    expect(second?.disabled).toBe(true);
    if (first !== undefined) await userEvent.click(first);
    const dialog = within(await screen.findByRole('dialog'));
    expect(await dialog.findByText(/No tag would go/)).toBeTruthy();
    expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Nothing to do' }).disabled).toBe(true);
  });
});

describe('A run that waits for a word', () => {
  it('is declined with one click, and allowed by typing the project’s name', async () => {
    const calls = open([plan({ lastRun: held })], maintainer, {
      [`POST /retention-runs/${runId}/decline`]: run({ state: 'declined' }),
      [`POST /retention-runs/${runId}/confirm`]: run({ state: 'deleting', finishedAt: null }),
    });
    const box = within(await screen.findByRole('region', { name: 'Waits for a word' }));
    expect(box.getByText('payments/api would lose 3 / 3 of its tags.')).toBeTruthy();
    await userEvent.click(box.getByRole('button', { name: 'Keep all of them' }));
    await waitFor(() => expect(calls.at(-1)?.path).toBeDefined());
    expect(calls.some(({ path }) => path.endsWith('/decline'))).toBe(true);
    await userEvent.click(box.getByRole('button', { name: 'Let them go…' }));
    const dialog = within(await screen.findByRole('dialog'));
    const button = dialog.getByRole<HTMLButtonElement>('button', { name: 'Put 3 tags into the trash' });
    expect(button.disabled).toBe(true);
    await userEvent.type(dialog.getByRole('textbox'), 'payments');
    await userEvent.click(button);
    await waitFor(() => expect(calls.some(({ path }) => path.endsWith('/confirm'))).toBe(true));
  });

  it('is only told of to those who may not delete there', async () => {
    open([plan({ lastRun: held })], people.developer.actions);
    const box = within(await screen.findByRole('region', { name: 'Waits for a word' }));
    expect(box.queryByRole('button')).toBeNull();
    expect(box.getByText('Whoever may delete there can say yes or no.')).toBeTruthy();
  });
});
