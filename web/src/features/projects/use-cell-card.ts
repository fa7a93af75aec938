import { type FocusEvent, type PointerEvent, useCallback, useEffect, useRef, useState } from 'react';
import { cellPosition } from './MatrixLineRow.tsx';

export interface CellTarget {
  line: number;
  column: number;
  element: HTMLElement;
}

/** Long enough that crossing the grid with the pointer opens nothing. */
const OPEN_DELAY_MS = 350;
const CLOSE_DELAY_MS = 120;

/** Which cell's card is open: by resting the pointer on it or by moving the focus to it; Escape closes it. */
export function useCellCard() {
  const [target, setTarget] = useState<CellTarget | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const settle = useCallback((next: CellTarget | null, delayMs: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setTarget(next), delayMs);
  }, []);
  const close = useCallback(() => {
    clearTimeout(timer.current);
    setTarget(null);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (target === null) return undefined;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') close();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [target, close]);

  const over = (eventTarget: EventTarget | null, delayMs: number) => {
    const position = cellPosition(eventTarget);
    if (position === null || position.column === 0) settle(null, CLOSE_DELAY_MS);
    else settle(position, delayMs);
  };
  return {
    target,
    close,
    handlers: {
      onPointerOver: (event: PointerEvent) => {
        if (event.pointerType === 'mouse') over(event.target, OPEN_DELAY_MS);
      },
      onPointerLeave: () => settle(null, CLOSE_DELAY_MS),
      onFocus: (event: FocusEvent) => {
        if (event.target.matches(':focus-visible')) over(event.target, OPEN_DELAY_MS);
      },
      onBlur: () => settle(null, CLOSE_DELAY_MS),
    },
  };
}
