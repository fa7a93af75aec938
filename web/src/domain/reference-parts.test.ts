import { describe, expect, it } from 'vitest';
import { partsOf } from './reference-parts.ts';

const textsOf = (...name: Parameters<typeof partsOf>) => partsOf(...name).map(({ text }) => text);

describe('where a name is cut', () => {
  it('keeps the whole of a short tag', () => {
    expect(textsOf('payments/api', ':', '2.7.3')).toEqual(['payments/api:', '2.7.3']);
  });

  it('keeps both ends of a long tag', () => {
    const parts = partsOf('payments/api', ':', 'build-1-of-the-crane-scheduler-main-4711');
    expect(parts.map(({ kind }) => kind)).toEqual(['repository', 'head', 'tail']);
    expect(parts[1]?.text).toMatch(/^build-1-/);
    expect(parts[2]?.text).toMatch(/-4711$/);
    expect(parts.map(({ text }) => text).join('')).toBe('payments/api:build-1-of-the-crane-scheduler-main-4711');
  });

  it('has one part where there is only one', () => {
    expect(partsOf('payments/api', '', '')).toEqual([{ kind: 'head', text: 'payments/api' }]);
    expect(partsOf(undefined, '', '2.7.3')).toEqual([{ kind: 'head', text: '2.7.3' }]);
  });
});
