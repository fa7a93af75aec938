import { useMemo } from 'react';
import { useConnection } from '../api/stream-hooks.tsx';
import { useFormat } from '../i18n/use-format.ts';

/**
 * Rates and times left in words, null where there is none: they are of this moment, and while the connection is lost
 * nobody knows them.
 */
export function useCurrentFigures() {
  const { rate, clock } = useFormat();
  const isLost = useConnection().state === 'lost';
  return useMemo(() => {
    const current = (words: (figure: number) => string) => (figure: number | null) =>
      figure === null || isLost ? null : words(figure);
    return { isLost, rate: current(rate), clock: current(clock) };
  }, [rate, clock, isLost]);
}
