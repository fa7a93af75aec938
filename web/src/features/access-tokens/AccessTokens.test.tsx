import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { AccessToken } from 'bff/contract/access-tokens';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi, Refusal, sentBodies } from '../../testing/api.ts';
import { registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { AccessTokens } from './AccessTokens.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';

const laptop: AccessToken = {
  id: '0190b3a0-0000-7000-8000-000000000031',
  name: 'laptop',
  actions: ['artifact.pull'],
  projects: null,
  environments: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2126-01-01T00:00:00.000Z',
  lastUsedAt: null,
  lastUsedFrom: null,
};
const SECRET = 'lst_onlyNow';

function open(answers: Record<string, unknown> = {}) {
  const calls = pretendApi({
    'GET /access-tokens': { items: [laptop] },
    'POST /access-tokens': { ...laptop, secret: SECRET },
    [`DELETE /access-tokens/${laptop.id}`]: null,
    'GET /projects': { items: [{ name: 'payments' }], total: 1, nextCursor: null },
    'GET /registry-directory': { items: [registryEntry('development'), registryEntry('production')] },
    ...answers,
  });
  const known = [[sessionQuery().queryKey, sessionOf('developer')]] as const;
  return { calls, ...renderAt('/me', <AccessTokens />, known) };
}

// The drawer's file is fetched before a test waits for it.
beforeAll(() => Promise.all([loadWords('en', 'access-tokens'), import('./TokenFormDrawer.tsx')]));
setUpPages();

describe('an access token', () => {
  it('is made for what was chosen, and shown once with the command that takes it', async () => {
    const user = userEvent.setup();
    const { calls, client } = open();
    await user.click(await screen.findByRole('button', { name: 'Make a token' }));
    const form = await screen.findByRole('dialog', { name: 'Make an access token' });
    await user.type(within(form).getByRole('textbox', { name: 'Name' }), 'ci');
    const environments = within(form).getByRole('radiogroup', { name: 'In environments' });
    await user.click(within(environments).getByRole('radio', { name: 'Only these' }));
    await user.click(within(form).getByRole('button', { name: 'Make token' }));
    expect(await within(form).findByText('Choose at least one environment, or all.')).toBeDefined();
    expect(sentBodies(calls, 'POST')).toEqual([]);
    await user.click(within(form).getByRole('combobox', { name: 'In environments' }));
    await user.click(await screen.findByRole('option', { name: 'development' }));
    await user.click(within(form).getByRole('button', { name: 'Make token' }));
    const shown = await screen.findByRole('dialog', { name: 'Your new access token' });
    expect(within(shown).getByText(SECRET)).toBeDefined();
    expect(within(shown).getByText(/^docker login .*--username developer/)).toBeDefined();
    expect(sentBodies(calls, 'POST')).toEqual([
      { name: 'ci', actions: ['artifact.pull'], projects: null, environments: ['development'], expiresInDays: 30 },
    ]);
    await user.click(within(shown).getByRole('button', { name: 'I have copied it' }));
    await waitFor(() => expect(screen.queryByText(SECRET)).toBeNull());
    const kept = client
      .getQueryCache()
      .getAll()
      .map(({ state }) => state.data);
    expect(JSON.stringify(kept)).not.toContain(SECRET);
  });

  it('with a name that is taken says so at the name', async () => {
    const user = userEvent.setup();
    open({ 'POST /access-tokens': new Refusal(409, 'name-taken') });
    await user.click(await screen.findByRole('button', { name: 'Make a token' }));
    const form = await screen.findByRole('dialog', { name: 'Make an access token' });
    await user.type(within(form).getByRole('textbox', { name: 'Name' }), 'laptop');
    await user.click(within(form).getByRole('button', { name: 'Make token' }));
    expect(await within(form).findByText('You have a token with this name already.')).toBeDefined();
  });

  it('is revoked after a question', async () => {
    const user = userEvent.setup();
    const { calls } = open();
    await user.click(await screen.findByRole('button', { name: 'Revoke laptop' }));
    const dialog = await screen.findByRole('dialog', { name: 'Revoke laptop?' });
    expect(sentBodies(calls, 'DELETE')).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: 'Revoke token' }));
    await waitFor(() => expect(sentBodies(calls, 'DELETE')).toHaveLength(1));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });
});
