interface Running {
  readonly task: { readonly destination: { readonly registryId: string } };
}

/**
 * When new tasks are worth asking for: as long as there is plenty in hand they are claimed by the handful, because the
 * question costs as much as a task. Each destination counts by itself: those of one that hangs would do for all.
 */
export class TasksInHand {
  #afterClaim: ReadonlyMap<string, number> = new Map();

  claimed(running: Iterable<Running>): void {
    this.#afterClaim = countByDestination(running);
  }

  /** Of those into one destination half have gone. */
  isLow(running: Iterable<Running>): boolean {
    const counts = countByDestination(running);
    return [...this.#afterClaim].some(([registryId, count]) => (counts.get(registryId) ?? 0) * 2 <= count);
  }
}

function countByDestination(running: Iterable<Running>): Map<string, number> {
  const byDestination = Map.groupBy(running, ({ task }) => task.destination.registryId);
  return new Map([...byDestination].map(([registryId, all]) => [registryId, all.length]));
}
