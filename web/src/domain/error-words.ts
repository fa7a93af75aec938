import { type Needed, placeActions } from 'bff/contract/permissions';
import type { TFunction } from 'i18next';
import { createElement, lazy, Suspense, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/api-error.ts';
import { withoutTurns } from '../i18n/plain-text.ts';
import type { ErrorWords } from '../ui/ErrorState.tsx';
import { environmentInSentence } from './environment-name.ts';

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
  const isFinal = error.status === 403 || error.status === 404;
  return { sentence, requestId, isFinal, ...(needed === undefined ? {} : wayOut(needed)) };
}

/** To who could give the role. */
function wayOut({ roles, project }: Needed): Pick<ErrorWords, 'more'> {
  if (roles.length === 0 || project === null) return {};
  return { more: createElement(Suspense, null, createElement(MembersLink, { project })) };
}

/** What an action would need: the least role that suffices, and where. */
function neededWords(t: TFunction<['common', 'domain']>, { roles, project, environment, ...needed }: Needed): string {
  const [least] = roles;
  const action = placeActions.find((one) => one === needed.action);
  if (least === undefined || project === null || action === undefined) return t('domain:needed.system');
  const role = t(roles.length > 1 ? 'domain:needed.orHigher' : 'domain:needed.only', {
    role: t(`domain:role.${least}`),
  });
  const doing = t(`domain:needed.doing.${action}`);
  if (environment === null) return t('domain:needed.project', { doing, project, role });
  const where = environmentInSentence(t, environment);
  return t('domain:needed.environment', { doing, project, environment: where, role });
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

/** The words of a refusal that a page foresees, without asking for what would be refused. */
export function useNeededWords(): (needed: Needed) => ErrorWords {
  const { t } = useTranslation(['common', 'domain']);
  return (needed) => ({ sentence: neededWords(t, needed), requestId: null, ...wayOut(needed) });
}
