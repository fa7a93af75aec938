import { screen, waitFor } from '@testing-library/react';
import { type PlaceAction, placeActions } from 'bff/contract/permissions';
import { beforeAll, describe, expect, it } from 'vitest';
import { sessionQuery } from '../../domain/account.ts';
import { directoryQuery } from '../../domain/registry-directory.ts';
import { pretendApi, Refusal } from '../../testing/api.ts';
import { people, projectWith, registryEntry, sessionOf } from '../../testing/people.ts';
import { loadWords, renderAt } from '../../testing/render.tsx';
import { setUpPages } from '../../testing/set-up-pages.ts';
import { ArtifactPage } from './ArtifactPage.tsx';

beforeAll(() => loadWords('en', 'artifacts'));
setUpPages();

function open(url: string, actions: readonly PlaceAction[]) {
  const calls = pretendApi({
    'GET /projects/payments': projectWith({ development: actions }),
    'GET /artifact': new Refusal(404, 'artifact-not-found'),
    'GET /tags': { items: [], nextCursor: null, total: 0 },
  });
  renderAt(
    url,
    <ArtifactPage />,
    [
      [sessionQuery().queryKey, sessionOf('developer')],
      [directoryQuery().queryKey, { items: [registryEntry('development')] }],
    ],
    '/projects/:project/artifacts/*',
  );
  return calls;
}
const linkTo = async (name: string) => (await screen.findByRole('link', { name })).getAttribute('href');

describe('a tag that is not there', () => {
  it('leads to its history, and to the trash who may restore it', async () => {
    open('/projects/payments/artifacts/worker/1.12.0?registry=development', placeActions);
    expect(await linkTo('History of the tag')).toBe('/projects/payments/history/worker/1.12.0?registry=development');
    const trash = '/projects/payments/trash?repository=payments%2Fworker&registry=development&q=1.12.0';
    expect(await linkTo('Look in the trash')).toBe(trash);
  });

  it('leads nobody to the trash who would be refused there', async () => {
    const calls = open('/projects/payments/artifacts/worker/1.12.0', people.developer.actions);
    expect(await linkTo('History of the tag')).toBe('/projects/payments/history/worker/1.12.0');
    await waitFor(() => expect(calls.some(({ path }) => path === '/projects/payments')).toBe(true));
    expect(screen.queryByRole('link', { name: 'Look in the trash' })).toBeNull();
  });

  it('has no history when it was asked for by its digest', async () => {
    open(`/projects/payments/artifacts/worker/sha256:${'a'.repeat(64)}?registry=development`, people.developer.actions);
    expect(await screen.findByRole('link', { name: 'All tags of payments/worker' })).toBeDefined();
    expect(screen.queryByRole('link', { name: 'History of the tag' })).toBeNull();
  });
});
