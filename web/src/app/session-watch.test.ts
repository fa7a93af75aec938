import { getProject, listProjects } from 'bff/contract/projects';
import { listUsers } from 'bff/contract/users';
import { getSession } from 'bff/contract/session';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { endpointQuery } from '../api/endpoint-query.ts';
import { createQueryClient } from '../api/query-client.ts';
import { projectWith, sessionOf } from '../testing/people.ts';
import { readRightsAgain } from './session-watch.ts';

afterEach(() => vi.restoreAllMocks());

const session = endpointQuery(getSession, {}).queryKey;
const project = endpointQuery(getProject, { params: { project: 'payments' } }).queryKey;

const projects = endpointQuery(listProjects, {}).queryKey;
const users = endpointQuery(listUsers, {}).queryKey;

/** Has read all of them; `learn` is what the answers of the first reading say. */
function clientThatLearns(learn: (client: ReturnType<typeof createQueryClient>) => void) {
  const client = createQueryClient();
  client.setQueryData(session, sessionOf('guest'));
  client.setQueryData(project, projectWith({ production: ['catalog.read'] }));
  for (const key of [projects, users]) client.setQueryData(key, { items: [], nextCursor: null, total: 0 });
  const read = client.invalidateQueries.bind(client);
  let isFirst = true;
  vi.spyOn(client, 'invalidateQueries').mockImplementation(async (...asked) => {
    await read(...asked);
    if (isFirst) learn(client);
    isFirst = false;
  });
  return { client, isReadAgain: (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated };
}

describe('a change of roles somewhere', () => {
  it('reads only what the reader may do when it was about others', async () => {
    const { client, isReadAgain } = clientThatLearns(() => undefined);
    await readRightsAgain(client);
    for (const key of [session, project, projects]) expect(isReadAgain(key)).toBe(true);
    expect(isReadAgain(users)).toBe(false);
  });

  it('reads everything again when the reader may do more or less than before', async () => {
    const more = clientThatLearns((client) => client.setQueryData(session, sessionOf('developer')));
    await readRightsAgain(more.client);
    expect(more.isReadAgain(users)).toBe(true);
  });

  it('does so too when only one project is concerned', async () => {
    const less = clientThatLearns((client) => client.setQueryData(project, projectWith({})));
    await readRightsAgain(less.client);
    expect(less.isReadAgain(users)).toBe(true);
  });
});
