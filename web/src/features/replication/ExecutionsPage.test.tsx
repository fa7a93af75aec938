import { screen } from '@testing-library/react';
import type { Execution } from 'bff/contract/replication';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, type PretendedCall } from '../../testing/api.ts';
import { registryEntry, sessionOf } from '../../testing/people.ts';
import { executionWith } from '../../testing/policies.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { ExecutionsPage } from './ExecutionsPage.tsx';

const wait = { timeout: 10_000 };

/** `running` are older than the newest page of all. */
function open(url: string, running: readonly Execution[], nextCursor: string | null = null) {
  const listed = { items: [executionWith({ state: 'failed' })], nextCursor: null, total: null };
  pretendApi({
    'GET /executions': ({ path }: PretendedCall) =>
      path.includes('state=running') ? { items: running, nextCursor, total: null } : listed,
  });
  const known = [
    [sessionQuery().queryKey, sessionOf('admin')],
    [directoryQuery().queryKey, { items: [registryEntry('development'), registryEntry('testing')] }],
  ] as const;
  return renderAt(url, <ExecutionsPage />, known);
}
const running = executionWith({ id: '0190b3a0-0000-7000-8000-0000000000e2', state: 'running' });

beforeAll(() => loadWords('en', 'replication', 'tasks', 'domain'));
setUpPages();

describe('how many copies run', () => {
  it.each(['/replication/executions', '/replication/executions?state=failed'])(
    'is said of all of them, whichever are listed: %s',
    async (url) => {
      open(url, [running]);
      expect(await screen.findByText('1 running', {}, wait)).toBeDefined();
      expect(screen.queryByText('none running')).toBeNull();
    },
  );

  it('is none where none runs', async () => {
    open('/replication/executions?state=failed', []);
    expect(await screen.findByText('none running', {}, wait)).toBeDefined();
  });

  it('is at least a page where there are more', async () => {
    open('/replication/executions', [running], 'more');
    expect(await screen.findByText('1 or more running', {}, wait)).toBeDefined();
  });
});
