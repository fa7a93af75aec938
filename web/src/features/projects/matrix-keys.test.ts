import { describe, expect, it } from 'vitest';
import { nextPosition } from './matrix-keys.ts';

const lines = (['repository', 'tag', 'tag', 'repository', 'tag'] as const).map((kind) => ({ kind }));
const grid = { lines, columnCount: 4, pageLines: 3 };
const press = (key: string, line: number, column: number, isToEdge = false) =>
  nextPosition({ key, isToEdge }, { line, column }, grid);

describe('keys in the matrix', () => {
  it('moves along a row and stops at its ends', () => {
    expect(press('ArrowRight', 1, 1)).toEqual({ line: 1, column: 2 });
    expect(press('ArrowRight', 1, 3)).toEqual({ line: 1, column: 3 });
    expect(press('ArrowLeft', 1, 0)).toEqual({ line: 1, column: 0 });
    expect(press('End', 1, 0)).toEqual({ line: 1, column: 3 });
    expect(press('Home', 1, 3)).toEqual({ line: 1, column: 0 });
  });
  it('stops at headings only in the first column', () => {
    expect(press('ArrowDown', 2, 0)).toEqual({ line: 3, column: 0 });
    expect(press('ArrowDown', 2, 2)).toEqual({ line: 4, column: 2 });
    expect(press('ArrowUp', 4, 2)).toEqual({ line: 2, column: 2 });
    expect(press('ArrowUp', 1, 2)).toEqual({ line: 1, column: 2 });
    expect(press('ArrowRight', 0, 0)).toEqual({ line: 0, column: 0 });
  });
  it('moves by screens and to the ends', () => {
    expect(press('PageDown', 1, 1)).toEqual({ line: 4, column: 1 });
    expect(press('PageUp', 4, 0)).toEqual({ line: 1, column: 0 });
    expect(press('End', 1, 2, true)).toEqual({ line: 4, column: 0 });
    expect(press('Home', 4, 2, true)).toEqual({ line: 0, column: 0 });
  });
  it('leaves other keys alone', () => {
    expect(press('a', 1, 1)).toBeNull();
    expect(press('Enter', 1, 1)).toBeNull();
  });
});
