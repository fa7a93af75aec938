export interface SparklinePaths {
  readonly line: string;
  /** The line closed to the base, to be filled. */
  readonly area: string;
}

/**
 * Points of a series as SVG paths in a box of `width` by `height`. The base is zero, so that a steady rate looks steady
 * and silence looks flat; `peak` keeps the scale still while the highest point leaves the window.
 */
export function sparklinePaths(
  values: readonly number[],
  width: number,
  height: number,
  peak?: number,
): SparklinePaths {
  const highest = Math.max(peak ?? 0, ...values, 1);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const points = values.map((value, index) => {
    const y = height - (Math.max(value, 0) / highest) * height;
    return `${round(index * step)} ${round(y)}`;
  });
  const [first] = points;
  if (first === undefined) return { line: '', area: '' };
  const line = `M${points.join('L')}`;
  return { line, area: `${line}L${round((values.length - 1) * step)} ${height}L0 ${height}Z` };
}

const round = (value: number): number => Math.round(value * 10) / 10;
