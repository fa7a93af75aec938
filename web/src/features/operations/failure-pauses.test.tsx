import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Operations } from 'bff/contract/operations';
import type { Policy } from 'bff/contract/policies';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, Refusal } from '../../testing/api.ts';
import { type people, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { currentToasts } from '../../ui/toast.ts';
import { FailureList } from './FailureList.tsx';

const at = '2026-01-01T00:00:00.000Z';
const id = '0190b3a0-0000-7000-8000-0000000000a1';
const failure: Operations['failures'][number] = {
  sourceRegistryId: 'production',
  destinationRegistryId: 'branch-north',
  reason: { code: 'none-known', sentence: 'branch-north refused the connection.', params: {} },
  taskCount: 12,
  waitingCount: 12,
  executionCount: 1,
  since: at,
  nextAttemptAt: null,
  taskIds: [],
  policyIds: [id],
};
const standing = (registryId: string, pausedAt: string | null = null) => ({
  registryId,
  pausedAt,
  pausedBy: null,
  openTaskCount: 0,
  reason: null,
});
const policy = {
  id,
  name: 'to the branches',
  project: null,
  isEnabled: true,
  pausedAt: null,
  content: { sourceRegistryId: 'production', destinations: [] },
  destinations: [standing('branch-north'), standing('branch-south')],
} as unknown as Policy;

function open(answer: unknown, who: keyof typeof people = 'admin') {
  const calls = pretendApi({
    [`GET /policies/${id}`]: answer,
    [`POST /policies/${id}/pause`]: { ...policy, pausedAt: at },
    [`POST /policies/${id}/resume`]: policy,
    [`POST /policies/${id}/destinations/branch-north/resume`]: policy,
  });
  const items = ['production', 'branch-north', 'branch-south'].map((name) => registryEntry(name));
  renderAt('/operations', <FailureList routes={[]} failures={[failure]} hasControls />, [
    [sessionQuery().queryKey, sessionOf(who)],
    [directoryQuery().queryKey, { items }],
  ]);
  return () => calls.filter(({ method }) => method === 'POST').map(({ path }) => path);
}

beforeAll(() => loadWords('en', 'operations', 'tasks'));
setUpPages();

describe('the failures of the monitor', () => {
  it('name the policy, pause it, and take that back', async () => {
    const user = userEvent.setup();
    const posted = open(policy);
    expect((await screen.findByRole('link', { name: 'to the branches' })).getAttribute('href')).toBe(
      `/replication/policies/${id}`,
    );
    await user.click(await screen.findByRole('button', { name: 'Pause' }));
    const menu = await screen.findByRole('menu');
    expect(
      within(menu)
        .getAllByRole('menuitem')
        .map(({ textContent }) => textContent),
    ).toEqual(['Pause “to the branches”', 'Pause “to the branches” into branch-north only']);
    await user.click(within(menu).getByRole('menuitem', { name: 'Pause “to the branches”' }));
    await waitFor(() => expect(posted()).toEqual([`/policies/${id}/pause`]));
    await waitFor(() => expect(currentToasts().at(-1)?.message).toContain('is paused'));
    currentToasts().at(-1)?.action?.onClick();
    await waitFor(() => expect(posted().at(-1)).toBe(`/policies/${id}/resume`));
    await waitFor(() => expect(currentToasts().at(-1)?.message).toContain('is resumed'));
    expect(currentToasts().at(-1)?.action).toBeUndefined();
  });

  it('go on with a destination that is paused', async () => {
    const user = userEvent.setup();
    const posted = open({ ...policy, destinations: [standing('branch-north', at), standing('branch-south')] });
    await user.click(await screen.findByRole('button', { name: 'Resume' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Resume “to the branches” into branch-north' }));
    await waitFor(() => expect(posted()).toEqual([`/policies/${id}/destinations/branch-north/resume`]));
  });

  it('offer nobody what would be refused', async () => {
    open(policy, 'developer');
    expect(await screen.findByRole('link', { name: 'to the branches' })).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Retry' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Pause' })).toBeNull();
  });

  it('say nothing of a policy that the reader may not see', async () => {
    open(new Refusal(404, 'policy-not-found'), 'developer');
    expect(await screen.findByText('branch-north refused the connection.')).toBeTruthy();
    expect(screen.queryByText('Policy')).toBeNull();
  });
});
