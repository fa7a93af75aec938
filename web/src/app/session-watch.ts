import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { getProject, listProjects, type ProjectDetail } from 'bff/contract/projects';
import { listRegistryDirectory } from 'bff/contract/registries';
import { getSession } from 'bff/contract/session';
import { useEffect, useMemo } from 'react';
import { queriesOf, readAgain } from '../api/read-again.ts';
import { onSessionChange } from '../api/session-signal.ts';
import { useConnection, useStreamEvent } from '../api/stream-hooks.tsx';
import { sessionQuery } from '../domain/account.ts';
import { createSerialRefresh } from '../domain/serial-refresh.ts';

const session = queriesOf([getSession]);
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
  useEffect(() => onSessionChange(() => void readAgain(client, session)), [client]);
  useEffect(() => {
    if (state === 'lost') void readAgain(client, session);
  }, [client, state]);
}

/** Most changes concern others: only when the reader's own rights are not what they were is everything read again. */
export async function readRightsAgain(client: QueryClient): Promise<void> {
  const before = knownRights(client);
  await readAgain(client, queriesOf([getSession, getProject, listProjects, listRegistryDirectory]));
  if (knownRights(client) === before) return;
  await readAgain(client, ({ queryKey }) => queryKey[0] !== getSession.path);
}

function knownRights(client: QueryClient): string {
  const known = client.getQueryData(sessionQuery().queryKey);
  const projects = client.getQueriesData<ProjectDetail>({ queryKey: [getProject.path] });
  return JSON.stringify([
    known?.account?.permissions,
    known?.anonymousPermissions,
    projects.map(([, project]) => project?.access),
  ]);
}
