import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { isolated, withoutTurns } from '../../i18n/plain-text.ts';

/** What the server says about a cause: `Reason` and the lines of a log. */
export interface Cause {
  readonly code: string;
  readonly sentence: string;
  readonly params: Readonly<Record<string, string>>;
}

const OF_CAUSE = 'cause.';

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
    return isolated(name === 'bytes' ? asNumber(value) : (value ?? ''));
  });
  return isComplete ? filled : undefined;
}

/** Digits in groups of three, as both languages write them. */
const asNumber = (digits = ''): string => (/^\d+$/.test(digits) ? Number(digits).toLocaleString('en') : digits);

/** What is named as the cause of a cause, where it came with its code and its parameters: older lines have words only. */
function causeOf({ params }: Cause): Cause | undefined {
  const { cause, causeCode } = params;
  if (cause === undefined || causeCode === undefined) return undefined;
  const own = Object.entries(params).flatMap(([name, value]) =>
    name.startsWith(OF_CAUSE) ? [[name.slice(OF_CAUSE.length), value]] : [],
  );
  return { code: causeCode, sentence: cause, params: Object.fromEntries(own) as Cause['params'] };
}

/** A cause in a language's words, of which `templateOf` knows those that are not the server's own. */
export function reasonWords(cause: Cause, templateOf: (code: string) => string | undefined): string {
  const template = templateOf(cause.code);
  const inner = template === undefined ? undefined : causeOf(cause);
  if (inner === undefined) return fillReason(cause, template);
  return fillReason({ ...cause, params: { ...cause.params, cause: reasonWords(inner, templateOf) } }, template);
}

/** The words of a cause in the page's language. */
export function useReasonText(): (cause: Cause) => string {
  const { i18n } = useTranslation('reasons');
  const { language } = i18n;
  return useCallback(
    (cause) =>
      reasonWords(cause, (code) => {
        const template: unknown = i18n.getResource(language, 'reasons', code);
        return typeof template === 'string' ? template : undefined;
      }),
    [i18n, language],
  );
}
