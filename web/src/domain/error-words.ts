import type { TFunction } from 'i18next';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/api-error.ts';
import type { ErrorWords } from '../ui/ErrorState.tsx';

/**
 * What went wrong in the reader's language. The server's own sentence names what and where, and is English; in another
 * language the code's sentence stands in for it.
 */
export function errorWords(t: TFunction<'common'>, language: string, error: unknown): ErrorWords {
  if (!(error instanceof ApiError)) return { sentence: t('errors.unknown'), requestId: null };
  const requestId = error.problem?.requestId ?? null;
  if (error.problem !== null && language === 'en') return { sentence: error.problem.detail, requestId };
  return { sentence: t(`errors.${error.code}`), requestId };
}

/** `errorWords` in the page's language; null stays null, as a query's `error` is. */
export function useErrorWords(): <E>(error: E) => E extends null ? null : ErrorWords {
  const { t, i18n } = useTranslation('common');
  const { language } = i18n;
  return useCallback(
    <E>(error: E) => (error === null ? null : errorWords(t, language, error)) as E extends null ? null : ErrorWords,
    [t, language],
  );
}
