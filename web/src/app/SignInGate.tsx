import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation } from 'react-router';
import { sessionQuery } from '../domain/account.ts';
import { useErrorWords } from '../domain/error-words.ts';
import { paths } from '../paths.ts';
import { ErrorState } from '../ui/ErrorState.tsx';
import { useSessionWatch } from './session-watch.ts';

const ASK_AGAIN_MS = 3_000;

/** Lets signed-in people through; others sign in first and come back to where they wanted to go. */
export function SignInGate() {
  const { t } = useTranslation('common');
  const location = useLocation();
  const words = useErrorWords();
  useSessionWatch();
  const session = useQuery({
    ...sessionQuery(),
    refetchInterval: ({ state }) => (state.status === 'error' ? ASK_AGAIN_MS : false),
  });
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
  if (session.data.account === null) {
    return <Navigate to={paths.signIn(`${location.pathname}${location.search}`)} replace />;
  }
  return <Outlet />;
}
