import { useCallback, useSyncExternalStore } from 'react';

/** Below this the navigation is a drawer and tables have two-line rows. The style sheets say the same width. */
export const NARROW = '(max-width: 599.95px)';

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}
