import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { pretendApi, Refusal } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { sessionQuery } from '../account.ts';
import { projectQuery } from '../project-access.ts';
import { directoryQuery } from '../registry-directory.ts';
import { PromoteDialog } from './PromoteDialog.tsx';
import { pathQuery } from './promotion-queries.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const source = { registryId: 'development', repository: 'payments/api', tag: '2.7.3', digest };
const pushes = [...people.developer.actions];
const reads = [...people.guest.actions];
const preview = {
  items: [
    {
      reference: digest,
      destination: { registryId: 'testing', repository: 'payments/api', tag: '2.7.3' },
      outcome: 'copy',
      digest,
      replacesDigest: null,
      totalSizeBytes: 1000,
      reason: null,
    },
  ],
  bytesToCopy: 1000,
  cautions: [],
};
const made = (state: 'waiting' | 'copying', environment: string) => ({ state, project: 'payments', environment });

function open(answers: Record<string, unknown>, production = pushes) {
  const onClose = vi.fn();
  const calls = pretendApi({ 'POST /executions/preview': preview, ...answers });
  const registries = [
    registryEntry('development'),
    registryEntry('testing'),
    registryEntry('production'),
    registryEntry('north', 'production'),
  ];
  const step = (environment: string, needsApproval = false) => ({ environment, needsApproval });
  const steps = [step('development'), step('testing'), step('production', true)];
  renderAt('/projects/payments', <PromoteDialog source={source} onClose={onClose} />, [
    [sessionQuery().queryKey, sessionOf('developer')],
    [directoryQuery().queryKey, { items: registries }],
    [projectQuery('payments').queryKey, projectWith({ development: pushes, testing: pushes, production })],
    [pathQuery('payments').queryKey, { steps, isDefault: true, others: [], version: 0 }],
  ]);
  return { onClose, requests: () => calls.filter(({ path }) => path === '/promotions').map(({ body }) => body) };
}

beforeAll(() => loadWords('en', 'promotions', 'tasks', 'reasons'));
setUpPages();

describe('the dialog that promotes', () => {
  it('offers the next environment first, and sends the digest that was seen', async () => {
    const user = userEvent.setup();
    const { onClose, requests } = open({ 'POST /promotions': made('copying', 'testing') });
    const dialog = within(await screen.findByRole('dialog', { name: 'Promote payments/api:2.7.3' }));
    expect(dialog.getByRole<HTMLInputElement>('radio', { name: /testing/ }).checked).toBe(true);
    // Of a single registry there is nothing to choose, yet it is named.
    expect(within(dialog.getByRole('group', { name: 'Registries that serve it' })).getByText('testing')).toBeDefined();
    expect(dialog.queryByRole('checkbox')).toBeNull();
    await user.type(dialog.getByRole('textbox', { name: /Comment/ }), 'Tested');
    await user.click(dialog.getByRole('button', { name: 'Promote' }));
    await waitFor(() => expect(onClose).toHaveBeenCalledOnce());
    expect(requests()).toEqual([{ ...source, environment: 'testing', comment: 'Tested' }]);
  });

  it('asks where a second person is needed, and leaves out registries that are not wanted', async () => {
    const user = userEvent.setup();
    const { requests } = open({ 'POST /promotions': made('waiting', 'production') });
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(dialog.getByRole('radio', { name: /production/ }));
    expect(dialog.getByText(/Somebody else who may push into production has to approve it/)).toBeDefined();
    // All that serve it, unless one is left out.
    for (const box of dialog.getAllByRole<HTMLInputElement>('checkbox')) expect(box.checked).toBe(true);
    await user.click(dialog.getByRole('checkbox', { name: 'north' }));
    await user.click(dialog.getByRole('button', { name: 'Ask for approval' }));
    await waitFor(() =>
      expect(requests()).toEqual([{ ...source, environment: 'production', comment: '', registryIds: ['production'] }]),
    );
  });

  it('does not offer environments into which the reader may not push', async () => {
    open({}, reads);
    const dialog = within(await screen.findByRole('dialog'));
    expect(dialog.getAllByRole('radio')).toHaveLength(1);
  });

  it('says why it was refused, and stays', async () => {
    const user = userEvent.setup();
    const detail = 'payments/api:2.7.3 in development is another image by now.';
    const { onClose } = open({ 'POST /promotions': new Refusal(409, 'promotion-tag-moved', { detail }) });
    const dialog = within(await screen.findByRole('dialog'));
    await user.click(dialog.getByRole('button', { name: 'Promote' }));
    expect((await dialog.findByRole('alert')).textContent).toContain(detail);
    expect(onClose).not.toHaveBeenCalled();
  });
});
