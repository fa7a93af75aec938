import type { Needed } from 'bff/contract/permissions';
import type { TFunction } from 'i18next';
import { createElement, lazy, Suspense, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/api-error.ts';
import { withoutTurns } from '../i18n/plain-text.ts';
import type { ErrorWords } from '../ui/ErrorState.tsx';

const MembersLink = lazy(async () => ({ default: (await import('./MembersLink.tsx')).MembersLink }));

/**
 * What went wrong in the reader's language. The server's own sentence names what and where, and is English; in another
 * language the code's sentence stands in for it. A refusal says what would be needed and leads to who can give it.
 */
export function errorWords(t: TFunction<['common', 'domain']>, language: string, error: unknown): ErrorWords {
  if (!(error instanceof ApiError)) return { sentence: t('errors.unknown'), requestId: null };
  const { problem, code } = error;
  const requestId = problem?.requestId ?? null;
  const needed = problem?.needed;
  // Who asked for a promotion has the role, and yet is refused: the role alone would say the wrong thing.
  const isOfRole = needed !== undefined && code === 'permission-missing';
  const inOther = isOfRole ? neededWords(t, needed) : t(`errors.${code}`);
  const sentence = problem !== null && language === 'en' ? withoutTurns(problem.detail) : inOther;
  const project = needed === undefined || needed.roles.length === 0 ? null : needed.project;
  const isFinal = error.status === 403 || error.status === 404;
  if (project === null) return { sentence, requestId, isFinal };
  return { sentence, requestId, isFinal, more: createElement(Suspense, null, createElement(MembersLink, { project })) };
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
