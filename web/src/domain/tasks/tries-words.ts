import type { TaskProgress } from 'bff/contract/replication';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

type Tries = Pick<TaskProgress, 'attempt' | 'tries' | 'triesAllowed'>;

/**
 * Which try of a task it is, by the number that its list of attempts has too. Of how many is said only where all of them
 * count: “1 of 8” beside the third attempt would be a riddle.
 */
export function useTriesWords() {
  const { t } = useTranslation('tasks');
  return useMemo(() => {
    const doAllCount = ({ attempt, tries }: Tries) => attempt === tries;
    return {
      /** A figure: “3 of 8”, or “3”. */
      figure: (task: Tries): string =>
        doAllCount(task) ? t('figures.triesOf', { number: task.tries, all: task.triesAllowed }) : String(task.attempt),
      /** “try 3 of 8”, or “try 3”. */
      phrase: (task: Tries): string =>
        doAllCount(task)
          ? t('figures.tryOf', { number: task.tries, all: task.triesAllowed })
          : t('figures.attempt', { number: task.attempt }),
    };
  }, [t]);
}
