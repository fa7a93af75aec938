import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Notice, NoticeDelivery } from 'bff/contract/notices';
import { placeActions } from 'bff/contract/permissions';
import { beforeAll, describe, expect, it } from 'vitest';
import { pretendApi, Refusal, sentBodies } from '../../testing/api.ts';
import { policyWith } from '../../testing/policies.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { ProjectNoticesPage } from './ProjectNoticesPage.tsx';

const notice: Notice = {
  id: '5e0ea9d8-0f3c-4a44-9a3c-1d8a1c1a2b3c',
  name: 'Pager',
  project: 'payments',
  policyId: null,
  channel: 'webhook',
  url: 'https://pager.example/hook',
  recipients: [],
  language: 'en',
  kinds: ['failed', 'recovered'],
  isDisabled: false,
  lastDelivery: null,
  createdBy: 'mara',
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 3,
};
const delivery: NoticeDelivery = {
  id: '6e0ea9d8-0f3c-4a44-9a3c-1d8a1c1a2b3c',
  event: 'execution.failed',
  executionId: '7e0ea9d8-0f3c-4a44-9a3c-1d8a1c1a2b3c',
  state: 'failed',
  attempt: 1,
  attemptsAllowed: 8,
  nextAttemptAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  attempts: [
    {
      number: 1,
      at: '2026-01-01T00:00:00.000Z',
      durationMs: 120,
      status: 404,
      answer: '<b>no such hook</b>',
      reason: { code: 'status-refused', sentence: 'The receiver answered 404.', params: { status: '404' } },
    },
  ],
};
const SECRET = 'lsw_onlyNow';
const base = '/projects/payments/notices';

function open(answers: Record<string, unknown> = {}, search = '', isConfigured = false, items = [notice]) {
  const calls = pretendApi({
    'GET /projects/payments': {
      name: 'payments',
      description: '',
      publicEnvironments: {},
      access: [{ environment: 'development', role: null, actions: placeActions }],
    },
    [`GET ${base}`]: {
      items,
      mayManage: true,
      mail: { isConfigured, from: isConfigured ? 'longshore@example.com' : null },
      outageAfterMinutes: 25,
    },
    [`POST ${base}`]: { ...notice, secret: SECRET },
    [`GET ${base}/${notice.id}/deliveries`]: { items: [delivery] },
    [`POST ${base}/${notice.id}/deliveries/${delivery.id}/redeliver`]: { ...delivery, state: 'waiting' },
    [`POST ${base}/${notice.id}/test`]: { ...delivery, event: 'test', state: 'waiting' },
    'GET /policies': { items: [], nextCursor: null, total: 0 },
    ...answers,
  });
  return { calls, ...renderAt(`${base}${search}`, <ProjectNoticesPage />, [], '/projects/:project/notices') };
}

beforeAll(() => loadWords('en', 'notices', 'project-frame'));
setUpPages();

