import type { MatrixColumn } from '../../contract/projects.ts';
import type { RegistriesService, Registry } from '../registries/registries.service.ts';
import type { Freshness, ScanStateStore } from './scan-state.store.ts';

export interface ColumnsDeps {
  readonly registries: Pick<RegistriesService, 'listRegistries'>;
  readonly stateStore: Pick<ScanStateStore, 'listFreshness'>;
  readonly clock: { now(): Date };
}

/** Three scans that did not come. */
const staleAfterMs = 15 * 60_000;

/** The registries as columns of the matrix: in their order, each with its health and the age of what is known of it. */
export function createColumns({ registries, stateStore, clock }: ColumnsDeps): () => Promise<MatrixColumn[]> {
  return async () => {
    const listed = await registries.listRegistries();
    const freshness = await stateStore.listFreshness();
    return listed.map((registry) => columnOf(registry, freshness.get(registry.id), clock.now()));
  };
}

function columnOf(registry: Registry, freshness: Freshness | undefined, now: Date): MatrixColumn {
  const { id, name, environment, health } = registry;
  const isReachable = health !== 'down';
  const asOf = latest(freshness?.scannedAt, isReachable ? freshness?.notifiedAt : null);
  const hasFailed = freshness?.scanState === 'failed';
  const isOld = asOf === null || now.getTime() - asOf.getTime() > staleAfterMs;
  const down = registry.endpoints.find(({ state }) => state === 'down')?.reason ?? null;
  const reason = isReachable ? (freshness?.scanReason ?? null) : down;
  return {
    registryId: id,
    name,
    environment,
    health,
    asOf: asOf?.toISOString() ?? null,
    isStale: !isReachable || hasFailed || isOld,
    reason: reason === null ? null : { ...reason, params: { ...reason.params } },
  };
}

function latest(first: Date | null | undefined, second: Date | null | undefined): Date | null {
  if (first == null) return null;
  return second != null && second > first ? second : first;
}
