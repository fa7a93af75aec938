import { describe, expect, it } from 'vitest';
import { sparklinePaths } from './sparkline-path.ts';

describe('the throughput line', () => {
  it('goes from the oldest point on the left to now on the right', () => {
    expect(sparklinePaths([0, 50, 100], 20, 10).line).toBe('M0 10L10 5L20 0');
  });
  it('lies on the base when nothing flows', () => {
    expect(sparklinePaths([0, 0], 20, 10).line).toBe('M0 10L20 10');
  });
  it('keeps its scale while the peak has left the window', () => {
    expect(sparklinePaths([50], 20, 10, 100).line).toBe('M0 5');
  });
  it('closes the area to the base', () => {
    expect(sparklinePaths([100, 100], 20, 10).area).toBe('M0 0L20 0L20 10L0 10Z');
  });
  it('draws nothing of nothing', () => expect(sparklinePaths([], 20, 10)).toEqual({ line: '', area: '' }));
});
