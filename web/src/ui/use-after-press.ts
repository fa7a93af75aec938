import { useEffect, useRef } from 'react';

/**
 * Runs what leaving a field brings: at once where the keyboard leaves it; where a press of the mouse does, when it is let
 * go, whose click follows. What appears in between moves the page below, and the click misses what was aimed at.
 */
export function useAfterPress(): (action: () => void) => void {
  const press = useRef<{ isDown: boolean; waiting: (() => void) | undefined }>({ isDown: false, waiting: undefined });
  useEffect(() => {
    const { current } = press;
    const down = () => {
      current.isDown = true;
    };
    const up = () => {
      current.isDown = false;
      const { waiting } = current;
      current.waiting = undefined;
      waiting?.();
    };
    document.addEventListener('mousedown', down, true);
    // A press that becomes a drag ends without letting go.
    for (const end of ['mouseup', 'dragend']) document.addEventListener(end, up, true);
    return () => {
      document.removeEventListener('mousedown', down, true);
      for (const end of ['mouseup', 'dragend']) document.removeEventListener(end, up, true);
    };
  }, []);
  return (action) => {
    if (press.current.isDown) press.current.waiting = action;
    else action();
  };
}
