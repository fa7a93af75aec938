import { cleanup, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pretendApi, Refusal } from '../../testing/api.ts';
import { pretendMedia } from '../../testing/layout.ts';
import { projectWith } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { NewProjectDrawer } from './NewProjectDrawer.tsx';

function open(answer: unknown) {
  const calls = pretendApi({ 'POST /projects': answer });
  const onClose = vi.fn<() => void>();
  return { calls, onClose, ...renderAt('/projects', <NewProjectDrawer onClose={onClose} />) };
}

beforeAll(() => loadWords('en', 'projects'));
beforeEach(() => pretendMedia(() => false));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('a new project', () => {
  it('is private unless said otherwise, and leads to its members', async () => {
    const user = userEvent.setup();
    const { calls, router } = open(projectWith({}, { name: 'orders' }));
    expect(document.activeElement).toBe(await screen.findByRole('textbox', { name: 'Name' }));
    await user.keyboard('orders');
    await user.type(screen.getByRole('textbox', { name: 'Description' }), ' Of the shop ');
    await user.click(screen.getByRole('button', { name: 'Make project' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/projects/orders/members'));
    expect(calls.map(({ body }) => body)).toEqual([{ name: 'orders', description: 'Of the shop', isPublic: false }]);
  });

  it('is asked for nothing while its name can be none', async () => {
    const user = userEvent.setup();
    const { calls } = open(projectWith({}));
    await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'Orders!');
    await user.click(screen.getByRole('button', { name: 'Make project' }));
    expect(await screen.findByText('Use lower-case letters, digits and . _ - between them.')).toBeDefined();
    expect(calls).toEqual([]);
  });

  it('says at the name that it is taken', async () => {
    const user = userEvent.setup();
    open(new Refusal(409, 'name-taken'));
    const name = await screen.findByRole('textbox', { name: 'Name' });
    await user.type(name, 'payments');
    await user.click(screen.getByRole('button', { name: 'Make project' }));
    expect(await screen.findByText('There is already a project of this name.')).toBeDefined();
    expect(name.getAttribute('aria-invalid')).toBe('true');
    await user.type(name, '2');
    expect(screen.queryByText('There is already a project of this name.')).toBeNull();
  });

  it('says why it was refused', async () => {
    const user = userEvent.setup();
    const detail = 'Only a system administrator can make projects.';
    const needed = { action: 'project.create', roles: [], project: null, environment: null };
    open(new Refusal(403, 'permission-missing', { detail, needed }));
    await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'orders');
    await user.click(screen.getByRole('button', { name: 'Make project' }));
    expect((await screen.findByRole('alert')).textContent).toContain(detail);
  });
});
