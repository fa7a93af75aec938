import { randomBytes } from 'node:crypto';
import type { RegistryClient, RegistryLoad } from '../../registry-client/index.ts';
import { type ConfiguredRegistry, synchronizeConfigured } from './configured-registries.ts';
import { type ConnectionTest, refuseOwnAddresses, testConnection } from './connection-test.ts';
import { HealthMonitor, type HealthMonitorOptions } from './health-monitor.ts';
import type { MaintenanceStore } from './maintenance.store.ts';
import { hashOfSecret, NotificationSecrets } from './notification-secrets.ts';
import type { RegistriesStore } from './registries.store.ts';
import { type Registry, publicRegistry, type StoredRegistry } from './registry.ts';
import type { AddressPolicy } from './registry-address.ts';
import { type ConnectRegistry, createRegistryClients, type RegistryClients } from './registry-clients.ts';
import {
  RegistryChangedError,
  RegistryCollectingError,
  RegistryFieldError,
  RegistryIdTakenError,
  RegistryInUseError,
  RegistryManagedError,
  RegistryNotFoundError,
} from './registry-errors.ts';
import { type ConnectionFields, fieldsOf, connectionOf, type RegistryDraft } from './registry-fields.ts';
import { capabilitiesOf } from './registry-findings.ts';

import {
  checkMaintenance,
  createMaintenanceWatch,
  type MaintenancePlan,
  type MaintenanceWatch,
} from './maintenance.ts';
import type { SecretSealer } from './sealed-secret.ts';

export type { Reason, Registry, RegistryEndpoint } from './registry.ts';
export type { ConnectionFields, RegistryDraft } from './registry-fields.ts';
export { RegistryNotFoundError } from './registry-errors.ts';

/** Of a connection that is only tried: the registry being edited, or the id that a new one is to have. */
export interface TestedIds {
  readonly registryId: string | undefined;
  readonly newId: string | undefined;
}

export interface RegistriesService {
  /** In the order of their position, then id. */
  readonly listRegistries: () => Promise<Registry[]>;
  readonly findRegistry: (registryId: string) => Promise<Registry | undefined>;
  /** Shared by all callers, one for each version of the registry; do not close it. @throws RegistryNotFoundError */
  readonly clientFor: (registryId: string) => Promise<RegistryClient>;
  /** How busy this process keeps each registry that it has talked to. */
  readonly loads: () => ReadonlyMap<string, RegistryLoad>;
  /** Told when a registry was added, changed (health too) or removed, on any instance. Returns the way to stop. */
  readonly onChanged: (listener: (registryId: string) => void) => () => void;
  /** Whether a notification's bearer secret is the one of this registry; false too where there is no such registry. */
  readonly acceptsNotificationSecret: (registryId: string, secret: string) => Promise<boolean>;

  readonly create: (registryId: string, draft: RegistryDraft) => Promise<void>;
  /** `version`: the one the change was made from. */
  readonly update: (registryId: string, version: number, draft: RegistryDraft) => Promise<void>;
  readonly remove: (registryId: string) => Promise<void>;
  readonly test: (connection: ConnectionFields, ids: TestedIds, signal: AbortSignal) => Promise<ConnectionTest>;
  /** Health and capabilities, now. */
  readonly probe: (registryId: string, signal?: AbortSignal) => Promise<void>;
  /** @returns the new secret, which is not kept */
  readonly makeNotificationSecret: (registryId: string) => Promise<string>;
  /** `startedBy`: the name of whoever did. @throws RegistryNotFoundError, RegistryFieldError, RegistryCollectingError */
  readonly beginMaintenance: (registryId: string, plan: MaintenancePlan) => Promise<void>;
  /** @throws RegistryNotFoundError, RegistryCollectingError */
  readonly endMaintenance: (registryId: string) => Promise<void>;

  readonly synchronize: (configured: readonly ConfiguredRegistry[]) => Promise<void>;
  /** A change that was published, by this instance or another, has arrived; null: some were missed. */
  readonly noteChange: (registryId: string | null) => void;
  /** Begins to watch the health of every registry. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

export interface RegistriesDeps {
  readonly store: RegistriesStore;
  readonly maintenance: MaintenanceStore;
  readonly sealer: SecretSealer;
  readonly addresses: AddressPolicy;
  readonly connect: ConnectRegistry;
  /** Tells every page, and every other instance. */
  readonly publishChange: (registryId: string) => void;
  /** A registry was added or points elsewhere: its catalog has to be read anew. */
  readonly requestScan: (registryId: string) => void;
  /** A maintenance ran out by itself. */
  readonly onMaintenanceOver: (registryId: string) => Promise<void>;
  readonly clock: { now(): Date };
  readonly onFault: (error: unknown) => void;
  readonly monitor?: HealthMonitorOptions;
}

