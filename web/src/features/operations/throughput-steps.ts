/** A series in fewer steps: the average of each. */
export function averages(values: readonly number[], stepCount: number): number[] {
  const length = values.length / stepCount;
  return Array.from({ length: stepCount }, (_, step) => {
    const part = values.slice(Math.round(step * length), Math.round((step + 1) * length));
    return part.length === 0 ? 0 : part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
