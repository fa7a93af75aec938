import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** The sides on which a box holds more than it shows; none where it does not scroll. */
interface Hidden {
  left: boolean;
  right: boolean;
}

/** Widths are told in whole pixels, places in parts of them. */
const ROUNDING_PX = 1;

/** For a box that scrolls sideways: on which sides there is more, so that it can be hinted at. */
export function useSideways<Box extends HTMLElement>(): [RefObject<Box | null>, Hidden] {
  const box = useRef<Box>(null);
  const [hidden, setHidden] = useState<Hidden>({ left: false, right: false });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () => {
      const { scrollLeft, scrollWidth, clientWidth } = element;
      const left = scrollLeft > ROUNDING_PX;
      const right = scrollWidth - clientWidth - scrollLeft > ROUNDING_PX;
      setHidden((before) => (before.left === left && before.right === right ? before : { left, right }));
    };
    measure();
    element.addEventListener('scroll', measure, { passive: true });
    const observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(measure);
    for (const each of [element, ...element.children]) observer?.observe(each);
    return () => {
      element.removeEventListener('scroll', measure);
      observer?.disconnect();
    };
  }, []);
  return [box, hidden];
}
