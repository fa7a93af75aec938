import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { getSession } from 'bff/contract/session';
import { ApiError, isTransient } from './api-error.ts';
import { queriesOf, readAgain } from './read-again.ts';
import { announceSignInNeeded } from './sign-in-signal.ts';

const MAX_RETRIES = 2;

/** One for the page. What the server changes arrives over the event stream, so answers stay fresh until told otherwise. */
export function createQueryClient(): QueryClient {
  const lookAgain = async () => {
    await readAgain(client, queriesOf([getSession]));
    announceSignInNeeded();
  };
  const onError = (error: unknown) => {
    // The session ended elsewhere, or what was asked for is not public: the gate looks again and leads to the sign-in page.
    if (error instanceof ApiError && error.code === 'not-signed-in') {
      void lookAgain();
    }
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < MAX_RETRIES && isTransient(error),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5_000),
        // Said by the connection state instead; a paused query would show a skeleton for ever.
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  return client;
}
