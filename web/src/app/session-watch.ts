import { useQueryClient } from '@tanstack/react-query';
import { getSession } from 'bff/contract/session';
import { useEffect } from 'react';
import { onSessionChange } from '../api/session-signal.ts';
import { useConnection } from '../api/stream-hooks.tsx';

/** Asks anew who is signed in when another tab signed in or out, or when the live stream ended: it ends with the session. */
export function useSessionWatch(): void {
  const client = useQueryClient();
  const { state } = useConnection();
  useEffect(() => onSessionChange(() => void client.invalidateQueries({ queryKey: [getSession.path] })), [client]);
  useEffect(() => {
    if (state === 'lost') void client.invalidateQueries({ queryKey: [getSession.path] });
  }, [client, state]);
}
