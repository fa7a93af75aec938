import type { Registry } from 'bff/contract/registries';
import type { Tone } from '../../ui/StatusDot.tsx';

export const healthTone: Readonly<Record<Registry['health'], Tone>> = {
  up: 'ok',
  degraded: 'warn',
  down: 'danger',
  unknown: 'neutral',
};

export const needsAttention = ({ health }: Pick<Registry, 'health'>) => health === 'down' || health === 'degraded';

/** What to say of a registry that is not well: the endpoint that is down, and since when. */
export function findTrouble(registry: Pick<Registry, 'endpoints'>): Registry['endpoints'][number] | undefined {
  return registry.endpoints.find(({ state }) => state === 'down');
}

/** The newest check of any endpoint. */
export function lastCheckedAt(registry: Pick<Registry, 'endpoints'>): string | null {
  return registry.endpoints
    .map(({ checkedAt }) => checkedAt)
    .filter((checkedAt) => checkedAt !== null)
    .reduce<string | null>((newest, each) => (newest === null || each > newest ? each : newest), null);
}
