import type { Needed } from 'bff/contract/permissions';
import type { TFunction } from 'i18next';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/api-error.ts';
import type { ErrorWords } from '../ui/ErrorState.tsx';

/**
 * What went wrong in the reader's language. The server's own sentence names what and where, and is English; in another
 * language the code's sentence stands in for it.
 */
export function errorWords(t: TFunction<['common', 'domain']>, language: string, error: unknown): ErrorWords {
  if (!(error instanceof ApiError)) return { sentence: t('errors.unknown'), requestId: null };
  const requestId = error.problem?.requestId ?? null;
  if (error.problem !== null && language === 'en') return { sentence: error.problem.detail, requestId };
  const needed = error.problem?.needed;
  return { sentence: needed === undefined ? t(`errors.${error.code}`) : neededWords(t, needed), requestId };
}

/** What a refused action would need: the least role that suffices, and where. */
function neededWords(t: TFunction<['common', 'domain']>, { roles, project, environment }: Needed): string {
  const [least] = roles;
  if (least === undefined || project === null) return t('domain:needed.system');
  const role = t(`domain:role.${least}`);
  if (environment === null) return t('domain:needed.project', { project, role });
  return t('domain:needed.environment', { project, environment, role });
}

/** `errorWords` in the page's language; null stays null, as a query's `error` is. */
export function useErrorWords(): <E>(error: E) => E extends null ? null : ErrorWords {
  const { t, i18n } = useTranslation(['common', 'domain']);
  const { language } = i18n;
  return useCallback(
    <E>(error: E) => (error === null ? null : errorWords(t, language, error)) as E extends null ? null : ErrorWords,
    [t, language],
  );
}
