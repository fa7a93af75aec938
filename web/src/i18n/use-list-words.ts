import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** “pull, push and delete”, in the page's language. */
export function useListWords(): (items: readonly string[]) => string {
  const { language } = useTranslation('common').i18n;
  return useCallback((items) => listWords(language, items), [language]);
}

/** A Chinese 和 stands apart from Latin letters, as every other word of the pages does. */
export function listWords(language: string, items: readonly string[]): string {
  const parts = new Intl.ListFormat(language, { type: 'conjunction' }).formatToParts(items);
  return parts
    .map(({ type, value }, index) => {
      if (type === 'element' || value !== '和') return value;
      const before = /[!-~]$/.test(parts[index - 1]?.value ?? '') ? ' ' : '';
      const after = /^[!-~]/.test(parts[index + 1]?.value ?? '') ? ' ' : '';
      return `${before}${value}${after}`;
    })
    .join('');
}
