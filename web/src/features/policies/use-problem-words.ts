import { useTranslation } from 'react-i18next';
import { isPatternField, slashedPattern, wrongPattern } from './pattern-problem.ts';
import { type FormField, patternsOf, type PolicyFormValues } from './policy-form.ts';

const PATTERNS_MAX = 50;

/** What is wrong with a field, in the page's language; of patterns, with which of them. */
export function useProblemWords(): (field: FormField, values: PolicyFormValues) => string {
  const { t } = useTranslation('policies');
  return (field, values) => {
    if (!isPatternField(field)) return t(`problem.${field}`);
    const count = patternsOf(values[field]).length;
    if (count === 0) return t('problem.noPattern');
    const words = t(field === 'tags' || field === 'tagsNot' ? 'problem.tags' : 'problem.repositories');
    const pattern = wrongPattern(values, field);
    if (pattern !== undefined) return t('problem.pattern', { pattern, words });
    const slashed = slashedPattern(values, field);
    if (slashed !== undefined) return t('problem.slashes', { pattern: slashed });
    return count > PATTERNS_MAX ? t('problem.manyPatterns') : words;
  };
}
