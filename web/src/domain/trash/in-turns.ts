/** Works on all of them, a few at once. One that fails does not keep the others. */
export async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<Array<{ readonly item: T; readonly error: Error }>> {
  const failures: Array<{ item: T; error: Error }> = [];
  const queue = items.values();
  const turn = async () => {
    for (const item of queue) {
      try {
        await work(item);
      } catch (error) {
        failures.push({ item, error: error instanceof Error ? error : new Error(String(error)) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, turn));
  return failures;
}
