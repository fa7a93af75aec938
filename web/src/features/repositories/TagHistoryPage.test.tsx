import { configure, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { TagMoment } from 'bff/contract/tag-history';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, type PretendedCall, sentBodies } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { trashItem } from '../../testing/trash.ts';
import { currentToasts, dismissToast } from '../../ui/toast.ts';
import { TagHistoryPage } from './TagHistoryPage.tsx';

const [now, there, kept, gone] = ['a', 'b', 'c', 'd'].map((letter) => `sha256:${letter.repeat(64)}`) as [
  string,
  string,
  string,
  string,
];
const moment = (id: number, digest: string | null, change: Partial<TagMoment> = {}): TagMoment => ({
  id,
  registryId: 'development',
  environment: 'development',
  digest,
  sizeBytes: null,
  at: '2026-01-01T00:00:00.000Z',
  until: null,
  how: 'push',
  actor: 'ada',
  policy: null,
  executionId: null,
  standing: 'gone',
  trashItem: null,
  rival: null,
  ...change,
});
const moments = [
  moment(5, now, { standing: 'current', how: 'promotion', executionId: '0190b3a0-0000-7000-8000-0000000000ee' }),
  moment(4, there, { standing: 'there' }),
  moment(3, kept, { standing: 'trash', trashItem: { id: trashItem().id, tag: '1.0', expiresAt: null } }),
  moment(2, null, { standing: null, how: 'delete' }),
  moment(1, gone),
];

function open(actions: readonly string[], answers: Record<string, unknown> = {}, search = '') {
  const calls = pretendApi({
    'GET /projects/payments': projectWith({ development: actions as never }),
    'GET /tag-history': {
      items: moments,
      now: [{ registryId: 'development', digest: now }],
      elsewhere: 0,
      nextCursor: null,
      total: null,
    },
    'GET /projects/payments/trash': { items: [trashItem({ digest: kept })], nextCursor: null, total: null },
    ...answers,
  });
  renderAt(
    `/projects/payments/history/api/1.0${search}`,
    <TagHistoryPage />,
    [
      [sessionQuery().queryKey, sessionOf('admin')],
      [directoryQuery().queryKey, { items: [registryEntry('development')] }],
    ],
    '/projects/:project/history/*',
  );
  return calls;
}

beforeAll(() => loadWords('en', 'trash', 'repositories', 'reasons'));
setUpPages();
// On a busy machine a page takes its time.
configure({ asyncUtilTimeout: 15_000 });
afterEach(() => {
  for (const { id } of currentToasts()) dismissToast(id);
});

it('says what the tag was, how it came there, and what of that still exists', async () => {
  open(people.guest.actions);
  await screen.findByText('the tag is this');
  const rows = screen.getAllByRole('row');
  const words = rows.slice(1).map(({ textContent }) => textContent ?? '');
  for (const [index, part] of [
    'the tag is this',
    'still in the repository',
    'in the trash',
    'removed',
    'nobody has it',
  ].entries()) {
    expect(words[index]).toContain(part);
  }
  expect(screen.getByRole('link', { name: 'promoted' }).getAttribute('href')).toContain('/replication/executions/');
  // A guest looks.
  expect(screen.queryByRole('button', { name: /^(Set|Restore)/ })).toBeNull();
});

it('says which policy deleted it', async () => {
  const policy = { id: '0190b3a0-0000-7000-8000-0000000000aa', name: 'to branches', exists: true };
  const executionId = '0190b3a0-0000-7000-8000-0000000000ee';
  const gone = { standing: null, how: 'delete', actor: null, policy, executionId } as const;
  open(people.admin.actions, {
    'GET /tag-history': { items: [moment(2, null, gone), moment(1, there)], now: [], nextCursor: null, total: null },
  });
  expect((await screen.findByRole('link', { name: 'to branches' })).getAttribute('href')).toContain(policy.id);
  expect(screen.getByRole('link', { name: 'deleted' }).getAttribute('href')).toContain(executionId);
});

