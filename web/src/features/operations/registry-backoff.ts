import type { Operations } from 'bff/contract/operations';

/** Until when a registry is left alone: because it asked for it, or because a copy that failed there waits. */
export function backoffUntil(
  { registries, failures }: Pick<Operations, 'registries' | 'failures'>,
  registry: { readonly id: string; readonly name: string },
): string | null {
  const quietUntil = registries.find(({ registryId }) => registryId === registry.id)?.quietUntil ?? null;
  if (quietUntil !== null) return quietUntil;
  // The reason names the registry that is its cause.
  const tries = failures.flatMap(({ reason: { params }, nextAttemptAt }) =>
    nextAttemptAt !== null && (params['registryId'] === registry.id || params['registry'] === registry.name)
      ? [nextAttemptAt]
      : [],
  );
  return tries.toSorted()[0] ?? null;
}
