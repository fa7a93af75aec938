import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useSideways } from './use-sideways.ts';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function Probe() {
  const [box, hidden] = useSideways<HTMLDivElement>();
  return (
    <div ref={box} data-testid="box">
      {JSON.stringify(hidden)}
    </div>
  );
}

/** Draws a box that shows 300 pixels of so many. */
function draw(contentPx: number) {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(300);
  vi.spyOn(HTMLElement.prototype, 'scrollWidth', 'get').mockReturnValue(contentPx);
  render(<Probe />);
  const box = screen.getByTestId('box');
  const scrollTo = (left: number) =>
    act(() => {
      box.scrollLeft = left;
      box.dispatchEvent(new Event('scroll'));
    });
  return { scrollTo, hidden: () => JSON.parse(box.textContent) as unknown };
}

describe('a box that may scroll sideways', () => {
  it('hides nothing while all of it has room', () => {
    expect(draw(300).hidden()).toEqual({ left: false, right: false });
  });

  it('says on which sides there is more, wherever it was scrolled to', () => {
    const { hidden, scrollTo } = draw(700);
    expect(hidden()).toEqual({ left: false, right: true });
    scrollTo(150);
    expect(hidden()).toEqual({ left: true, right: true });
    // At its end a box may stand a part of a pixel before it.
    scrollTo(399.5);
    expect(hidden()).toEqual({ left: true, right: false });
  });
});
