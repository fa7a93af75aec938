import type { Maintenance } from 'bff/contract/registries';

/** Whether a registry takes no writes at that time. */
export function isInMaintenance(maintenance: Maintenance | null, nowMs: number): maintenance is Maintenance {
  return maintenance !== null && Date.parse(maintenance.until) > nowMs;
}
