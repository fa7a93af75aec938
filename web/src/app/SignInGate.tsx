import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation, useNavigate } from 'react-router';
import { onSignInNeeded } from '../api/sign-in-signal.ts';
import { isOpenToAnybody, sessionQuery } from '../domain/account.ts';
import { useErrorWords } from '../domain/error-words.ts';
import { paths } from '../paths.ts';
import { ErrorState } from '../ui/ErrorState.tsx';
import { useSessionWatch } from './session-watch.ts';

const ASK_AGAIN_MS = 3_000;

/**
 * Lets signed-in people through, and others where something is public. Who is not let through, whose session ends, or
 * who asks for more than is public signs in and comes back to where they wanted to go.
 */
export function SignInGate() {
  const { t } = useTranslation('common');
  const words = useErrorWords();
  const here = useHere();
  useSessionWatch();
  useSignInWhenRefused(here);
  const session = useQuery({
    ...sessionQuery(),
    refetchInterval: ({ state }) => (state.status === 'error' ? ASK_AGAIN_MS : false),
  });
  const hasEnded = useHasEnded(session.data?.account);
  if (session.data === undefined) {
    if (session.error === null) return null;
    return (
      <main>
        <title>{`${t('app.unreachableTitle')} · Longshore`}</title>
        <ErrorState
          title={t('app.unreachableTitle')}
          error={words(session.error)}
          onRetry={() => void session.refetch()}
        />
      </main>
    );
  }
  if (session.data.account === null && (hasEnded || !isOpenToAnybody(session.data))) {
    return <Navigate to={paths.signIn(here)} replace />;
  }
  return <Outlet />;
}

function useHere(): string {
  const { pathname, search } = useLocation();
  return `${pathname}${search}`;
}

/** Somebody was signed in on this page and is not any more. */
function useHasEnded(account: object | null | undefined): boolean {
  const [wasSignedIn, setWasSignedIn] = useState(false);
  if (account != null && !wasSignedIn) setWasSignedIn(true);
  return wasSignedIn && account === null;
}

/** What is not public is asked for by a link or a bookmark: that is a reason to sign in, not an error to look at. */
function useSignInWhenRefused(here: string): void {
  const client = useQueryClient();
  const navigate = useNavigate();
  useEffect(
    () =>
      onSignInNeeded(() => {
        if (client.getQueryData(sessionQuery().queryKey)?.account !== null) return;
        void navigate(paths.signIn(here), { replace: true });
      }),
    [client, navigate, here],
  );
}
