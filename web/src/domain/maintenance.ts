import type { Maintenance } from 'bff/contract/registries';
import { useTranslation } from 'react-i18next';
import { useNow } from '../i18n/now.ts';
import { useFormat } from '../i18n/use-format.ts';
import type { KnownRegistry } from './registry-directory.ts';

const HALF_MINUTE_MS = 30_000;

/** Whether a registry takes no writes at that time. */
export function isInMaintenance(maintenance: Maintenance | null, nowMs: number): maintenance is Maintenance {
  return maintenance !== null && Date.parse(maintenance.until) > nowMs;
}

/**
 * What is said in place of the health of a registry that somebody has announced a maintenance of, in the tone of what
 * somebody wants so; null of any other, and of one that is worse off than that.
 */
export function useMaintenanceWords(): (registry: Pick<KnownRegistry, 'health' | 'maintenance'>) => string | null {
  const { t } = useTranslation('domain');
  const { moment } = useFormat();
  const nowMs = useNow(HALF_MINUTE_MS);
  return ({ health, maintenance }) => {
    if (health === 'down' || health === 'degraded' || !isInMaintenance(maintenance, nowMs)) return null;
    return t('inMaintenance', { time: moment(maintenance.until) });
  };
}
