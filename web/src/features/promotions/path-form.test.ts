import { describe, expect, it } from 'vitest';
import { changeRow, isSamePath, moveRow, type PathRow, rowsOf, stepsOf, toggleRow } from './path-form.ts';

const path = {
  steps: [
    { environment: 'development', needsApproval: false },
    { environment: 'testing', needsApproval: true },
  ],
  others: ['production'],
};
const names = (rows: readonly PathRow[]) =>
  rows.map(({ environment, isOnPath }) => (isOnPath ? environment : `(${environment})`));

describe('the form of a path', () => {
  it('begins with the path and ends with what is not on it', () => {
    expect(names(rowsOf(path))).toEqual(['development', 'testing', '(production)']);
    expect(isSamePath(stepsOf(rowsOf(path)), path.steps)).toBe(true);
  });

  it('moves steps within the path only', () => {
    const rows = rowsOf(path);
    expect(names(moveRow(rows, 'testing', -1))).toEqual(['testing', 'development', '(production)']);
    expect(moveRow(rows, 'testing', 1)).toBe(rows);
    expect(moveRow(rows, 'development', -1)).toBe(rows);
    expect(moveRow(rows, 'production', -1)).toBe(rows);
  });

  it('puts a step at the end of the path, and one that leaves behind it', () => {
    expect(names(toggleRow(rowsOf(path), 'production'))).toEqual(['development', 'testing', 'production']);
    expect(names(toggleRow(rowsOf(path), 'development'))).toEqual(['testing', '(development)', '(production)']);
    expect(toggleRow(rowsOf(path), 'nowhere')).toHaveLength(3);
  });

  it('asks for no approval where nothing goes in', () => {
    const rows = changeRow(moveRow(rowsOf(path), 'testing', -1), 'development', true);
    expect(stepsOf(rows)).toEqual([
      { environment: 'testing', needsApproval: false },
      { environment: 'development', needsApproval: true },
    ]);
  });
});