export function createRegistriesService(deps: RegistriesDeps): RegistriesService {
  const registries = new Registries(deps);
  // Functions of their own, so that other parts can be handed one of them.
  return {
    listRegistries: () => registries.listRegistries(),
    findRegistry: (registryId) => registries.findRegistry(registryId),
    clientFor: (registryId) => registries.clientFor(registryId),
    loads: () => registries.loads(),
    onChanged: (listener) => registries.onChanged(listener),
    acceptsNotificationSecret: (registryId, secret) => registries.acceptsNotificationSecret(registryId, secret),
    create: (registryId, draft) => registries.create(registryId, draft),
    update: (registryId, version, draft) => registries.update(registryId, version, draft),
    remove: (registryId) => registries.remove(registryId),
    test: (connection, ids, signal) => registries.test(connection, ids, signal),
    probe: (registryId, signal) => registries.probe(registryId, signal),
    makeNotificationSecret: (registryId) => registries.makeNotificationSecret(registryId),
    beginMaintenance: (registryId, plan) => registries.beginMaintenance(registryId, plan),
    endMaintenance: (registryId) => registries.endMaintenance(registryId),
    synchronize: (configured) => registries.synchronize(configured),
    noteChange: (registryId) => registries.noteChange(registryId),
    start: () => registries.start(),
    stop: () => registries.stop(),
  };
}

class Registries {
  readonly #deps: RegistriesDeps;
  readonly #store: RegistriesStore;
  readonly #clients: RegistryClients;
  readonly #monitor: HealthMonitor;
  readonly #maintenanceWatch: MaintenanceWatch;
  readonly #listeners = new Set<(registryId: string) => void>();
  readonly #notificationSecrets: NotificationSecrets;

