import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Promotion } from 'bff/contract/promotions';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi, Refusal, sentBodies } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { dismissToast, currentToasts } from '../../ui/toast.ts';
import { PromotionsPage } from './PromotionsPage.tsx';

const digest = `sha256:${'a'.repeat(64)}`;
const previous = `sha256:${'b'.repeat(64)}`;
const promotion = (more: Partial<Promotion> = {}): Promotion => ({
  id: '0190b3a0-0000-7000-8000-00000000000a',
  kind: 'promotion',
  project: 'payments',
  repository: 'payments/api',
  tag: '2.7.3',
  digest,
  source: { registryId: 'development', environment: 'development' },
  environment: 'production',
  targets: [{ registryId: 'production', previousDigest: previous }],
  state: 'done',
  comment: 'Tested by hand',
  requestedBy: 'ada',
  isOwn: false,
  needsApproval: false,
  decision: null,
  sourceDigest: digest,
  executionId: null,
  undoOf: null,
  isUndoable: false,
  reason: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: null,
  finishedAt: null,
  ...more,
});
const waiting = (more: Partial<Promotion> = {}) =>
  promotion({ state: 'waiting', needsApproval: true, expiresAt: '2026-01-08T00:00:00.000Z', ...more });
const path = {
  steps: [
    { environment: 'development', needsApproval: false },
    { environment: 'production', needsApproval: true },
  ],
  isDefault: false,
  others: [],
  version: 3,
};
const setBack = { code: 'none-known', sentence: 'The policy “to the sites” replaces 2.7.3 in production.', params: {} };
const pushes = [...people.developer.actions];
const reads = [...people.guest.actions];

function open(
  items: readonly Promotion[],
  access: Parameters<typeof projectWith>[0] = { development: pushes, production: pushes },
  answers: Record<string, unknown> = {},
) {
  const inState = (state: string) => items.filter((one) => one.state === state);
  const calls = pretendApi({
    'GET /projects/payments': projectWith(access),
    'GET /projects/payments/promotion-path': path,
    'GET /promotion-approvals': { items: [], total: 0 },
    'GET /projects/payments/promotions': ({ path: asked }: { path: string }) => ({
      items: asked.includes('state=waiting') ? inState('waiting') : items,
      nextCursor: null,
      total: null,
    }),
    ...answers,
  });
  renderAt(
    '/projects/payments/promotions',
    <PromotionsPage />,
    [
      [sessionQuery().queryKey, sessionOf('developer')],
      [directoryQuery().queryKey, { items: [registryEntry('development'), registryEntry('production')] }],
    ],
    '/projects/:project/promotions',
  );
  return calls;
}
const card = async () => within(await screen.findByRole('region', { name: 'Waiting for approval' }));

beforeAll(() => loadWords('en', 'promotions', 'project-frame'));
setUpPages();
afterEach(() => {
  for (const { id } of currentToasts()) dismissToast(id);
});

