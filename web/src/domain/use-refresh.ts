import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { queriesOf, readAgain, readLeftovers } from '../api/read-again.ts';
import { createSerialRefresh } from './serial-refresh.ts';

/**
 * For a page that follows events: what this returns reads the answers of these endpoints again. Nobody followed them
 * while the page was closed, or about another `subject`, so what is left of an earlier visit is read again at once.
 * Give a constant for `endpoints`.
 */
export function useRefresh(endpoints: readonly { readonly path: string }[], restMs: number, subject = ''): () => void {
  const client = useQueryClient();
  const refresh = useMemo(
    () => createSerialRefresh(restMs, () => readAgain(client, queriesOf(endpoints))),
    [client, endpoints, restMs],
  );
  const followed = useRef<string>(undefined);
  useEffect(() => {
    if (followed.current === subject) return;
    followed.current = subject;
    void readLeftovers(client, queriesOf(endpoints));
  }, [client, endpoints, subject]);
  useEffect(() => refresh.forget, [refresh]);
  return refresh.request;
}
