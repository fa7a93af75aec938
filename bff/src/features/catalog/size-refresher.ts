// Summing the distinct blobs of a repository with thousands of tags is too much work for every single push.
const quietMs = 1_000;

/** Sums the sizes of repositories once they have been quiet for a moment. */
export function createSizeRefresher(
  refresh: (repositories: readonly string[]) => Promise<void>,
  onError: (error: unknown) => void,
) {
  const waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const names = [...waiting];
    waiting.clear();
    if (names.length > 0) working = working.then(() => refresh(names)).catch(onError);
    return working;
  };
  return {
    add(repository: string): void {
      waiting.add(repository);
      timer ??= setTimeout(() => void flush(), quietMs);
    },
    flush,
  };
}
