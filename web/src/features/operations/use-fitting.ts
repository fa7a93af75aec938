import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/**
 * Of rows in a box that nobody scrolls, how many are in it as a whole. Rows bear `data-fit`; the box cuts what is more.
 * All, where nothing is cut.
 */
export function useFitting<Box extends HTMLElement>(count: number): [RefObject<Box | null>, number] {
  const box = useRef<Box>(null);
  const [fitting, setFitting] = useState(count);
  // After every drawing: a reason that needs a second line pushes the others down.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () => {
      const { bottom } = element.getBoundingClientRect();
      const rows = [...element.querySelectorAll('[data-fit]')];
      setFitting(rows.filter((row) => row.getBoundingClientRect().bottom <= bottom + 1).length);
    };
    measure();
    if (typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  });
  return [box, Math.min(fitting, count)];
}
