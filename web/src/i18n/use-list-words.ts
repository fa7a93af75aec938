import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** “pull, push and delete”, in the page's language. */
export function useListWords(): (items: readonly string[]) => string {
  const { language } = useTranslation('common').i18n;
  return useCallback((items) => new Intl.ListFormat(language, { type: 'conjunction' }).format(items), [language]);
}
