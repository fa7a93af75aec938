import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { isolated, withoutTurns } from '../../i18n/plain-text.ts';

/** What the server says about a cause: `Reason` and the lines of a log. */
export interface Cause {
  readonly code: string;
  readonly sentence: string;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * A translated sentence with its parameters. What stands in `[…]` is left out where one of its parameters did not come.
 * The server's own sentence where there is no translation, or where it needs a parameter that is missing: half a
 * sentence helps nobody.
 */
export function fillReason(cause: Cause, template: string | undefined): string {
  const own = withoutTurns(cause.sentence);
  if (template === undefined) return own;
  const kept = template.replaceAll(/\[([^\]]*)\]/g, (_match, part: string) => fillPart(cause, part) ?? '');
  return fillPart(cause, kept) ?? own;
}

function fillPart(cause: Cause, part: string): string | undefined {
  let isComplete = true;
  const filled = part.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
    const value = Object.hasOwn(cause.params, name) ? cause.params[name] : undefined;
    if (value === undefined || value === '') isComplete = false;
    return isolated(value ?? '');
  });
  return isComplete ? filled : undefined;
}

/** The words of a cause in the page's language. */
export function useReasonText(): (cause: Cause) => string {
  const { i18n } = useTranslation('reasons');
  const { language } = i18n;
  return useCallback(
    (cause) => {
      const template: unknown = i18n.getResource(language, 'reasons', cause.code);
      return fillReason(cause, typeof template === 'string' ? template : undefined);
    },
    [i18n, language],
  );
}
