import { expect, it } from 'vitest';
import { cellPosition } from './MatrixLineRow.tsx';

it('knows the cell whatever part of it was hit, the drawn glyph included', () => {
  const cell = document.createElement('button');
  cell.innerHTML = '<svg><path d="M3 6h6" /></svg><span>same</span>';
  Object.assign(cell.dataset, { line: '3', column: '2' });
  for (const part of [cell, ...cell.querySelectorAll('*')]) {
    expect(cellPosition(part)).toEqual({ line: 3, column: 2, element: cell });
  }
  expect(cellPosition(document.body)).toBeNull();
  expect(cellPosition(document)).toBeNull();
});