  constructor(deps: RegistriesDeps) {
    this.#deps = deps;
    this.#store = deps.store;
    this.#notificationSecrets = new NotificationSecrets((registryId) => deps.store.notificationSecretHash(registryId));
    this.#clients = createRegistryClients({
      connect: deps.connect,
      sealer: deps.sealer,
      onEndpointState: (registryId, state) => this.#monitor.noteTraffic(registryId, state),
    });
    this.#monitor = new HealthMonitor(
      {
        listRegistries: () => this.#store.list(),
        findRegistry: (registryId) => this.#store.find(registryId),
        clientOf: (stored) => this.#clients.clientFor(stored),
        save: (registryId, finding) => this.#store.saveEndpoint(registryId, finding),
        onStateChange: (registryId) => this.#changed(registryId),
        onFault: deps.onFault,
      },
      deps.monitor,
    );
    this.#maintenanceWatch = createMaintenanceWatch({
      endDue: () => deps.maintenance.endDue(),
      onOver: async (registryId) => {
        this.#changed(registryId);
        await deps.onMaintenanceOver(registryId);
      },
      onFault: deps.onFault,
    });
  }

  async listRegistries(): Promise<Registry[]> {
    return (await this.#store.list()).map(publicRegistry);
  }

  async findRegistry(registryId: string): Promise<Registry | undefined> {
    const stored = await this.#store.find(registryId);
    return stored && publicRegistry(stored);
  }

  async clientFor(registryId: string): Promise<RegistryClient> {
    return this.#clients.current(registryId) ?? this.#clients.clientFor(await this.#get(registryId));
  }

  loads(): ReadonlyMap<string, RegistryLoad> {
    return new Map([...this.#clients.all()].map(([registryId, client]) => [registryId, client.load()]));
  }

  onChanged(listener: (registryId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  acceptsNotificationSecret(registryId: string, secret: string): Promise<boolean> {
    return this.#notificationSecrets.accepts(registryId, secret);
  }

  async create(registryId: string, draft: RegistryDraft): Promise<void> {
    const fields = await fieldsOf(this.#deps, registryId, draft, undefined);
    await refuseOwnAddresses(this.#deps.connect, { ...fields, caPem: fields.caPem ?? null }, []);
    if (!(await this.#store.create(registryId, fields))) throw new RegistryIdTakenError(registryId);
    this.#welcome(registryId);
  }

  async update(registryId: string, version: number, draft: RegistryDraft): Promise<void> {
    const before = await this.#getOwn(registryId);
    if (before.version !== version) throw new RegistryChangedError(before.name);
    const fields = await fieldsOf(this.#deps, registryId, draft, before);
    const { endpointUrls, caPem = before.caPem } = fields;
    const known = before.endpoints.map(({ url }) => url);
    await refuseOwnAddresses(this.#deps.connect, { endpointUrls, caPem }, known);
    const outcome = await this.#store.update(registryId, version, fields);
    if (outcome === 'missing') throw new RegistryNotFoundError(registryId);
    if (outcome === 'changed-meanwhile') throw new RegistryChangedError(before.name);
    this.#clients.forget(registryId, 'changed');
    this.#welcome(registryId);
  }

  async remove(registryId: string): Promise<void> {
    const before = await this.#getOwn(registryId);
    if ((await this.#store.remove(registryId)) === 'in-use') throw new RegistryInUseError(before.name);
    this.#clients.forget(registryId, 'removed');
    this.#changed(registryId);
  }

  async test(fields: ConnectionFields, ids: TestedIds, signal: AbortSignal): Promise<ConnectionTest> {
    const { registryId, newId } = ids;
    const before = registryId === undefined ? undefined : await this.#get(registryId);
    // A token for a registry that is there must not go to an address that is tried under its name.
    if (newId !== undefined && (await this.#store.find(newId)) !== undefined) {
      throw new RegistryFieldError('newId', new RegistryIdTakenError(newId).message);
    }
    return testConnection(this.#deps.connect, await connectionOf(this.#deps, fields, before, newId), signal);
  }

  async probe(registryId: string, signal?: AbortSignal): Promise<void> {
    await this.#get(registryId);
    await this.#monitor.check(registryId);
    const stored = await this.#get(registryId);
    if (stored.endpoints.some(({ state }) => state === 'up')) {
      const knownRepository = await this.#store.findRepositoryName(registryId);
      const options = { ...(signal === undefined ? {} : { signal }), ...(knownRepository && { knownRepository }) };
      const found = await this.#clients.clientFor(stored).probe(options);
      await this.#store.saveCapabilities(registryId, capabilitiesOf(found));
    }
    this.#changed(registryId);
  }

  async makeNotificationSecret(registryId: string): Promise<string> {
    await this.#getOwn(registryId);
    const secret = randomBytes(32).toString('base64url');
    await this.#store.saveNotificationSecretHash(registryId, hashOfSecret(secret));
    this.#notificationSecrets.forget(registryId);
    return secret;
  }

  async beginMaintenance(registryId: string, plan: MaintenancePlan): Promise<void> {
    const now = this.#deps.clock.now();
    checkMaintenance(plan, now);
    await this.#refuseWhileCollecting(registryId);
    if (!(await this.#deps.maintenance.begin(registryId, plan))) throw new RegistryNotFoundError(registryId);
    this.#changed(registryId);
  }

  async endMaintenance(registryId: string): Promise<void> {
    await this.#refuseWhileCollecting(registryId);
    await this.#deps.maintenance.end(registryId);
    this.#changed(registryId);
  }

  async #refuseWhileCollecting(registryId: string): Promise<void> {
    const { name } = await this.#get(registryId);
    if (await this.#deps.maintenance.isCollecting(registryId)) throw new RegistryCollectingError(name);
  }

  async synchronize(configured: readonly ConfiguredRegistry[]): Promise<void> {
    for (const registryId of await synchronizeConfigured(this.#store, this.#deps.sealer, configured)) {
      this.#clients.forget(registryId, 'changed');
      this.#changed(registryId);
    }
  }

  noteChange(registryId: string | null): void {
    this.#takeIn(registryId).catch(this.#deps.onFault);
  }

  start(): void {
    this.#monitor.start();
    this.#maintenanceWatch.start();
    this.#probeUnprobed().catch(this.#deps.onFault);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#monitor.stop(), this.#maintenanceWatch.stop()]);
    await this.#clients.close();
  }

  async #get(registryId: string): Promise<StoredRegistry> {
    const stored = await this.#store.find(registryId);
    if (stored === undefined) throw new RegistryNotFoundError(registryId);
    return stored;
  }

  /** For changes: what the configuration describes is changed there. */
  async #getOwn(registryId: string): Promise<StoredRegistry> {
    const stored = await this.#get(registryId);
    if (stored.managedBy === 'configuration') throw new RegistryManagedError(stored.name);
    return stored;
  }

  /** What follows from a new address happens behind the answer: a registry that is down must not hold it up. */
  #welcome(registryId: string): void {
    this.#changed(registryId);
    this.probe(registryId).catch(this.#deps.onFault);
    this.#deps.requestScan(registryId);
  }

  /** Those that came from the configuration, or were added while they were down. */
  async #probeUnprobed(): Promise<void> {
    for (const { id, probedAt } of await this.#store.list()) {
      if (probedAt === null) await this.probe(id).catch(this.#deps.onFault);
    }
  }

  async #takeIn(registryId: string | null): Promise<void> {
    const ids = registryId === null ? (await this.#store.list()).map(({ id }) => id) : [registryId];
    for (const id of ids) {
      this.#notificationSecrets.forget(id);
      if (this.#clients.current(id) !== undefined) await this.#refreshClient(id);
      for (const listener of this.#listeners) listener(id);
    }
  }

  async #refreshClient(registryId: string): Promise<void> {
    const stored = await this.#store.find(registryId);
    if (stored === undefined) this.#clients.forget(registryId, 'removed');
    else this.#clients.clientFor(stored);
  }

  /** Listeners hear of it when it comes back through `noteChange`, like every other instance. */
  #changed(registryId: string): void {
    this.#deps.publishChange(registryId);
  }
}
