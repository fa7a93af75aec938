import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** For a box that scrolls where its content is higher: then it takes the focus, so that the keyboard scrolls it too. */
export function useScrolled<Box extends HTMLElement>(): [RefObject<Box | null>, 0 | undefined] {
  const box = useRef<Box>(null);
  const [isScrolled, setIsScrolled] = useState(false);
  // After every drawing: what is in it comes and goes.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () => setIsScrolled(element.scrollHeight > element.clientHeight);
    measure();
    if (typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(measure);
    for (const each of [element, ...element.children]) observer.observe(each);
    return () => observer.disconnect();
  });
  return [box, isScrolled ? 0 : undefined];
}
