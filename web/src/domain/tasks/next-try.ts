import { useTranslation } from 'react-i18next';
import { useNow } from '../../i18n/now.ts';
import { useFormat } from '../../i18n/use-format.ts';
import { secondsUntil } from './task-figures.ts';

/** When what waits is tried again: in how long, or that it is due; null where that is not known. */
export function useNextTry(at: string | null): string | null {
  const { t } = useTranslation('tasks');
  const { clock } = useFormat();
  const seconds = secondsUntil(at, useNow());
  if (seconds === undefined) return null;
  return seconds > 0 ? t('figures.nextTry', { clock: clock(seconds) }) : t('figures.due');
}
