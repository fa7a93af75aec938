import { useQueryClient } from '@tanstack/react-query';
import { getSession } from 'bff/contract/session';
import { useEffect } from 'react';
import { queriesOf, readAgain } from '../api/read-again.ts';
import { onSessionChange } from '../api/session-signal.ts';
import { useConnection } from '../api/stream-hooks.tsx';

const session = queriesOf([getSession]);

/** Asks anew who is signed in when another tab signed in or out, or when the live stream ended: it ends with the session. */
export function useSessionWatch(): void {
  const client = useQueryClient();
  const { state } = useConnection();
  useEffect(() => onSessionChange(() => void readAgain(client, session)), [client]);
  useEffect(() => {
    if (state === 'lost') void readAgain(client, session);
  }, [client, state]);
}
