import { configure, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { DeletionPreview, TrashItem } from 'bff/contract/trash';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pretendApi, Refusal, sentBodies } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { deletionPreview, trashItem } from '../../testing/trash.ts';
import { currentToasts, dismissToast } from '../../ui/toast.ts';
import { sessionQuery } from '../account.ts';
import { directoryQuery } from '../registry-directory.ts';
import { projectQuery } from '../project-access.ts';
import type { DeletionIntent } from './delete-plan.ts';
import { DeleteDialog } from './DeleteDialog.tsx';

const all = [...people.admin.actions].filter((action) => action !== 'trash.purge') as never[];
const reads = [...people.guest.actions];
const digest = `sha256:${'a'.repeat(64)}`;
const oneTag: DeletionIntent['what'] = {
  kind: 'references',
  references: [{ name: '1.0', registryIds: ['development', 'production'] }],
};

function open(
  {
    what = oneTag,
    registryIds = ['development'],
    access = { development: all, production: all },
  }: Partial<DeletionIntent> & { access?: Parameters<typeof projectWith>[0] } = {},
  answers: Record<string, unknown> = {},
) {
  const closed: boolean[] = [];
  const calls = pretendApi({
    'POST /projects/payments/trash/preview': deletionPreview(),
    'POST /projects/payments/trash': { items: [trashItem().id], total: 1 },
    'GET /projects/payments/trash': { items: [trashItem()], nextCursor: null, total: null },
    ...answers,
  });
  const intent = { repository: 'payments/api', registryIds, chosenIds: [], what };
  renderAt('/projects/payments', <DeleteDialog intent={intent} onClose={(hasBegun) => closed.push(hasBegun)} />, [
    [sessionQuery().queryKey, sessionOf('developer')],
    [directoryQuery().queryKey, { items: [registryEntry('development'), registryEntry('production')] }],
    [projectQuery('payments').queryKey, projectWith(access)],
  ]);
  return { calls, closed };
}
const preview = () => within(screen.getByRole('region', { name: 'What will happen' }));
const shown = (change: Partial<DeletionPreview>) => ({
  'POST /projects/payments/trash/preview': deletionPreview(change),
});

beforeAll(() => loadWords('en', 'trash', 'reasons'));
setUpPages();
// On a busy machine a page takes its time.
configure({ asyncUtilTimeout: 15_000 });
afterEach(() => {
  for (const { id } of currentToasts()) dismissToast(id);
});

describe('before anything is deleted', () => {
  it('it says which tag goes, what goes along and what stays, what it frees, and until when it can be restored', async () => {
    const siblings = [{ registryId: 'development', repository: 'payments/api', tag: 'latest', digest }];
    open({}, shown({ siblings, siblingCount: 3, manifestCount: 1, childCount: 2, referrerCount: 1 }));
    expect(await screen.findByText('1 tag goes to the trash')).toBeDefined();
    const words = screen.getByRole('region', { name: 'What will happen' }).textContent;
    for (const part of [
      '3 other tags have the same digest and stay',
      'latest',
      'and 2 more',
      '2 platforms of it',
      '1 signature, SBOM or other referrer',
      'Would free 5.00 MB',
      '(14 days)',
    ]) {
      expect(words).toContain(part);
    }
    expect(screen.getByRole('dialog', { name: 'Delete payments/api:1.0?' })).toBeDefined();
  });

  it('it says what a rule holds, and counts only what goes', async () => {
    const held = [{ registryId: 'development', repository: 'payments/api', tag: '1.0', rule: 'api:1.*' }];
    open({}, shown({ held, heldCount: 1 }));
    expect(await screen.findByText('1 is held by a rule and will not be deleted')).toBeDefined();
    expect(preview().getByText('rule api:1.*')).toBeDefined();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Delete' }).disabled).toBe(true);
  });

  it('it says which registry deletes nothing, with the registry’s own sentence', async () => {
    const reason = { code: 'deletion-disabled', sentence: 'development does not allow deletion.', params: {} };
    open({}, shown({ undeletable: [{ registryId: 'development', reason }] }));
    expect(await screen.findByText(/development does not allow deletion/)).toBeDefined();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Delete' }).disabled).toBe(true);
  });

  it('it says beforehand that a policy copies it there again', async () => {
    const caution = {
      code: 'trash-copied-back',
      sentence: 'The policy “dev to testing” copies 1 tag into development again.',
      params: { registry: 'development', policy: 'dev to testing', count: '1' },
    };
    open({}, shown({ cautions: [caution] }));
    expect(await screen.findByText(/dev to testing/)).toBeDefined();
    // It is said, and left to the person.
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Delete 1' }).disabled).toBe(false);
  });

  it('it says which role is missing where, and leads to who can give it', async () => {
    const access = { development: all, production: reads };
    const { calls } = open({ registryIds: ['development', 'production'], access });
    expect(await screen.findByText(/You may not delete in production: that needs the role maintainer/)).toBeDefined();
    expect(screen.getByRole('link', { name: /payments/ }).getAttribute('href')).toBe('/projects/payments/members');
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: /production/ }).disabled).toBe(true);
    // Of several registries none is chosen for the person.
    expect(sentBodies(calls, 'POST')).toEqual([]);
  });

  it('it shows a refusal of the server with its sentence', async () => {
    const needed = {
      action: 'artifact.delete',
      roles: ['maintainer'],
      project: 'payments',
      environment: 'development',
    };
    open(
      {},
      {
        'POST /projects/payments/trash/preview': new Refusal(403, 'permission-missing', {
          detail: 'Deleting in development needs the role maintainer.',
          needed,
        }),
      },
    );
    expect(await screen.findByText(/needs the role maintainer/)).toBeDefined();
  });
});

