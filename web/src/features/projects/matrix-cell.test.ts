import type { MatrixCell, MatrixRow } from 'bff/contract/projects';
import { describe, expect, it } from 'vitest';
import { copyPercent, groupByRepository, leftmostColumn, withProgress } from './matrix-cell.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const cell = (state: MatrixCell['state'], task: MatrixCell['task'] = null): MatrixCell => ({
  state,
  digest: state === 'missing' || state === 'copying' ? null : digest,
  sizeBytes: null,
  pushedAt: null,
  pushedBy: null,
  task,
  trash: null,
});
const row = (repository: string, tag: string, ...cells: MatrixCell[]): MatrixRow => ({
  repository,
  tag,
  pushedAt: null,
  sizeBytes: null,
  platforms: [],
  cells,
});

describe('leftmostColumn', () => {
  it('skips columns that lack the tag', () => {
    expect(leftmostColumn(row('a/b', '1', cell('missing'), cell('first'), cell('same')))).toBe(1);
    expect(leftmostColumn(row('a/b', '1', cell('missing')))).toBe(-1);
  });
});

describe('copyPercent', () => {
  it('is unknown until planned and below 100 until the end is said', () => {
    expect(copyPercent(null)).toBeNull();
    expect(copyPercent({ id: 't', bytesDone: 5, bytesTotal: null })).toBeNull();
    expect(copyPercent({ id: 't', bytesDone: 62, bytesTotal: 100 })).toBe(62);
    expect(copyPercent({ id: 't', bytesDone: 100, bytesTotal: 100 })).toBe(99);
    expect(copyPercent({ id: 't', bytesDone: 0, bytesTotal: 0 })).toBe(0);
  });
});

describe('withProgress', () => {
  const rows = [
    row('a/b', '1', cell('first'), cell('copying', { id: 't1', bytesDone: 1, bytesTotal: 10 })),
    row('a/b', '2', cell('first'), cell('missing')),
  ];
  it('moves the figures of the cell that shows the task', () => {
    const next = withProgress(rows, { id: 't1', bytesDone: 7, bytesTotal: 10 });
    expect(next[0]?.cells[1]?.task).toEqual({ id: 't1', bytesDone: 7, bytesTotal: 10 });
    expect(next[1]).toBe(rows[1]);
  });
  it('gives the same rows back for a task that no cell shows', () => {
    expect(withProgress(rows, { id: 'other', bytesDone: 7, bytesTotal: 10 })).toBe(rows);
  });
});

describe('groupByRepository', () => {
  it('heads each run of a repository and says when it was seen before', () => {
    const lines = groupByRepository([row('p/a', '2'), row('p/a', '1'), row('p/b', '1'), row('p/a', '0')]);
    expect(
      lines.map((line) => (line.kind === 'tag' ? line.row.tag : `${line.repository} ${line.isContinued}`)),
    ).toEqual(['p/a false', '2', '1', 'p/b false', '1', 'p/a true', '0']);
  });
});
