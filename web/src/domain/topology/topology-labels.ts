/** The plate below a label's words, in the units of the drawing. */
export const LABEL_HEIGHT = 17;
const PADDING = 4;
const LETTER = 6.6;
const WIDE_LETTER = 12.5;
const GAP = 2;

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How wide words are when they are drawn, closely enough for a plate; Chinese ones are as wide as high. */
export function labelWidth(words: string): number {
  const letters = Array.from(words).reduce((sum, letter) => sum + (letter > '\u2E7F' ? WIDE_LETTER : LETTER), 0);
  return letters + 2 * PADDING;
}

/**
 * Labels that would lie on another or on one of `taken`, moved up or down to the nearest free place; within `height`.
 * In the order they come in, so that the same ways have the same places.
 */
export function spreadLabels<Label extends Box>(labels: readonly Label[], taken: readonly Box[], height: number) {
  const placed: Box[] = [...taken];
  return labels.map((label): Label => {
    const y = placesNear(label, height).find((each) => placed.every((other) => !overlap({ ...label, y: each }, other)));
    const moved = { ...label, y: y ?? label.y };
    placed.push(moved);
    return moved;
  });
}

function placesNear({ y, height: own }: Box, height: number): number[] {
  const step = own / 2;
  const most = Math.ceil(height / step);
  const offsets = Array.from({ length: most }, (_, index) => (index + 1) * step);
  return [y, ...offsets.flatMap((offset) => [y - offset, y + offset])].filter(
    (each) => each >= 0 && each + own <= height,
  );
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width + GAP &&
    other.x < one.x + one.width + GAP &&
    one.y < other.y + other.height + GAP &&
    other.y < one.y + one.height + GAP
  );
}