describe('what waits', () => {
  it('is approved by somebody else, with what it replaces beforehand and a word afterwards', async () => {
    const user = userEvent.setup();
    const calls = open([waiting()], undefined, {
      [`POST /promotions/${promotion().id}/approve`]: promotion({ state: 'copying' }),
      [`GET /promotions/${promotion().id}/preview`]: { cautions: [setBack] },
    });
    await user.click(await (await card()).findByRole('button', { name: 'Approve' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Approve payments/api:2.7.3 into production?' }));
    expect((await dialog.findByRole('status')).textContent).toBe(setBack.sentence);
    expect(dialog.getByText(/production: /).textContent).toContain('becomes');
    await user.type(dialog.getByRole('textbox', { name: 'Comment' }), 'Looks good');
    await user.click(dialog.getByRole('button', { name: 'Approve' }));
    await waitFor(() => expect(sentBodies(calls, 'POST')).toEqual([{ comment: 'Looks good' }]));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('cannot be approved by who asked for it; it can be taken back', async () => {
    open([waiting({ isOwn: true })]);
    const own = await card();
    expect((await own.findAllByRole('button', { name: /^(?!Copy)/ })).map(({ textContent }) => textContent)).toEqual([
      'Withdraw',
    ]);
    expect(own.getByText(/somebody else has to approve it/)).toBeDefined();
  });

  it('offers nothing to who may not push there', async () => {
    open([waiting()], { development: pushes, production: reads });
    const other = await card();
    expect(other.queryByRole('button', { name: 'Approve' })).toBeNull();
    expect(other.getByText(/Whoever may push into that environment can approve it/)).toBeDefined();
  });

  it('says that the tag has moved on at the source meanwhile', async () => {
    open([waiting({ sourceDigest: previous })]);
    expect((await card()).getByText(/The tag has moved on at the source/)).toBeDefined();
  });

  it('keeps the dialog open with the sentence of a refusal', async () => {
    const user = userEvent.setup();
    const detail = 'This promotion has been approved already.';
    open([waiting()], undefined, {
      [`POST /promotions/${promotion().id}/decline`]: new Refusal(409, 'promotion-not-waiting', { detail }),
    });
    await user.click(await (await card()).findByRole('button', { name: 'Decline' }));
    await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Decline' }));
    expect((await screen.findByRole('alert')).textContent).toContain(detail);
  });
});

describe('the history', () => {
  it('says who promoted what from where to where, who approved it, and why it failed', async () => {
    open([
      promotion({
        state: 'failed',
        executionId: '0190b3a0-0000-7000-8000-00000000000b',
        decision: { by: 'otto', at: '2026-01-01T01:00:00.000Z', comment: 'Fine' },
        reason: { code: 'no-such-code', sentence: 'production refused the connection.', params: {} },
      }),
    ]);
    const table = within(await screen.findByRole('table', { name: 'History' }));
    const row = table.getAllByRole('row')[1] as HTMLElement;
    expect(row.textContent).toMatch(/api:2\.7\.3.*development→production.*adaTested by hand.*approved by ottoFine/);
    expect(row.textContent).toMatch(/failed See the copyproduction refused the connection\./);
    expect(within(row).getByRole('link', { name: 'See the copy' }).getAttribute('href')).toMatch(
      /\/replication\/executions\/0190b3a0/,
    );
  });

  it('offers the undo of what can be undone, to who may push there, and says what comes back', async () => {
    const user = userEvent.setup();
    const calls = open([promotion({ isUndoable: true })], undefined, {
      [`POST /promotions/${promotion().id}/undo`]: promotion({ kind: 'undo', state: 'copying' }),
    });
    await user.click(await screen.findByRole('button', { name: 'Undo the promotion of payments/api:2.7.3' }));
    const dialog = within(screen.getByRole('dialog', { name: 'Undo payments/api:2.7.3 in production?' }));
    expect(dialog.getByText(/production: /).textContent).toMatch(/aaa.*becomes.*bbb/);
    await user.click(dialog.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(sentBodies(calls, 'POST')).toEqual([{ comment: '' }]));
  });

  it('says of a tag that was new there that no earlier one can be put back', async () => {
    const targets = [{ registryId: 'production', previousDigest: null }];
    open([promotion({ targets }), promotion({ id: '0190b3a0-0000-7000-8000-0000000000ff' })]);
    const table = within(await screen.findByRole('table', { name: 'History' }));
    expect(table.getAllByText('New there: no earlier one to put back')).toHaveLength(1);
    expect(table.queryByRole('button', { name: /^Undo/ })).toBeNull();
  });

  it('offers no undo where it would be refused', async () => {
    open([promotion({ isUndoable: true })], { development: pushes, production: reads });
    await screen.findByRole('table', { name: 'History' });
    expect(screen.queryByRole('button', { name: /^Undo/ })).toBeNull();
  });
});

describe('the path', () => {
  it('shows its steps and where approval is needed, and is not offered for change to a developer', async () => {
    open([]);
    const region = within(await screen.findByRole('region', { name: 'Path' }));
    expect(region.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      'development',
      '→with approvalproduction',
    ]);
    expect(region.queryByRole('button', { name: 'Change the path' })).toBeNull();
    expect(await screen.findByText('Nothing was promoted yet')).toBeDefined();
  });

  it('is changed by who manages every environment', async () => {
    const user = userEvent.setup();
    const all = [...pushes, 'project.manage' as const];
    const saved = { ...path, version: 4, steps: path.steps.toReversed() };
    const calls = open([], { development: all, production: all }, { 'PUT /projects/payments/promotion-path': saved });
    await user.click(await screen.findByRole('button', { name: 'Change the path' }));
    const drawer = within(await screen.findByRole('dialog', { name: 'Change the path' }));
    await user.click(drawer.getByRole('button', { name: 'Move production up' }));
    await user.click(drawer.getByRole('checkbox', { name: 'Approval is needed into development' }));
    await user.click(drawer.getByRole('button', { name: 'Save the path' }));
    await waitFor(() =>
      expect(sentBodies(calls, 'PUT')).toEqual([
        {
          version: 3,
          steps: [
            { environment: 'production', needsApproval: false },
            { environment: 'development', needsApproval: true },
          ],
        },
      ]),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });
});