it('sets the tag back to what the repository still holds', async () => {
  const user = userEvent.setup();
  const items = [
    {
      reference: there,
      destination: { registryId: 'development', repository: 'payments/api', tag: '1.0' },
      outcome: 'replace',
      digest: there,
      replacesDigest: now,
      totalSizeBytes: 1,
      reason: null,
    },
  ];
  const caution = { code: 'setting-undone', sentence: 'The policy “mirror” replaces 1.0 again.', params: {} };
  const calls = open(people.admin.actions, {
    'POST /executions/preview': { items, bytesToCopy: 0, cautions: [caution] },
    'POST /executions': { id: '0190b3a0-0000-7000-8000-0000000000ee', state: 'running' },
    'GET /executions/0190b3a0-0000-7000-8000-0000000000ee': {
      id: '0190b3a0-0000-7000-8000-0000000000ee',
      state: 'succeeded',
    },
  });
  await user.click(await screen.findByRole('button', { name: 'Set back 1.0 to bbbb…bbbb in development' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Set payments/api:1.0 back in development?' }));
  expect(dialog.getByRole('listitem').textContent).toMatch(/^development: aaaa.* becomes bbbb/);
  await waitFor(() => expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Set back' }).disabled).toBe(false));
  expect(dialog.getByText(caution.sentence)).toBeDefined();
  await user.click(dialog.getByRole('button', { name: 'Set back' }));
  await waitFor(() =>
    expect(sentBodies(calls, 'POST').at(-1)).toEqual({
      source: { registryId: 'development', repository: 'payments/api' },
      references: [there],
      destinations: [{ registryId: 'development', repository: 'payments/api', tag: '1.0' }],
      includeReferrers: false,
      whenDifferent: 'replace',
    }),
  );
  await waitFor(() =>
    expect(currentToasts().map(({ message }) => message)).toEqual(['payments/api:1.0 is set back in development.']),
  );
});

it('does not set back what a rule holds', async () => {
  const user = userEvent.setup();
  const reason = { code: 'tag-immutable', sentence: '1.0 is held by the rule “api:1.*”.', params: {} };
  open(people.admin.actions, {
    'POST /executions/preview': {
      items: [
        {
          reference: there,
          destination: { registryId: 'development', repository: 'payments/api', tag: '1.0' },
          outcome: 'impossible',
          digest: there,
          replacesDigest: now,
          totalSizeBytes: 1,
          reason,
        },
      ],
      bytesToCopy: 0,
      cautions: [],
    },
  });
  await user.click(await screen.findByRole('button', { name: /^Set back 1.0/ }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(await dialog.findByText(reason.sentence)).toBeDefined();
  expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Set back' }).disabled).toBe(true);
});

it('restores what is in the trash, after asking what to do with what the tag is now', async () => {
  const user = userEvent.setup();
  open(people.admin.actions);
  await user.click(await screen.findByRole('button', { name: 'Restore… cccc…cccc in development' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Restore payments/api:1.0?' }));
  expect(await dialog.findByRole('radio', { name: /^As 1\.0, in place of aaaa/ })).toBeDefined();
});

const answerOf = (items: readonly TagMoment[], elsewhere = 0) => ({
  items,
  now: [{ registryId: 'development', digest: now }],
  elsewhere,
  nextCursor: null,
  total: null,
});

it('says what lost to the push of another master, what replaced it, and offers the way back', async () => {
  const won = {
    outcome: 'won',
    digest: there,
    registryId: 'development',
    pushedAt: '2026-01-01T00:00:00.000Z',
  } as const;
  const lost = { ...won, outcome: 'lost', digest: now, registryId: 'production' } as const;
  open(people.admin.actions, {
    'GET /tag-history': answerOf([
      moment(3, now, { standing: 'current', how: 'policy', rival: won }),
      moment(2, there, { standing: 'there', rival: lost }),
      moment(1, gone, { rival: { ...lost, registryId: null } }),
    ]),
  });
  await screen.findByText('the tag is this');
  const words = screen.getAllByRole('row').map(({ textContent }) => textContent ?? '');
  expect(words[1]).toMatch(/Replaced bbbb.*, which was pushed here /);
  expect(words[2]).toMatch(/Lost to the push from production of .*; kept here/);
  expect(words[3]).toMatch(/Lost to the push from another registry of .*ago(?!; kept here)/);
  expect(screen.getByRole('button', { name: 'Set back 1.0 to bbbb…bbbb in development' })).toBeDefined();
});

it('says in the history of one registry what the others have, and shows it with one press', async () => {
  const user = userEvent.setup();
  const calls = open(
    people.guest.actions,
    {
      'GET /tag-history': ({ path }: PretendedCall) =>
        path.includes('registryId') ? answerOf([moment(2, now)], 3) : answerOf([moment(2, now), moment(1, gone)]),
    },
    '?registry=development',
  );
  await screen.findByText('Other registries have 3 entries that development has not.');
  await user.click(screen.getByRole('button', { name: 'Show all registries' }));
  await waitFor(() => expect(screen.getAllByRole('row')).toHaveLength(3));
  expect(screen.queryByText(/^Other registries have/)).toBeNull();
  expect(calls.at(-1)?.path).not.toContain('registryId');
});
