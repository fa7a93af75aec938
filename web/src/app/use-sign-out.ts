import { useQueryClient } from '@tanstack/react-query';
import { signOut } from 'bff/contract/session';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import { announceSessionChange } from '../api/session-signal.ts';
import { errorWords } from '../domain/error-words.ts';
import { paths } from '../paths.ts';
import { toast } from '../ui/toast.ts';

/** Ends the session here and in every tab. The page is loaded anew, so that nothing of the account stays in memory. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const { t, i18n } = useTranslation(['common', 'domain']);
  return () => {
    call(signOut, {}).then(
      () => {
        announceSessionChange();
        client.clear();
        location.assign(paths.signIn());
      },
      (error: unknown) => toast({ message: errorWords(t, i18n.language, error).sentence, tone: 'danger' }),
    );
  };
}
