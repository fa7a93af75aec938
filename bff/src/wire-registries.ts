import type { AuditRecord } from './access/audit-record.ts';
import { createMaintenanceStore } from './features/registries/maintenance.store.ts';
import { createRegistriesStore } from './features/registries/registries.store.ts';
import { createRegistriesService } from './features/registries/registries.service.ts';
import { createRegistriesView } from './features/registries/registries.view.ts';
import { registriesRoutes } from './features/registries/registries.routes.ts';
import { createAddressPolicy } from './features/registries/registry-address.ts';
import { type MintForRegistry, registryConnector } from './features/registries/registry-clients.ts';
import { createSecretSealer } from './features/registries/sealed-secret.ts';
import type { TokenTrust } from './features/registries/token-configuration.ts';
import { ownMarkHeader, ownMarkOf } from './gateway/own-mark.ts';
import type { Foundation } from './wire-foundation.ts';

export interface RegistriesWiring {
  /** Recognises this console's own requests in a registry's notifications. */
  readonly userAgent: string;
  /** Of the catalog, which is built after the registries it reads. */
  readonly requestScan: (registryId: string, requestedBy: 'person' | 'schedule') => Promise<void>;
  /** Of the token service, which is built after the registries it is for. */
  readonly mintForRegistry: MintForRegistry;
  readonly tokenTrust: () => Promise<TokenTrust>;
}

export function wireRegistries(foundation: Foundation, wiring: RegistriesWiring) {
  const { userAgent, requestScan, mintForRegistry, tokenTrust } = wiring;
  const { config, database, bus, clock, logger, recordAudit } = foundation;
  const ownMark = { header: ownMarkHeader, value: ownMarkOf(config.secrets.session.reveal()) };
  const onFault = (error: unknown) => logger.error({ err: error }, 'Something went wrong behind a registry.');
  const configuredHosts = config.registries.flatMap(({ endpointUrls, redirectHosts }) => [
    ...endpointUrls.map((url) => new URL(url).host),
    ...redirectHosts,
  ]);
  const registries = createRegistriesService({
    store: createRegistriesStore(database.kysely),
    maintenance: createMaintenanceStore(database.kysely),
    sealer: createSecretSealer([Buffer.from(config.secrets.encryptionKey.reveal(), 'base64')]),
    addresses: createAddressPolicy({ allowedHosts: [...config.network.allowedRegistryHosts, ...configuredHosts] }),
    connect: registryConnector({ userAgent, ownMark }, mintForRegistry),
    publishChange: (registryId) =>
      bus.publish({ name: 'registry', payload: { registryId, at: clock.now().toISOString() } }),
    requestScan: (registryId) => void requestScan(registryId, 'schedule').catch(onFault),
    onMaintenanceOver: (registryId) => recordAudit(endedByItself(registryId)),
    clock,
    onFault,
  });
  const unsubscribe = bus.subscribe((numbered) => {
    if (numbered === null) registries.noteChange(null);
    else if (numbered.event.name === 'registry') registries.noteChange(numbered.event.payload.registryId);
  });
  const router = registriesRoutes({
    registries,
    view: createRegistriesView(database.kysely),
    requestScan: (registryId) => requestScan(registryId, 'person'),
    tokenTrust,
  });
  return {
    registries,
    router,
    start: async () => {
      await registries.synchronize(config.registries);
      registries.start();
    },
    stop: async () => {
      unsubscribe();
      await registries.stop();
    },
  };
}

function endedByItself(registryId: string): AuditRecord {
  return {
    actor: { kind: 'system', id: null, name: 'Longshore' },
    address: null,
    action: 'endMaintenance',
    outcome: 'done',
    project: null,
    environment: null,
    target: registryId,
    reason: 'Its time was over.',
    before: null,
    after: null,
    requestId: null,
  };
}
