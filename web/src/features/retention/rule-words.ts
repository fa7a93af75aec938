import type { RetentionDraft, RetentionRule, RetentionRun } from 'bff/contract/retention';
import { useTranslation } from 'react-i18next';
import { useListWords } from '../../i18n/use-list-words.ts';
import type { Tone } from '../../ui/StatusDot.tsx';

/** One rule as the end of “keep …”. */
export function useRuleWords(): (rule: RetentionRule) => string {
  const { t } = useTranslation('retention');
  const list = useListWords();
  return (rule) => {
    switch (rule.kind) {
      case 'newest':
        return t('rule.newest', { count: rule.count });
      case 'pushed-within':
        return t('rule.pushed', { count: rule.days });
      case 'pulled-within':
        return t('rule.pulled', { count: rule.days });
      case 'tags':
        return t('rule.tags', { patterns: list(rule.patterns) });
      case 'used-elsewhere':
        return t('rule.elsewhere');
      default:
        return rule satisfies never;
    }
  };
}

/** Which repositories a plan is about. */
export function useRepositoryWords(): (repositories: RetentionDraft['repositories']) => string {
  const { t } = useTranslation('retention');
  const list = useListWords();
  return ({ include, exclude }) => {
    const whole = include.includes('**') ? t('repositories.all') : t('repositories.some', { names: list(include) });
    return exclude.length === 0 ? whole : t('repositories.but', { whole, names: list(exclude) });
  };
}

const tones: Readonly<Record<RetentionRun['state'], Tone>> = {
  planning: 'accent',
  held: 'warn',
  deleting: 'accent',
  done: 'ok',
  declined: 'neutral',
  stopped: 'neutral',
  failed: 'danger',
};

export function runTone({ state, failedCount }: Pick<RetentionRun, 'state' | 'failedCount'>): Tone {
  return state === 'done' && failedCount > 0 ? 'warn' : tones[state];
}

export function isOpen({ finishedAt }: Pick<RetentionRun, 'finishedAt'>): boolean {
  return finishedAt === null;
}
