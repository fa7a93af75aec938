import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { getProject, listProjects, type ProjectDetail } from 'bff/contract/projects';
import { listRegistryDirectory } from 'bff/contract/registries';
import { getSession } from 'bff/contract/session';
import { useEffect, useMemo } from 'react';
import { onSessionChange } from '../api/session-signal.ts';
import { useConnection, useStreamEvent } from '../api/stream-hooks.tsx';
import { sessionQuery } from '../domain/account.ts';
import { createSerialRefresh } from '../domain/serial-refresh.ts';

/** Members are changed several at a time; each change says so. */
const REST_MS = 1_000;

/**
 * Asks anew who is signed in when another tab signed in or out, or when the live stream ended, as it does with the
 * session; and what the reader may do when roles changed somewhere.
 */
export function useSessionWatch(): void {
  const client = useQueryClient();
  const { state } = useConnection();
  const rights = useMemo(() => createSerialRefresh(REST_MS, () => readRightsAgain(client)), [client]);
  useEffect(() => rights.forget, [rights]);
  useStreamEvent('access', rights.request);
  useEffect(() => onSessionChange(() => void client.invalidateQueries({ queryKey: [getSession.path] })), [client]);
  useEffect(() => {
    if (state === 'lost') void client.invalidateQueries({ queryKey: [getSession.path] });
  }, [client, state]);
}

/** Most changes concern others: only when the reader's own rights are not what they were is everything read again. */
export async function readRightsAgain(client: QueryClient): Promise<void> {
  const before = knownRights(client);
  await Promise.all(
    [getSession, getProject, listProjects, listRegistryDirectory].map(({ path }) =>
      client.invalidateQueries({ queryKey: [path] }),
    ),
  );
  if (knownRights(client) === before) return;
  await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== getSession.path });
}

function knownRights(client: QueryClient): string {
  const session = client.getQueryData(sessionQuery().queryKey);
  const projects = client.getQueriesData<ProjectDetail>({ queryKey: [getProject.path] });
  return JSON.stringify([
    session?.account?.permissions,
    session?.anonymousPermissions,
    projects.map(([, project]) => project?.access),
  ]);
}
