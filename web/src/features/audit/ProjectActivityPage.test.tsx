import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { AuditEntry } from 'bff/contract/audit';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pretendApi, Refusal } from '../../testing/api.ts';
import { pretendMedia } from '../../testing/layout.ts';
import { projectWith, publicReading, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { ProjectActivityPage } from './ProjectActivityPage.tsx';

const line = (id: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'user', name: 'mara' },
  address: '192.0.2.7',
  action: 'changeMembers',
  outcome: 'done',
  project: 'payments',
  environment: null,
  target: 'tess',
  reason: null,
  before: { role: 'guest' },
  after: { role: 'developer' },
  requestId: 'r-7',
  ...more,
});
const refused = line(1, {
  actor: { kind: 'robot', name: 'robot.payments.ci' },
  action: 'push',
  outcome: 'refused',
  environment: 'production',
  target: 'payments/api:2.7.3',
  reason: 'To push in production you need the role developer.',
  before: null,
  after: null,
});

function open(answers: Record<string, unknown>, search = '') {
  const calls = pretendApi({
    'GET /projects/payments': projectWith({ production: ['catalog.read', 'member.read', 'audit.read'] }),
    ...answers,
  });
  renderAt(`/projects/payments/activity${search}`, <ProjectActivityPage />, [], '/projects/:project/activity');
  return calls;
}
const reads = (calls: ReturnType<typeof open>) =>
  calls.filter(({ path }) => path.startsWith('/projects/payments/audit')).map(({ path }) => path.replace(/^.*\?/, ''));

beforeAll(() => loadWords('en', 'audit-log', 'project-frame'));
beforeEach(() => pretendMedia(() => false));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('the activity of a project', () => {
  it('leads to the sign-in page whom a sign-in could let through', async () => {
    const calls = open({
      'GET /session': sessionOf(null, publicReading),
      'GET /projects/payments': projectWith({ production: [...publicReading] }, { isPublic: true }),
    });
    expect(await screen.findByText('elsewhere')).toBeDefined();
    expect(reads(calls)).toEqual([]);
  });

  it('says who did what, and opens a line to what it changed', async () => {
    const user = userEvent.setup();
    open({ 'GET /projects/payments/audit': { items: [line(2)], nextCursor: null } });
    await user.click(await screen.findByRole('button', { name: 'Details of “change members” by mara' }));
    const table = within(screen.getByRole('table', { name: 'Audit log' })).getAllByRole('table')[0] as HTMLElement;
    expect(within(table).getByRole('row', { name: 'role guest developer' })).toBeDefined();
    expect(screen.getByText('192.0.2.7')).toBeDefined();
  });

  it('gives the reason of a refusal', async () => {
    const user = userEvent.setup();
    open({ 'GET /projects/payments/audit': { items: [refused], nextCursor: null } });
    await user.click(await screen.findByRole('button', { name: 'Details of “push” by robot.payments.ci' }));
    expect(screen.getByText('To push in production you need the role developer.')).toBeDefined();
  });

  it('asks as the address filters it, for older lines on demand, and offers the same as a file', async () => {
    const user = userEvent.setup();
    const calls = open(
      {
        'GET /projects/payments/audit': ({ path }: { path: string }) =>
          path.includes('cursor=older')
            ? { items: [refused], nextCursor: null }
            : { items: [line(2)], nextCursor: 'older' },
      },
      '?outcome=refused&actor=mara',
    );
    await user.click(await screen.findByRole('button', { name: 'Show older lines' }));
    expect(await screen.findByText('2 lines')).toBeDefined();
    expect(reads(calls)).toEqual([
      'actor=mara&outcome=refused&limit=100',
      'actor=mara&outcome=refused&limit=100&cursor=older',
    ]);
    await user.click(screen.getByRole('button', { name: 'Export' }));
    const file = await screen.findByRole('menuitem', { name: 'CSV' });
    expect(file.getAttribute('href')).toMatch(/\/projects\/payments\/audit\.csv\?actor=mara&outcome=refused$/);
  });

  it('says that no line fits, and shows all again', async () => {
    const user = userEvent.setup();
    open(
      {
        'GET /projects/payments/audit': ({ path }: { path: string }) => ({
          items: path.includes('q=') ? [] : [line(2)],
          nextCursor: null,
        }),
      },
      '?q=nothing',
    );
    expect(await screen.findByText('No line fits these filters')).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Clear the filters' }));
    expect(await screen.findByText('1 line')).toBeDefined();
  });

  it('is refused with the role that is needed, and without the filters', async () => {
    const calls = open({
      'GET /session': sessionOf('guest'),
      'GET /projects/payments': projectWith({ production: ['catalog.read'] }),
      'GET /projects/payments/audit': new Refusal(403, 'permission-missing'),
    });
    expect(await screen.findByText('This page of payments is not for your role')).toBeDefined();
    const needed =
      'To read the audit log in production of payments you need the role maintainer or higher there; a project admin can give it to you.';
    expect(screen.getByText(needed)).toBeDefined();
    // Each question would be a refusal in the log.
    expect(reads(calls)).toEqual([]);
    await waitFor(() => expect(screen.queryByRole('combobox', { name: 'Action' })).toBeNull());
    // Who may not see members is not led there.
    expect(screen.queryByRole('link', { name: 'See the members of payments' })).toBeNull();
  });
});
