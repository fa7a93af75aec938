import type { TaskProgress } from 'bff/contract/replication';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../i18n/use-format.ts';

type Moved = Pick<TaskProgress, 'bytesDone' | 'bytesSkipped'>;

/** What had to move of something that is done, and how much was there: together they are its size. */
export function useMovedWords(): (done: Moved) => [string] | [string, string] {
  const { t } = useTranslation('tasks');
  const { bytes } = useFormat();
  return useCallback(
    ({ bytesDone, bytesSkipped }) => {
      const moved = bytesDone - bytesSkipped;
      const size = bytes(bytesSkipped);
      if (moved <= 0) {
        return bytesSkipped > 0
          ? [t('figures.nothingMoved'), t('figures.alreadyThere', { size })]
          : [t('figures.nothingMoved')];
      }
      const words = t('figures.moved', { size: bytes(moved) });
      return bytesSkipped > 0 ? [words, t('figures.restThere', { size })] : [words];
    },
    [t, bytes],
  );
}
