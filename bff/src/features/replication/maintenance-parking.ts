import type { Registry } from '../registries/registries.service.ts';
import { maintenanceCode, type Reason, type Touched } from './replication.ts';
import type { ReplicationStore } from './replication.store.ts';
import { sentences } from './task-outcome.ts';

export interface MaintenanceParkingDeps {
  readonly store: Pick<ReplicationStore, 'listToPark' | 'park' | 'release'>;
  readonly findRegistry: (registryId: string) => Promise<Registry | undefined>;
  readonly onParked: (touched: Touched) => Promise<void>;
}

/** Undefined where the registry takes writes. */
export function maintenanceReason({ id, name, maintenance }: Registry): Reason | undefined {
  if (maintenance === null) return undefined;
  const until = `${maintenance.until.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return sentences.inMaintenance(id, name, until, maintenance.message);
}

/** Has the tasks for registries in maintenance wait for its end; no worker takes them meanwhile. */
export class MaintenanceParking {
  readonly #deps: MaintenanceParkingDeps;

  constructor(deps: MaintenanceParkingDeps) {
    this.#deps = deps;
  }

  async park(): Promise<void> {
    const { store, findRegistry, onParked } = this.#deps;
    for (const id of await store.listToPark()) {
      const registry = await findRegistry(id);
      const reason = registry && maintenanceReason(registry);
      if (reason !== undefined) await onParked(await store.park(id, reason));
    }
  }

  /** The maintenance ended before its time. @returns how many are due */
  release(registryId: string): Promise<number> {
    return this.#deps.store.release(registryId, [maintenanceCode]);
  }
}
