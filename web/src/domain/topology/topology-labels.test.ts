import { describe, expect, it } from 'vitest';
import { labelWidth, spreadLabels } from './topology-labels.ts';

const label = (x: number, y: number) => ({ x, y, width: 60, height: 17 });

describe('the words beside lines', () => {
  it('stay where they are while nothing is in their way', () => {
    const labels = [label(0, 20), label(100, 20), label(0, 60)];
    expect(spreadLabels(labels, [], 200)).toEqual(labels);
  });

  it('move apart, the later ones to the nearest place', () => {
    const [first, second, third] = spreadLabels([label(0, 50), label(30, 52), label(10, 50)], [], 200);
    expect(first?.y).toBe(50);
    const ys = [first, second, third].map((each) => each?.y ?? 0).toSorted((one, other) => one - other);
    expect((ys[1] ?? 0) - (ys[0] ?? 0)).toBeGreaterThanOrEqual(17);
    expect((ys[2] ?? 0) - (ys[1] ?? 0)).toBeGreaterThanOrEqual(17);
    expect(Math.max(...ys) - Math.min(...ys)).toBeLessThan(70);
  });

  it('do not lie on a registry, nor leave the drawing', () => {
    const [moved] = spreadLabels([label(0, 5)], [{ x: 0, y: 0, width: 176, height: 30 }], 200);
    expect(moved?.y).toBeGreaterThanOrEqual(30);
  });

  it('stay where there is no room for all', () => {
    expect(spreadLabels([label(0, 2), label(0, 2)], [], 20)[1]?.y).toBe(2);
  });

  it('are wider in Chinese, letter by letter', () => {
    expect(labelWidth('等待')).toBeGreaterThan(labelWidth('ab'));
  });
});
