import {
  capabilityNames,
  type EndpointCheck,
  isRegistryError,
  type RegistryCapabilities,
} from '../../registry-client/index.ts';
import type { Capability, EndpointFinding, Reason } from './registry.ts';
import { PasswordUnreadableError } from './registry-clients.ts';

export function findingOf(check: EndpointCheck): EndpointFinding {
  return {
    url: new URL(check.url).origin,
    state: check.state,
    latencyMs: check.latencyMs,
    reason: check.error === undefined ? null : reasonOf(check.error),
  };
}

/** For failures that a person should read; anything else is a fault of ours and says so without its words. */
export function reasonOf(error: unknown): Reason {
  if (isRegistryError(error)) return { code: error.code, sentence: error.sentence, params: error.params };
  if (error instanceof PasswordUnreadableError) {
    return { code: 'password-unreadable', sentence: error.message, params: { registry: error.registryName } };
  }
  return { code: 'unexpected', sentence: 'Something unexpected went wrong; the server’s log has it.', params: {} };
}

export function capabilitiesOf(found: RegistryCapabilities): Capability[] {
  return capabilityNames.map((name) => {
    const { state, reason } = found[name];
    return { name, state, reason: reason ?? null };
  });
}

/** Nothing but a notification that has arrived shows that a registry sends them. */
export function notificationsCapability(registryName: string, notifiedAt: Date | null): Capability {
  if (notifiedAt !== null) return { name: 'notifications', state: 'yes', reason: null };
  return {
    name: 'notifications',
    state: 'unknown',
    reason: {
      code: 'notifications-not-seen',
      sentence: `${registryName} has sent no notification yet: new tags appear after the next scan instead of at once. Make a notification secret here and put the lines into the registry’s configuration under notifications.endpoints.`,
      params: { registry: registryName },
    },
  };
}
