import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi } from '../../testing/api.ts';
import { pretendMedia } from '../../testing/layout.ts';
import { type people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { PolicyPage } from './PolicyPage.tsx';
import { executionWith, plannedWork, policyWith, previewWith } from '../../testing/policies.ts';
import { taskWith } from '../../testing/tasks.ts';

const registries = ['development', 'testing', 'production'].map((id) => registryEntry(id));
const wait = { timeout: 10_000 };
const policy = policyWith();
const reason = { code: 'none-known', sentence: '31 of 148 tags would be deleted.', params: {} };
const held = executionWith({
  state: 'running',
  heldBack: reason,
  planned: plannedWork({ delete: 31, upToDate: 117 }),
});
const heldTags = ['1.0', '1.1', '1.2'];
const deletionOf = (tag: string) =>
  taskWith({
    id: `019e8c1b-0000-7000-8000-0000000000${tag.replace('.', '')}`,
    kind: 'delete',
    state: 'waiting',
    destination: { registryId: 'testing', repository: 'payments/api', tag },
  });

const byHand = { ...policy.content, onPush: false };
const { id, state, createdAt, finishedAt } = held;
const atTwo = { ...byHand, schedule: { cron: '0 2 * * *', timeZone: 'UTC' } };
const lastLook = { at: policy.changedAt, found: plannedWork({ upToDate: 117 }) };
const lastExecution = { id, state, trigger: 'manual', createdAt, finishedAt } as const;

function open(answers: Record<string, unknown> = {}, who: keyof typeof people = 'admin', search = '') {
  const calls = pretendApi({
    'GET /registry-directory': { items: registries },
    [`GET /policies/${policy.id}`]: policy,
    'GET /executions': { items: [], nextCursor: null, total: 0 },
    ...answers,
  });
  const known = [[sessionQuery().queryKey, sessionOf(who)]] as const;
  const url = `/replication/policies/${policy.id}${search}`;
  return { calls, ...renderAt(url, <PolicyPage />, known, '/replication/policies/:policyId') };
}
const posted = (calls: ReturnType<typeof pretendApi>) =>
  calls.filter(({ method }) => method === 'POST').map(({ path }) => path);

beforeAll(() => loadWords('en', 'policies', 'tasks', 'domain'));
setUpPages();

describe('the page of a policy', () => {
  it('says in words what the policy does', async () => {
    open();
    expect(await screen.findByText('those matching release-*, but not *-rc', {}, wait)).toBeDefined();
    expect(screen.getByText('of each repository only the 10 latest pushed tags')).toBeDefined();
    expect(screen.getByText('what the source deletes stays at the destinations')).toBeDefined();
  });

  it.each([
    ['after what it does, beside which they stand', '', false],
    ['first where one is below the other, with what was found', '(max-width: 1099.95px)', true],
  ])('tells of its destinations %s', async (_words, matching, isFirst) => {
    pretendMedia((query) => query === matching);
    open({ [`GET /policies/${policy.id}`]: policyWith({ content: atTwo, lastLook }) });
    const destinations = await screen.findByRole('region', { name: 'Destinations' }, wait);
    const whatItDoes = screen.getByText('those matching release-*, but not *-rc');
    const isBefore = destinations.compareDocumentPosition(whatItDoes) & Node.DOCUMENT_POSITION_FOLLOWING;
    expect(isBefore !== 0).toBe(isFirst);
    expect(within(destinations).queryAllByText('Last looked', { exact: false })).toHaveLength(isFirst ? 1 : 0);
    expect(screen.getAllByText('Last looked', { exact: false })).toHaveLength(1);
  });

  it('pauses one destination and goes on with another, with its reason', async () => {
    const user = userEvent.setup();
    const [first, second] = policy.destinations;
    if (first === undefined || second === undefined) throw new Error('It has two destinations.');
    const broken = { code: 'none-known', sentence: 'testing refused the connection.', params: {} };
    const stands = policyWith({
      destinations: [
        { ...first, reason: broken },
        { ...second, pausedAt: policy.changedAt, pausedBy: 'lin' },
      ],
    });
    const { calls } = open({ [`GET /policies/${policy.id}`]: stands });
    expect(await screen.findByText('testing refused the connection.', {}, wait)).toBeDefined();
    expect(screen.getByText('paused by lin')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Pause testing' }));
    await user.click(screen.getByRole('button', { name: 'Resume production' }));
    const base = `/policies/${policy.id}/destinations`;
    await waitFor(() => expect(posted(calls)).toEqual([`${base}/testing/pause`, `${base}/production/resume`]));
  });

  it('is resumed by the button that runs it otherwise', async () => {
    const user = userEvent.setup();
    const { calls } = open({
      [`GET /policies/${policy.id}`]: policyWith({ pausedAt: policy.changedAt, pausedBy: 'lin', state: 'paused' }),
    });
    await user.click(await screen.findByRole('button', { name: 'Resume' }, wait));
    await waitFor(() => expect(posted(calls)).toEqual([`/policies/${policy.id}/resume`]));
    expect(screen.queryByRole('button', { name: 'Run now' })).toBeNull();
  });

  it.each<[string, Parameters<typeof policyWith>[0]]>([
    ['kept in step', {}],
    ['not kept in step while it is disabled', { isEnabled: false, state: 'disabled' }],
    ['waits until the policy is resumed', { pausedAt: policy.changedAt, state: 'paused' }],
    ['nothing has run yet', { content: byHand }],
    ['as the last run left it', { content: byHand, lastExecution }],
    ['kept in step', { content: atTwo, lastLook }],
    ['being copied to', { destinations: policy.destinations.map((one) => ({ ...one, openTaskCount: 2 })) }],
  ])('says of its destinations: %s', async (words, more) => {
    open({ [`GET /policies/${policy.id}`]: policyWith(more) });
    expect(await screen.findAllByText(words, {}, wait)).toHaveLength(policy.destinations.length);
  });

  it('says when it last looked, and what there was to say, where no run came of it', async () => {
    const found = plannedWork({ differs: 2, upToDate: 117 });
    const looked = policyWith({ content: atTwo, lastLook: { ...lastLook, found } });
    open({ [`GET /policies/${policy.id}`]: looked }, 'admin', '?tab=runs');
    expect(await screen.findByText('to the stages found nothing to do.', {}, wait)).toBeDefined();
    expect(document.body.textContent).toMatch(/Last looked .* · 2 differ and stay, 117 up to date/);
    expect(screen.queryByText('It has not run yet')).toBeNull();
  });

  it('says for which registry running copies wait before any of them has failed', async () => {
    const down = registries.map((registry) => (registry.id === 'testing' ? { ...registry, health: 'down' } : registry));
    open({
      'GET /registry-directory': { items: down },
      [`GET /policies/${policy.id}`]: policyWith({
        destinations: policy.destinations.map((one) => ({ ...one, openTaskCount: 2 })),
      }),
    });
    expect(await screen.findByText('waits for testing, which does not answer', {}, wait)).toBeDefined();
    expect(screen.getAllByText('being copied to')).toHaveLength(policy.destinations.length - 1);
  });

  it('lets many deletions happen only after it has named them and the policy’s name was typed', async () => {
    const user = userEvent.setup();
    const { calls } = open({
      'GET /executions': { items: [held], nextCursor: null, total: 1 },
      'GET /tasks': { items: heldTags.map((tag) => deletionOf(tag)), nextCursor: null, total: 31 },
    });
    const notice = await screen.findByRole('region', { name: 'Deletions wait for a person’s word' }, wait);
    expect(within(notice).getByText('31 of 148 tags would be deleted.')).toBeDefined();
    await user.click(within(notice).getByRole('button', { name: 'Delete them' }));
    const dialog = await screen.findByRole('dialog', { name: 'Let the deletions happen?' }, wait);
    const touched = await within(dialog).findAllByRole('listitem', {}, wait);
    expect(touched.map(({ textContent }) => textContent)).toEqual([
      ...heldTags.map((tag) => `payments/api:${tag} testing`),
      '28 more tags',
    ]);
    const yes = within(dialog).getByRole('button', { name: 'Delete them' });
    expect(yes.hasAttribute('disabled')).toBe(true);
    await user.type(within(dialog).getByRole('textbox'), policy.name);
    await user.click(yes);
    await waitFor(() => expect(posted(calls)).toEqual([`/executions/${held.id}/confirm`]));
  }, 90_000);

  it('asks once about several runs, and the answer is for all of them', async () => {
    const user = userEvent.setup();
    const other = executionWith({
      ...held,
      id: '019e8c1b-0000-7000-8000-0000000000f1',
      planned: plannedWork({ delete: 2 }),
    });
    const { calls } = open({
      'GET /executions': { items: [held, other], nextCursor: null, total: 2 },
      'GET /tasks': { items: [deletionOf('1.0')], nextCursor: null, total: 1 },
      [`POST /executions/${held.id}/confirm`]: held,
      [`POST /executions/${other.id}/confirm`]: other,
    });
    const notice = await screen.findByRole('region', { name: 'Deletions wait for a person’s word' }, wait);
    expect(notice.textContent).toContain('If you say yes, 33 tags go into the trash');
    expect(within(notice).getAllByRole('link', { name: 'See which' })).toHaveLength(2);
    // The figures of one are not those of all.
    expect(within(notice).queryByText('31 of 148 tags would be deleted.')).toBeNull();
    await user.click(within(notice).getByRole('button', { name: 'Delete them' }));
    const dialog = await screen.findByRole('dialog', { name: 'Let the deletions happen?' }, wait);
    await user.type(within(dialog).getByRole('textbox'), policy.name);
    await user.click(within(dialog).getByRole('button', { name: 'Delete them' }));
    await waitFor(() => expect(posted(calls)).toEqual([held, other].map((each) => `/executions/${each.id}/confirm`)));
  }, 90_000);

  it('declines them', async () => {
    const { calls } = open({ 'GET /executions': { items: [held], nextCursor: null, total: 1 } });
    const no = await screen.findByRole('button', { name: 'Do not delete' }, wait);
    await userEvent.setup().click(no);
    await waitFor(() => expect(posted(calls)).toEqual([`/executions/${held.id}/decline`]));
  });

  it('tells a reader of it, and offers no control that would be refused', async () => {
    open(
      {
        [`GET /policies/${policy.id}`]: policyWith({ project: 'payments' }),
        'GET /projects/payments': projectWith({ development: ['catalog.read'], testing: ['member.read'] }),
        'GET /executions': { items: [held], nextCursor: null, total: 1 },
      },
      'guest',
    );
    const notice = await screen.findByRole('region', { name: 'Deletions wait for a person’s word' }, wait);
    expect(within(notice).queryByRole('button')).toBeNull();
    for (const name of ['Run now', 'Edit', 'Pause testing', 'Actions for to the stages']) {
      expect(screen.queryByRole('button', { name })).toBeNull();
      expect(screen.queryByRole('link', { name })).toBeNull();
    }
  });

  it('says who is told of it, and leads to another notice', async () => {
    const notice = { id: 'n-1', name: 'Pager', policyId: policy.id, isDisabled: false };
    const items = [notice, { ...notice, id: 'n-2', policyId: null }, { ...notice, id: 'n-3', policyId: 'another' }];
    open({
      'GET /notices': { items, mayManage: true, mail: { isConfigured: false, from: null }, outageAfterMinutes: 10 },
    });
    const notices = await screen.findByRole('region', { name: 'Notices of this policy' }, wait);
    const linkTo = (name: string) => within(notices).getByRole('link', { name }).getAttribute('href');
    expect(linkTo('Pager')).toBe('/settings/notices?edit=n-1');
    expect(linkTo('1 notice of all copies tells of it, too')).toBe('/settings/notices');
    expect(linkTo('New notice of this policy')).toBe(`/settings/notices?edit=NEW&policy=${policy.id}`);
  });

  it('asks for the notices of its project only where the reader manages all of it', async () => {
    const path = '/projects/payments/notices';
    const answers = (access: Parameters<typeof projectWith>[0]) => ({
      [`GET /policies/${policy.id}`]: policyWith({ project: 'payments' }),
      'GET /projects/payments': projectWith(access),
      [`GET ${path}`]: {
        items: [],
        mayManage: true,
        mail: { isConfigured: false, from: null },
        outageAfterMinutes: 10,
      },
    });
    const { unmount } = open(answers({ testing: ['project.manage'], production: ['project.manage'] }), 'guest');
    const add = await screen.findByRole('link', { name: 'New notice of this policy' }, wait);
    expect(add.getAttribute('href')).toBe(`${path}?edit=NEW&policy=${policy.id}`);
    unmount();
    const { calls } = open(answers({ testing: ['project.manage'], production: ['member.read'] }), 'guest');
    await screen.findAllByText('kept in step', {}, wait);
    expect(calls.some((made) => made.path === path)).toBe(false);
  });

  it('repairs the drift that its dry run shows', async () => {
    const { calls } = open(
      { [`GET /policies/${policy.id}/preview`]: previewWith(), [`POST /policies/${policy.id}/run`]: executionWith() },
      'admin',
      '?tab=preview',
    );
    await userEvent.setup().click(await screen.findByRole('button', { name: 'Repair drift' }, wait));
    await waitFor(() => expect(posted(calls)).toEqual([`/policies/${policy.id}/run`]));
  });

  it('follows in its dry run what was repaired', async () => {
    let planned = plannedWork({ copy: 31, upToDate: 117 });
    const { calls, happen } = open(
      { [`GET /policies/${policy.id}/preview`]: () => previewWith({ planned }) },
      'admin',
      '?tab=preview',
    );
    await screen.findByRole('button', { name: 'Repair drift' }, wait);
    const readings = () => calls.filter(({ path }) => path.includes('/preview')).length;
    const before = readings();
    const tag = { repository: 'payments/api', name: 'release-1', digest: null, at: policy.changedAt };
    act(() => happen({ name: 'tag', payload: { ...tag, registryId: 'elsewhere' } }));
    planned = plannedWork({ upToDate: 148 });
    act(() => happen({ name: 'tag', payload: { ...tag, registryId: 'production' } }));
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Repair drift' })).toBeNull());
    expect(readings()).toBe(before + 1);
  });
});
