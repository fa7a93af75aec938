import type { PathStep, PromotionPath } from 'bff/contract/promotions';

/** One environment in the form: on the path or beside it. */
export interface PathRow extends PathStep {
  readonly isOnPath: boolean;
}

/** First what is on the path, in its order, then what could be. */
export function rowsOf({ steps, others }: Pick<PromotionPath, 'steps' | 'others'>): PathRow[] {
  return [
    ...steps.map((step) => ({ ...step, isOnPath: true })),
    ...others.map((environment) => ({ environment, needsApproval: false, isOnPath: false })),
  ];
}

/** The first step is where tags come from: nothing goes into it, and so nothing is approved. */
export function stepsOf(rows: readonly PathRow[]): PathStep[] {
  const onPath = rows.filter(({ isOnPath }) => isOnPath);
  return onPath.map(({ environment, needsApproval }, index) => ({
    environment,
    needsApproval: index > 0 && needsApproval,
  }));
}

/** `by` places up (negative) or down, within the path. */
export function moveRow(rows: readonly PathRow[], environment: string, by: -1 | 1): readonly PathRow[] {
  const from = rows.findIndex((row) => row.environment === environment);
  const [row, other] = [rows[from], rows[from + by]];
  if (row === undefined || other === undefined || !row.isOnPath || !other.isOnPath) return rows;
  return rows.with(from, other).with(from + by, row);
}

/** Onto the path at its end, or off it. */
export function toggleRow(rows: readonly PathRow[], environment: string): readonly PathRow[] {
  const changed = rows.map((row) => (row.environment === environment ? { ...row, isOnPath: !row.isOnPath } : row));
  const row = changed.find((one) => one.environment === environment);
  if (row === undefined) return rows;
  const others = changed.filter((one) => one !== row);
  const end = others.filter(({ isOnPath }) => isOnPath).length;
  return others.toSpliced(end, 0, row);
}

export function changeRow(rows: readonly PathRow[], environment: string, needsApproval: boolean): readonly PathRow[] {
  return rows.map((row) => (row.environment === environment ? { ...row, needsApproval } : row));
}

export function isSamePath(one: readonly PathStep[], other: readonly PathStep[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
