import type { PolicyContent } from 'bff/contract/policies';
import { useTranslation } from 'react-i18next';
import { useScheduleWords } from '../../domain/schedule-check.ts';

/** When a policy runs, in words. */
export function PolicyTrigger({ content: { onPush, schedule } }: { content: PolicyContent }) {
  const { t } = useTranslation('policies');
  const words = useScheduleWords(schedule) ?? schedule?.cron;
  if (words === undefined) return t(onPush ? 'trigger.onPush' : 'trigger.manual');
  const title = `${words} (${schedule?.timeZone ?? ''})`;
  const text = onPush ? t('trigger.and', { first: t('trigger.onPush'), second: inSentence(words) }) : words;
  return <span title={title}>{text}</span>;
}

/** The server's sentence as the second half of another. */
const inSentence = (words: string) => words.charAt(0).toLowerCase() + words.slice(1);
