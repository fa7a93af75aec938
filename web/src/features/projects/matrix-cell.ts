import type { MatrixCell, MatrixRow } from 'bff/contract/projects';
import type { TaskProgress } from 'bff/contract/replication';

/** Index of the leftmost column that has the tag, which the others are compared with; -1 if none has it. */
export function leftmostColumn(row: Pick<MatrixRow, 'cells'>): number {
  return row.cells.findIndex(({ digest }) => digest !== null);
}

/** 0 to 100, whole; null while the amount is not planned. Never 100 before the task says so itself. */
export function copyPercent(task: MatrixCell['task']): number | null {
  if (task === null || task.bytesTotal === null) return null;
  if (task.bytesTotal <= 0) return 0;
  return Math.min(99, Math.max(0, Math.floor((task.bytesDone / task.bytesTotal) * 100)));
}

const finalStates: ReadonlySet<TaskProgress['state']> = new Set(['succeeded', 'failed', 'stopped']);

export function isFinal(progress: Pick<TaskProgress, 'state'>): boolean {
  return finalStates.has(progress.state);
}

/** Rows with a running copy's figures put in; the same array when no cell shows that task, so that nothing renders anew. */
export function withProgress(
  rows: readonly MatrixRow[],
  progress: Pick<TaskProgress, 'id' | 'bytesDone' | 'bytesTotal'>,
): readonly MatrixRow[] {
  let isChanged = false;
  const next = rows.map((row) => {
    const at = row.cells.findIndex(({ task }) => task?.id === progress.id);
    if (at === -1) return row;
    isChanged = true;
    const task = { id: progress.id, bytesDone: progress.bytesDone, bytesTotal: progress.bytesTotal };
    return { ...row, cells: row.cells.map((cell, index) => (index === at ? { ...cell, task } : cell)) };
  });
  return isChanged ? next : rows;
}

export type MatrixLine =
  | { kind: 'repository'; repository: string; isContinued: boolean }
  | { kind: 'tag'; row: MatrixRow };

/**
 * Rows under a heading of their repository. Only neighbours are grouped: sorted by push, a repository may head several
 * groups, and its later headings say so.
 */
export function groupByRepository(rows: readonly MatrixRow[]): MatrixLine[] {
  const seen = new Set<string>();
  const lines: MatrixLine[] = [];
  let current: string | null = null;
  for (const row of rows) {
    if (row.repository !== current) {
      lines.push({ kind: 'repository', repository: row.repository, isContinued: seen.has(row.repository) });
      seen.add(row.repository);
      current = row.repository;
    }
    lines.push({ kind: 'tag', row });
  }
  return lines;
}
