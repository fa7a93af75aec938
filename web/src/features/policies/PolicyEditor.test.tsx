import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Policy } from 'bff/contract/policies';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi, type PretendedCall, Refusal, sentBodies } from '../../testing/api.ts';
import { registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { EditPolicyPage, NewPolicyPage } from './PolicyEditorPage.tsx';
import { plannedWork, policyContent, policyWith, previewWith } from '../../testing/policies.ts';

const registries = ['development', 'testing', 'production'].map((id) => registryEntry(id));
const wait = { timeout: 10_000 };
const { id } = policyWith();

function pretend(answers: Record<string, unknown>) {
  return pretendApi({
    'GET /registry-directory': { items: registries },
    'GET /projects': { items: [], nextCursor: null, total: 0 },
    'POST /policy-previews': previewWith(),
    ...answers,
  });
}
const known = [[sessionQuery().queryKey, sessionOf('admin')]] as const;
const openNew = () => renderAt('/replication/policies/new', <NewPolicyPage />, known);
const openEdit = () =>
  renderAt(`/replication/policies/${id}/edit`, <EditPolicyPage />, known, '/replication/policies/:policyId/edit');

beforeAll(() => loadWords('en', 'policies', 'tasks', 'domain'));
setUpPages();

describe('the editor of a policy', () => {
  it('shows what the draft would do as soon as it says enough, and makes the policy', async () => {
    const user = userEvent.setup();
    const calls = pretend({ 'POST /policies': policyWith({ version: 1 }) });
    const { router } = openNew();
    await screen.findByRole('option', { name: 'testing' }, wait);
    expect(screen.getByText(/Choose a source, what to copy and a destination/)).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Make policy' }));
    expect(screen.getByText('Choose the registry to copy from.')).toBeDefined();
    expect(sentBodies(calls, 'POST')).toEqual([]);

    await user.type(screen.getByRole('textbox', { name: 'Name' }), 'to the stages');
    await user.selectOptions(screen.getByRole('combobox', { name: 'Source registry' }), 'development');
    await user.type(screen.getByRole('textbox', { name: 'Repositories matching' }), 'payments/**');
    await user.click(screen.getByRole('checkbox', { name: 'testing' }));
    expect(await screen.findByText('148 tags in 12 repositories', {}, wait)).toBeDefined();
    expect(screen.getByText(/31 not yet there, 2 would be replaced, 4.20 GB to copy/)).toBeDefined();

    await user.click(screen.getByRole('button', { name: 'Make policy' }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/replication/policies/${id}`), wait);
    expect(sentBodies(calls, 'POST').at(-1)).toMatchObject({
      name: 'to the stages',
      project: null,
      isEnabled: true,
      content: {
        sourceRegistryId: 'development',
        filters: { repositories: { include: ['payments/**'], exclude: [] } },
        destinations: [{ registryId: 'testing', bandwidth: null }],
      },
    });
  }, 180_000);

  it('says which names collide, and does not save them', async () => {
    const collisions = [{ to: 'mirror/api', from: ['payments/api', 'shop/api'] }];
    pretend({
      [`GET /policies/${id}`]: policyWith(),
      'POST /policy-previews': previewWith({ mapping: { examples: [], collisions } }),
    });
    openEdit();
    expect(
      await screen.findByText('“mirror/api” would be the name of payments/api and shop/api.', {}, wait),
    ).toBeDefined();
    await userEvent.setup().type(screen.getByRole('textbox', { name: 'Name' }), '!');
    expect(screen.getByRole('button', { name: 'Save as version 4' }).hasAttribute('disabled')).toBe(true);
  }, 180_000);

  it('counts a tag once for each destination, and says so', async () => {
    const destinations = ['testing', 'production'].map((registryId) => ({
      registryId,
      planned: plannedWork({ copy: 2051 }),
    }));
    pretend({
      [`GET /policies/${id}`]: policyWith(),
      'POST /policy-previews': previewWith({
        tagCount: 2051,
        planned: plannedWork({ copy: 4102, replace: 1 }),
        destinations,
      }),
    });
    openEdit();
    const words = await screen.findByText(
      /2 destinations together: 4,102 not yet there, 1 would be replaced/,
      {},
      wait,
    );
    expect(words.parentElement?.textContent).toMatch(/^2,051 tags/);
  }, 180_000);

  it('says whom it makes a master too, and what that means for differing tags', async () => {
    const user = userEvent.setup();
    pretend({
      [`GET /policies/${id}`]: policyWith(),
      'POST /policy-previews': previewWith({ masters: [{ registryId: 'testing', tagCount: 1200 }] }),
    });
    openEdit();
    const words = await screen.findByText(/is a master too: another policy brings 1,200 of these tags back/, {}, wait);
    expect(words.textContent).toMatch(/^testing is/);
    expect(screen.getByText(/^Of two different pushes the later one stays/)).toBeDefined();
    await user.click(screen.getByRole('radio', { name: 'leave it and show it as drift' }));
    expect(await screen.findByText(/^This policy only reports differing tags/, {}, wait)).toBeDefined();
    expect(screen.queryByText(/^Of two different pushes/)).toBeNull();
  }, 180_000);

  it('puts what only the server knows at its field, and says that the preview waits for it', async () => {
    const message = '“>=x y” is no range of versions; one is >=2.0.0 <3.';
    pretend({
      [`GET /policies/${id}`]: policyWith({
        content: { ...policyContent, filters: { ...policyContent.filters, semver: '>=x y' } },
      }),
      'POST /policy-previews': new Refusal(400, 'request-invalid', {
        fields: [{ path: 'content.filters.semver', message }],
      }),
    });
    openEdit();
    expect(await screen.findByText(message, {}, wait)).toBeDefined();
    expect(screen.getByRole('textbox', { name: 'Only versions in' }).getAttribute('aria-invalid')).toBe('true');
    expect(screen.getByText('It is shown again once the marked fields are right.')).toBeDefined();
    expect(screen.getByText('1 field needs another look.')).toBeDefined();
    expect(screen.queryByText('The preview could not be read')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull();
  }, 180_000);

  it('says which pattern is none, before anybody is asked', async () => {
    const user = userEvent.setup();
    pretend({ [`GET /policies/${id}`]: policyWith() });
    openEdit();
    const repositories = await screen.findByRole('textbox', { name: 'Repositories matching' }, wait);
    await user.clear(repositories);
    expect(screen.queryByText(/is no pattern/)).toBeNull();
    await user.type(repositories, 'payments/** shop/{{web,api');
    expect(
      screen.getByText(/^“shop\/\{web,api” is no pattern\. .* with a comma between: \{web,api\}\.$/),
    ).toBeDefined();
    expect(screen.getByText('1 field needs another look.')).toBeDefined();
    await user.type(repositories, '}');
    expect(screen.queryByText(/is no pattern/)).toBeNull();
    await user.type(repositories, ' payments//api');
    expect(screen.getByText(/^“payments\/\/api” fits no repository: .* nor has two in a row\./)).toBeDefined();
  }, 180_000);

  it('shows the difference, and both sides when somebody saved meanwhile, without losing input', async () => {
    const user = userEvent.setup();
    const theirs = policyWith({
      version: 4,
      content: { ...policyContent, filters: { ...policyContent.filters, newest: 5 } },
    });
    let stored: Policy = policyWith();
    const calls = pretend({
      [`GET /policies/${id}`]: () => stored,
      [`PUT /policies/${id}`]: ({ body }: PretendedCall) => {
        if ((body as { version: number }).version === 4) return policyWith({ version: 5 });
        stored = theirs;
        return new Refusal(412, 'version-conflict');
      },
    });
    const { router } = openEdit();
    const newest = await screen.findByRole('textbox', { name: 'The newest' }, wait);
    expect(screen.getByText('Nothing is changed yet.')).toBeDefined();
    await user.clear(newest);
    await user.type(newest, '20');
    const difference = screen.getByRole('table');
    expect(within(difference).getByText('of each repository only the 20 latest pushed tags')).toBeDefined();

    await user.click(screen.getByRole('button', { name: 'Save as version 4' }));
    const conflict = (await screen.findByText('Somebody else changed to the stages meanwhile.', {}, wait))
      .parentElement;
    if (conflict === null) throw new Error('The conflict stands nowhere.');
    expect(within(conflict).getByText('of each repository only the 5 latest pushed tags')).toBeDefined();
    expect(within(conflict).getByText('of each repository only the 20 latest pushed tags')).toBeDefined();
    expect(newest).toHaveProperty('value', '20');

    await user.click(screen.getByRole('button', { name: 'Save as version 5' }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/replication/policies/${id}`), wait);
    expect(sentBodies(calls, 'PUT')).toMatchObject([
      { version: 3, content: { filters: { newest: 20 } } },
      { version: 4, content: { filters: { newest: 20 } } },
    ]);
  }, 180_000);

  it('keeps the form while the time zone is typed, whichever zones the browser knows', async () => {
    const user = userEvent.setup();
    const schedule = { cron: '0 2 * * *', timeZone: 'Europe/Berlin' };
    pretend({
      [`GET /policies/${id}`]: policyWith({ content: { ...policyContent, schedule } }),
      'POST /schedule-checks': ({ body }: PretendedCall) => ({
        isValid: true,
        problems: [],
        sentence: { en: `at two, ${(body as typeof schedule).timeZone}`, zh: '' },
        nextTimes: ['2026-01-01T01:00:00.000Z'],
      }),
    });
    openEdit();
    const times = await screen.findByRole('list', { name: 'Next times' }, wait);
    expect(times.textContent).toMatch(/02:00 (GMT\+1|CET)$/);
    const zone = screen.getByRole('combobox', { name: 'Time zone' });
    await user.clear(zone);
    await user.type(zone, 'Nowhere/Yet');
    expect(zone).toHaveProperty('value', 'Nowhere/Yet');
    await screen.findByText('at two, Nowhere/Yet', {}, wait);
    expect(screen.getByRole('list', { name: 'Next times' }).textContent).toMatch(/01:00 UTC$/);
  }, 180_000);

  it('names every mistake of the schedule at its field, in the server’s words', async () => {
    const schedule = { cron: '61 25 * * *', timeZone: 'Mars/Base' };
    pretend({
      [`GET /policies/${id}`]: policyWith({ content: { ...policyContent, schedule } }),
      'POST /schedule-checks': {
        isValid: false,
        problems: [
          { field: 'cron', words: { en: 'The minute is 61. The hour is 25.', zh: '' } },
          { field: 'timeZone', words: { en: 'There is no such place.', zh: '' } },
        ],
        sentence: null,
        nextTimes: [],
      },
    });
    openEdit();
    await screen.findByText('The minute is 61. The hour is 25.', {}, wait);
    const fields = [
      screen.getByRole('textbox', { name: 'Schedule' }),
      screen.getByRole('combobox', { name: 'Time zone' }),
    ];
    expect(fields.map((field) => field.getAttribute('aria-invalid'))).toEqual(['true', 'true']);
    expect(screen.getByText('There is no such place.')).toBeDefined();
  }, 180_000);

  it('asks before what was typed is left', async () => {
    const user = userEvent.setup();
    const calls = pretend({ [`GET /policies/${id}`]: policyWith() });
    const { router } = openEdit();
    await user.type(await screen.findByRole('textbox', { name: 'Name' }, wait), ' and on');
    await user.click(screen.getByRole('link', { name: 'Cancel' }));
    const dialog = await screen.findByRole('dialog', { name: 'Leave without saving?' }, wait);
    expect(router.state.location.pathname).toBe(`/replication/policies/${id}/edit`);
    await user.click(within(dialog).getByRole('button', { name: 'Leave' }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/replication/policies/${id}`), wait);
    expect(sentBodies(calls, 'PUT')).toEqual([]);
  }, 180_000);
});
