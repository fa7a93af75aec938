import type { Capability, Registry } from 'bff/contract/registries';
import type { Tone } from '../../ui/StatusDot.tsx';

const tones: Readonly<Record<Registry['health'], Tone>> = {
  up: 'ok',
  degraded: 'warn',
  down: 'danger',
  unknown: 'neutral',
};

export const healthTone = (health: Registry['health']): Tone => tones[health];

const capabilityTones: Readonly<Record<Capability['state'], Tone>> = { yes: 'ok', no: 'warn', unknown: 'neutral' };
export const capabilityTone = (state: Capability['state']): Tone => capabilityTones[state];

export const needsAttention = ({ health }: Pick<Registry, 'health'>): boolean =>
  health === 'down' || health === 'degraded';

/** What a registry certainly cannot do; what is not known is not held against it. */
export const missingCapabilities = ({ capabilities }: Pick<Registry, 'capabilities'>): Capability[] =>
  capabilities.filter(({ state }) => state === 'no');

/** The worst endpoint: the one whose reason explains the registry's health. */
export function worstEndpoint({ endpoints }: Pick<Registry, 'endpoints'>): Registry['endpoints'][number] | undefined {
  return endpoints.find(({ state }) => state === 'down') ?? endpoints.find(({ state }) => state === 'unknown');
}

/** The latency to show for all of them: of the first that is up, which is the one requests go to. */
export function latencyMs({ endpoints }: Pick<Registry, 'endpoints'>): number | undefined {
  return endpoints.find(({ state }) => state === 'up')?.latencyMs ?? undefined;
}
