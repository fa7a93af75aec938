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

function clientThatLearns(learn: (client: ReturnType<typeof createQueryClient>) => void) {
  const client = createQueryClient();
  client.setQueryData(session, sessionOf('guest'));
  client.setQueryData(project, projectWith({ production: ['catalog.read'] }));
  const asked: string[] = [];
  let isFirst = true;
  vi.spyOn(client, 'invalidateQueries').mockImplementation(async (filters) => {
    if (filters?.predicate !== undefined) asked.push('everything');
    else asked.push(String(filters?.queryKey?.[0]));
    // The answers of the first reading.
    if (isFirst) learn(client);
    isFirst = false;
  });
  return { client, asked };
}

describe('a change of roles somewhere', () => {
  it('reads only what the reader may do when it was about others', async () => {
    const { client, asked } = clientThatLearns(() => undefined);
    await readRightsAgain(client);
    expect(asked).toContain(getSession.path);
    expect(asked).toContain(getProject.path);
    expect(asked).toContain(listProjects.path);
    expect(asked).not.toContain(listUsers.path);
    expect(asked).not.toContain('everything');
  });

  it('reads everything again when the reader may do more or less than before', async () => {
    const more = clientThatLearns((client) => client.setQueryData(session, sessionOf('developer')));
    await readRightsAgain(more.client);
    expect(more.asked.at(-1)).toBe('everything');
  });

  it('does so too when only one project is concerned', async () => {
    const less = clientThatLearns((client) => client.setQueryData(project, projectWith({})));
    await readRightsAgain(less.client);
    expect(less.asked.at(-1)).toBe('everything');
  });
});