describe('notices', () => {
  it('are made with what was chosen, and a webhook’s secret is shown once', async () => {
    const user = userEvent.setup();
    const { calls } = open({}, '', false, []);
    await user.click((await screen.findAllByRole('button', { name: 'New notice' }))[0] as HTMLElement);
    const form = await screen.findByRole('dialog', { name: 'New notice' });
    await user.click(within(form).getByRole('button', { name: 'Make it and show its secret' }));
    expect(await within(form).findByText('Give it a name of at most 100 characters.')).toBeDefined();
    expect(calls.some(({ method }) => method === 'POST')).toBe(false);
    await user.type(within(form).getByRole('textbox', { name: 'Name' }), 'Pager');
    await user.type(within(form).getByRole('textbox', { name: 'Address' }), 'https://pager.example/hook');
    await user.click(within(form).getByRole('checkbox', { name: /^works again/ }));
    await user.click(within(form).getByRole('button', { name: 'Make it and show its secret' }));
    const shown = await screen.findByRole('dialog', { name: 'The secret of Pager' });
    expect(within(shown).getByText(SECRET)).toBeDefined();
    expect(calls.find(({ method }) => method === 'POST')?.body).toEqual({
      channel: 'webhook',
      name: 'Pager',
      url: 'https://pager.example/hook',
      kinds: ['failed'],
      policyId: null,
    });
    await user.click(within(shown).getByRole('button', { name: 'I have copied it' }));
    await waitFor(() => expect(screen.queryByText(SECRET)).toBeNull());
  });

  it('of mail say what the server’s configuration lacks', async () => {
    const user = userEvent.setup();
    open({}, '?edit=NEW');
    const form = await screen.findByRole('dialog', { name: 'New notice' });
    await user.click(within(form).getByRole('combobox', { name: 'Sent as' }));
    await user.click(await screen.findByRole('option', { name: 'Mail' }));
    expect(within(form).getByRole('note').textContent).toContain('LONGSHORE_MAIL_URL');
  });

  it('say after how many minutes of waiting they are sent', async () => {
    open({}, '?edit=NEW');
    const form = await screen.findByRole('dialog', { name: 'New notice' });
    const failed = within(form).getByRole('checkbox', { name: /^failed/ });
    expect(failed.closest('label')?.textContent).toContain(
      'copies have waited for a registry for 25 min, or deletions of a policy wait for a person’s word.',
    );
  });

  it('of an outage and its end are named in the list and in the log of deliveries', async () => {
    const held = { ...delivery, event: 'pair.failing' as const, executionId: null };
    const over = { ...held, id: 'd-2', event: 'pair.recovered' as const };
    const lastDelivery = { state: 'delivered', event: 'pair.failing', at: delivery.createdAt } as const;
    open({ [`GET ${base}/${notice.id}/deliveries`]: { items: [over, held] } }, `?deliveries=${notice.id}`, false, [
      { ...notice, lastDelivery },
    ]);
    const log = await screen.findByRole('dialog', { name: 'Deliveries of Pager' });
    expect(await within(log).findByText('Copying is held up')).toBeDefined();
    expect(within(log).getByText('Copying works again')).toBeDefined();
    expect(within(log).queryByRole('link', { name: 'Show the copy' })).toBeNull();
    expect(screen.getByText(/^Copying is held up ·/)).toBeDefined();
  });

  it('of deletions that wait for a word lead to their run', async () => {
    const held = { ...delivery, event: 'deletions.held' as const };
    open({ [`GET ${base}/${notice.id}/deliveries`]: { items: [held] } }, `?deliveries=${notice.id}`);
    const log = await screen.findByRole('dialog', { name: 'Deliveries of Pager' });
    expect(await within(log).findByText('Deletions held back')).toBeDefined();
    const link = within(log).getByRole<HTMLAnchorElement>('link', { name: 'Show the copy' });
    expect(link.pathname).toBe(`/replication/executions/${held.executionId}`);
  });

  it('that may not be sent to an address say so at its field', async () => {
    const user = userEvent.setup();
    open({ [`PUT ${base}/${notice.id}`]: new Refusal(400, 'notice-address-refused') }, `?edit=${notice.id}`);
    const field = await screen.findByRole('textbox', { name: 'Address' });
    await user.clear(field);
    await user.type(field, 'http://169.254.169.254/');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText(/^Notices may not be sent there/)).toBeDefined();
  });

  it('do not overwrite what a colleague saved meanwhile: both are shown', async () => {
    const user = userEvent.setup();
    const theirs = { ...notice, url: 'https://theirs.example/hook', version: 4 };
    let stored = notice;
    const { calls, client } = open(
      {
        [`GET ${base}`]: () => ({
          items: [stored],
          mayManage: true,
          mail: { isConfigured: false, from: null },
          outageAfterMinutes: 10,
        }),
        [`PUT ${base}/${notice.id}`]: ({ body }: { body: { version: number } }) =>
          body.version === 4 ? { ...theirs, version: 5 } : new Refusal(409, 'version-conflict'),
      },
      `?edit=${notice.id}`,
    );
    const name = await screen.findByRole('textbox', { name: 'Name' });
    await user.clear(name);
    await user.type(name, 'Duty');
    stored = theirs;
    await client.invalidateQueries();
    await user.click(screen.getByRole('button', { name: 'Save' }));
    const conflict = await screen.findByText(/^Somebody else changed Pager meanwhile/);
    const row = await screen.findByRole('row', { name: /^Address/ });
    expect(row.textContent).toContain('https://theirs.example/hook');
    expect(row.textContent).toContain('https://pager.example/hook');
    await user.click(screen.getByRole('button', { name: 'Take theirs' }));
    expect(screen.getByRole('textbox', { name: 'Address' })).toHaveProperty('value', theirs.url);
    expect(conflict.isConnected).toBe(false);
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Name' })).toBeNull());
    const sent = sentBodies(calls, 'PUT') as { version: number; url: string }[];
    expect(sent.map(({ version, url }) => [version, url])).toEqual([
      [3, notice.url],
      [4, theirs.url],
    ]);
  });

  it('can be about one policy, which the list names', async () => {
    const user = userEvent.setup();
    const policy = policyWith({ project: 'payments' });
    const elsewhere = policyWith({ id: 'p-2', name: 'elsewhere', project: 'other' });
    const gone = { ...notice, id: 'n-2', name: 'Old', policyId: 'gone' };
    const { calls } = open(
      { 'GET /policies': { items: [policy, elsewhere], nextCursor: null, total: 2 } },
      `?edit=NEW&policy=${policy.id}`,
      false,
      [notice, { ...notice, id: 'n-1', name: 'Stages', policyId: policy.id }, gone],
    );
    const form = await screen.findByRole('dialog', { name: 'New notice' });
    const choice = await within(form).findByRole('combobox', { name: 'Which copies' });
    await waitFor(() => expect(choice.textContent).toBe(policy.name));
    await user.click(choice);
    const options = (await screen.findAllByRole('option')).map(({ textContent }) => textContent);
    expect(options).toEqual(['All copies', policy.name]);
    await user.click(screen.getByRole('option', { name: policy.name }));
    await user.type(within(form).getByRole('textbox', { name: 'Name' }), 'Pager');
    await user.type(within(form).getByRole('textbox', { name: 'Address' }), 'https://pager.example/hook');
    await user.click(within(form).getByRole('button', { name: 'Make it and show its secret' }));
    await waitFor(() => expect(sentBodies(calls, 'POST')).toMatchObject([{ policyId: policy.id }]));
    await user.click(await screen.findByRole('button', { name: 'I have copied it' }));
    const row = (name: string) => screen.findByRole('row', { name: new RegExp(`^${name}`) });
    expect(within(await row('Stages')).getByRole('link', { name: policy.name })).toBeDefined();
    expect((await row('Pager')).textContent).toContain('All copies');
    expect((await row('Old')).textContent).toContain('a policy that is gone');
  });

  it('show what came back, as text, and are sent again', async () => {
    const user = userEvent.setup();
    const { calls } = open({}, `?deliveries=${notice.id}`);
    const log = await screen.findByRole('dialog', { name: 'Deliveries of Pager' });
    expect(await within(log).findByText('The receiver answered 404.')).toBeDefined();
    expect(within(log).getByText('<b>no such hook</b>')).toBeDefined();
    await user.click(within(log).getByRole('button', { name: 'Send again' }));
    await waitFor(() => expect(calls.some(({ path }) => path.endsWith('/redeliver'))).toBe(true));
    await user.click(within(log).getByRole('button', { name: 'Send a test' }));
    await waitFor(() => expect(calls.some(({ path }) => path.endsWith('/test'))).toBe(true));
  });

  it('are deleted after what ends was said', async () => {
    const user = userEvent.setup();
    const { calls } = open({ [`DELETE ${base}/${notice.id}`]: null }, `?remove=${notice.id}`);
    const dialog = await screen.findByRole('dialog', { name: 'Delete Pager?' });
    expect(within(dialog).getByRole('listitem').textContent).toBe('https://pager.example/hook');
    await user.click(within(dialog).getByRole('button', { name: 'Delete notice' }));
    await waitFor(() => expect(calls.some(({ method }) => method === 'DELETE')).toBe(true));
  });
});