describe('deleting', () => {
  it('follows each row to its end with its reason, and gives back', async () => {
    const user = userEvent.setup();
    const reason = { code: 'trash-moved-before-deletion', sentence: '1.0 was pushed anew.', params: {} };
    const rows: TrashItem[][] = [
      [trashItem({ state: 'deleting' }), trashItem({ id: 'other', tag: '1.1', state: 'deleting' })],
      [trashItem(), trashItem({ id: 'other', tag: '1.1', state: 'failed', reason })],
    ];
    const { calls, closed } = open(
      {},
      {
        'POST /projects/payments/trash': { items: [trashItem().id, 'other'], total: 2 },
        'GET /projects/payments/trash': () => ({
          items: rows.length > 1 ? rows.shift() : rows[0],
          nextCursor: null,
          total: null,
        }),
        [`POST /projects/payments/trash/${trashItem().id}/restore`]: trashItem({ state: 'restored' }),
      },
    );
    await user.type(screen.getByRole('textbox', { name: 'Reason' }), 'Leaks memory');
    await user.click(await screen.findByRole('button', { name: 'Delete 1' }));
    expect(await screen.findByText('1.0 was pushed anew.')).toBeDefined();
    expect(screen.getByRole('status').textContent).toBe('1 of 2 in the trash · 1 not deleted');
    const [, sent] = sentBodies(calls, 'POST');
    expect(sent).toEqual({
      selection: { kind: 'references', registryId: 'development', repository: 'payments/api', references: ['1.0'] },
      comment: 'Leaks memory',
    });
    await user.click(screen.getByRole('button', { name: 'Restore 1.0' }));
    await waitFor(() => expect(sentBodies(calls, 'POST').at(-1)).toEqual({ target: { kind: 'same' } }));
    await waitFor(() =>
      expect(currentToasts().map(({ message }) => message)).toContain(
        'payments/api:1.0 is back, with the same digest.',
      ),
    );
    await user.click(screen.getByRole('button', { name: 'Close' }));
    expect(closed).toEqual([true]);
  });

  it('tells whoever left before the end, with the way back', async () => {
    const user = userEvent.setup();
    let isDone = false;
    open(
      {},
      {
        'GET /projects/payments/trash': () => ({
          items: [trashItem({ state: isDone ? 'deleted' : 'deleting' })],
          nextCursor: null,
          total: null,
        }),
      },
    );
    await user.click(await screen.findByRole('button', { name: 'Delete 1' }));
    await user.click(await screen.findByRole('button', { name: 'Close' }));
    isDone = true;
    await waitFor(() =>
      expect(currentToasts()).toMatchObject([
        { message: 'payments/api:1.0 is in the trash.', action: { label: 'Restore' } },
      ]),
    );
  });

  it('by pattern waits for the pattern', async () => {
    const user = userEvent.setup();
    const { calls } = open({ what: { kind: 'pattern' } });
    expect(preview().getByText('Write which tags.')).toBeDefined();
    await user.type(screen.getByRole('textbox', { name: 'Tags' }), '*-rc*');
    await screen.findByText('1 tag goes to the trash');
    expect(sentBodies(calls, 'POST')).toEqual([
      {
        selection: {
          kind: 'pattern',
          registryIds: ['development'],
          repositoryPattern: 'api',
          tagPattern: '*-rc*',
        },
      },
    ]);
  });
});
