import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { Operations } from 'bff/contract/operations';
import type { Policy } from 'bff/contract/policies';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { pretendApi, Refusal } from '../../testing/api.ts';
import { type people, registryEntry, sessionOf } from '../../testing/people.ts';
import { policyContent, policyWith } from '../../testing/policies.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { TopologyPage } from './TopologyPage.tsx';

const at = '2026-01-01T00:00:00.000Z';
const patience = { timeout: 10_000 };
const operations: Operations = {
  counts: { queued: 0, running: 1, waiting: 0, succeeded: 0, failed: 0, stopped: 0 },
  oldestQueuedAt: null,
  rateBytesPerSecond: 0,
  rateHistory: [],
  registries: [],
  routes: [
    {
      sourceRegistryId: 'development',
      destinationRegistryId: 'testing',
      bytesPerSecond: 118_000_000,
      bytesLastHour: 5_000_000_000,
      runningTasks: 1,
      queuedTasks: 0,
      waitingTasks: 0,
      failedLastHour: 0,
      activity: null,
    },
  ],
  failures: [],
  at,
};
const back = policyWith({
  id: '0190b3a0-0000-7000-8000-0000000000a2',
  name: 'back',
  isEnabled: false,
  state: 'disabled',
  content: {
    ...policyContent,
    sourceRegistryId: 'production',
    destinations: [{ registryId: 'development', bandwidth: null }],
  },
});

function open(
  pages: readonly (readonly Policy[])[],
  who: keyof typeof people = 'admin',
  routes: Operations['routes'] = operations.routes,
) {
  const total = pages.flat().length;
  const calls = pretendApi({
    'GET /policies': ({ path }: { path: string }) => {
      const place = Number(/cursor=p(\d)/.exec(path)?.[1] ?? 0);
      const nextCursor = place + 1 < pages.length ? `p${place + 1}` : null;
      return { items: pages[place], nextCursor, total };
    },
    'GET /operations': { ...operations, routes },
    'GET /registry-directory': { items: ['development', 'testing', 'production'].map((id) => registryEntry(id)) },
  });
  return { calls, ...renderAt('/replication/topology', <TopologyPage />, [[sessionQuery().queryKey, sessionOf(who)]]) };
}

beforeAll(() => loadWords('en', 'topology', 'operations', 'policies', 'tasks', 'domain'));
setUpPages();

describe('the topology', () => {
  it('draws the ways of all policies, page by page, with what moves along them', async () => {
    open([[policyWith()], [back]]);
    const drawing = await screen.findByRole('group', { name: 'Registries and what flows between them' }, patience);
    const busy = await within(drawing).findByRole('link', { name: /^development → testing: 118 MB\/s/ }, patience);
    expect(within(drawing).getByRole('link', { name: /^development → production: nothing moves/ })).toBeDefined();
    expect(within(drawing).getByRole('link', { name: /^production → development/ })).toHaveProperty(
      'dataset.off',
      'true',
    );
    await userEvent.click(busy);
    expect(within(screen.getByRole('status')).getByRole('link', { name: 'to the stages' })).toBeDefined();
    const rows = within(screen.getByRole('region', { name: 'Ways' })).getAllByRole('listitem');
    expect(rows).toHaveLength(3);
    expect(rows.find(({ textContent }) => textContent.includes('back'))?.textContent).toContain(
      'nothing is copied: disabled or paused',
    );
  });

  it('says what the policies make together', async () => {
    open([[policyWith(), { ...back, isEnabled: true }]]);
    const shapes = await screen.findByRole('region', { name: 'What they make together' }, patience);
    const words = within(shapes)
      .getAllByRole('listitem')
      .map(({ textContent }) => textContent);
    expect(words[0]).toContain('Two masters');
    expect(words[0]).toContain('development⇄production');
    expect(words.some((word) => word.startsWith('One to many'))).toBe(true);
  });

  it('says nothing of what moves to whoever may not see it, and does not ask', async () => {
    const { calls, container } = open([[policyWith()]], 'limited');
    expect(await screen.findByRole('link', { name: 'development → testing' }, patience)).toBeDefined();
    expect(container.textContent).toContain('to the stages');
    expect(container.textContent).not.toMatch(/nothing moves|last hour/);
    expect(calls.some(({ path }) => path.startsWith('/operations'))).toBe(false);
  });

  it('is empty where there is nothing to draw', async () => {
    open([[]], 'admin', []);
    expect(await screen.findByText('Nothing is copied anywhere yet', {}, patience)).toBeDefined();
  });

  it('says why policies could not be read', async () => {
    pretendApi({ 'GET /policies': new Refusal(503, 'database-unavailable') });
    renderAt('/replication/topology', <TopologyPage />, [[sessionQuery().queryKey, sessionOf('admin')]]);
    expect(await screen.findByText('The policies could not be read', {}, patience)).toBeDefined();
  });
});
