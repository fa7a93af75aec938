import { randomBytes, timingSafeEqual, X509Certificate } from 'node:crypto';
import type { RegistryClient } from '../../registry-client/index.ts';
import { type ConfiguredRegistry, hashOfSecret, synchronizeConfigured } from './configured-registries.ts';
import { type ConnectionTest, testConnection } from './connection-test.ts';
import { createHealthMonitor, type HealthMonitorOptions } from './health-monitor.ts';
import type { RegistriesStore, RegistryFields } from './registries.store.ts';
import { type Registry, publicRegistry, type StoredRegistry } from './registry.ts';
import type { AddressPolicy } from './registry-address.ts';
import { type ConnectRegistry, createRegistryClients, openPassword } from './registry-clients.ts';
import {
  RegistryChangedError,
  RegistryFieldError,
  RegistryIdTakenError,
  RegistryInUseError,
  RegistryManagedError,
  RegistryNotFoundError,
} from './registry-errors.ts';
import { capabilitiesOf } from './registry-findings.ts';
import type { SecretSealer } from './sealed-secret.ts';

export type { Reason, Registry, RegistryEndpoint } from './registry.ts';
export { RegistryNotFoundError } from './registry-errors.ts';

/** `undefined` keeps what is stored, null removes it. */
export interface ConnectionFields {
  readonly endpointUrls: readonly string[];
  readonly username: string | null | undefined;
  readonly password: string | null | undefined;
  readonly caPem: string | null | undefined;
}

export interface RegistryDraft extends ConnectionFields {
  readonly name: string;
  readonly environment: string;
  readonly position: number | undefined;
}

export interface RegistriesService {
  /** In the order of their position, then id. */
  listRegistries(): Promise<Registry[]>;
  findRegistry(registryId: string): Promise<Registry | undefined>;
  /** Shared by all callers, one for each version of the registry; do not close it. @throws RegistryNotFoundError */
  clientFor(registryId: string): Promise<RegistryClient>;
  /** Told when a registry was added, changed (health too) or removed, on any instance. Returns the way to stop. */
  onChanged(listener: (registryId: string) => void): () => void;
  /** Whether a notification's bearer secret is the one of this registry; false too where there is no such registry. */
  acceptsNotificationSecret(registryId: string, secret: string): Promise<boolean>;

  create(registryId: string, draft: RegistryDraft): Promise<void>;
  /** `version`: the one the change was made from. */
  update(registryId: string, version: number, draft: RegistryDraft): Promise<void>;
  remove(registryId: string): Promise<void>;
  test(connection: ConnectionFields, registryId: string | undefined, signal: AbortSignal): Promise<ConnectionTest>;
  /** Health and capabilities, now. */
  probe(registryId: string, signal?: AbortSignal): Promise<void>;
  /** @returns the new secret, which is not kept */
  makeNotificationSecret(registryId: string): Promise<string>;

  synchronize(configured: readonly ConfiguredRegistry[]): Promise<void>;
  /** Another instance changed it. */
  noteRemoteChange(registryId: string): void;
  /** Begins to watch the health of every registry. */
  start(): void;
  stop(): Promise<void>;
}

export interface RegistriesDeps {
  readonly store: RegistriesStore;
  readonly sealer: SecretSealer;
  readonly addresses: AddressPolicy;
  readonly connect: ConnectRegistry;
  /** Tells every page, and every other instance. */
  readonly publishChange: (registryId: string) => void;
  /** A registry was added or points elsewhere: its catalog has to be read anew. */
  readonly requestScan: (registryId: string) => void;
  readonly onFault: (error: unknown) => void;
  readonly monitor?: HealthMonitorOptions;
}

export function createRegistriesService(deps: RegistriesDeps): RegistriesService {
  const { store, sealer, addresses } = deps;
  const listeners = new Set<(registryId: string) => void>();
  const tell = (registryId: string): void => {
    for (const listener of listeners) listener(registryId);
  };
  const changed = (registryId: string): void => {
    deps.publishChange(registryId);
    tell(registryId);
  };
  const clients = createRegistryClients({
    connect: deps.connect,
    sealer,
    onEndpointState: (registryId, state) => monitor.noteTraffic(registryId, state),
  });
  const monitor = createHealthMonitor(
    {
      listRegistries: store.list,
      findRegistry: store.find,
      clientOf: clients.clientFor,
      save: store.saveEndpoint,
      onStateChange: changed,
      onFault: deps.onFault,
    },
    deps.monitor,
  );
  const get = async (registryId: string): Promise<StoredRegistry> => {
    const stored = await store.find(registryId);
    if (stored === undefined) throw new RegistryNotFoundError(registryId);
    return stored;
  };
  const getOwn = async (registryId: string): Promise<StoredRegistry> => {
    const stored = await get(registryId);
    if (stored.managedBy === 'configuration') throw new RegistryManagedError(stored.name);
    return stored;
  };
  const probe = async (registryId: string, signal?: AbortSignal): Promise<void> => {
    const stored = await get(registryId);
    await monitor.check(registryId);
    const after = await get(registryId);
    if (after.endpoints.some(({ state }) => state === 'up')) {
      const knownRepository = await store.findRepositoryName(registryId);
      const options = { ...(signal === undefined ? {} : { signal }), ...(knownRepository && { knownRepository }) };
      await store.saveCapabilities(registryId, capabilitiesOf(await clients.clientFor(stored).probe(options)));
    }
    changed(registryId);
  };
  /** What follows from a new address happens behind the answer: a registry that is down must not hold it up. */
  const welcome = (registryId: string): void => {
    changed(registryId);
    probe(registryId).catch(deps.onFault);
    deps.requestScan(registryId);
  };

  return {
    listRegistries: async () => (await store.list()).map(publicRegistry),
    findRegistry: async (registryId) => {
      const stored = await store.find(registryId);
      return stored && publicRegistry(stored);
    },
    async clientFor(registryId) {
      return clients.current(registryId) ?? clients.clientFor(await get(registryId));
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async acceptsNotificationSecret(registryId, secret) {
      const expected = await store.notificationSecretHash(registryId);
      const given = Buffer.from(hashOfSecret(secret));
      return expected !== null && timingSafeEqual(given, Buffer.from(expected));
    },
    async create(registryId, draft) {
      const fields = await fieldsOf(deps, registryId, draft, undefined);
      if (!(await store.create(registryId, fields))) throw new RegistryIdTakenError(registryId);
      welcome(registryId);
    },
    async update(registryId, version, draft) {
      const before = await getOwn(registryId);
      if (before.version !== version) throw new RegistryChangedError(before.name);
      const fields = await fieldsOf(deps, registryId, draft, before);
      const outcome = await store.update(registryId, version, fields);
      if (outcome === 'missing') throw new RegistryNotFoundError(registryId);
      if (outcome === 'changed-meanwhile') throw new RegistryChangedError(before.name);
      clients.forget(registryId, 'changed');
      welcome(registryId);
    },
    async remove(registryId) {
      const before = await getOwn(registryId);
      const outcome = await store.remove(registryId);
      if (outcome === 'in-use') throw new RegistryInUseError(before.name);
      clients.forget(registryId, 'removed');
      changed(registryId);
    },
    async test(connection, registryId, signal) {
      const before = registryId === undefined ? undefined : await get(registryId);
      const endpointUrls = await Promise.all(connection.endpointUrls.map((url) => addresses.checkUrl(url)));
      checkCertificates(connection.caPem);
      const isStoredPasswordMeant = connection.password === undefined && before && hasSameHosts(before, endpointUrls);
      return testConnection(
        deps.connect,
        {
          name: before?.name ?? new URL(endpointUrls[0] ?? '').host,
          endpointUrls,
          username: connection.username === undefined ? (before?.username ?? null) : connection.username,
          password: isStoredPasswordMeant ? openPassword(before, sealer) : (connection.password ?? null),
          caPem: connection.caPem === undefined ? (before?.caPem ?? null) : connection.caPem,
        },
        signal,
      );
    },
    probe,
    async makeNotificationSecret(registryId) {
      await getOwn(registryId);
      const secret = randomBytes(32).toString('base64url');
      await store.saveNotificationSecretHash(registryId, hashOfSecret(secret));
      return secret;
    },
    async synchronize(configured) {
      for (const registryId of await synchronizeConfigured(store, sealer, configured)) {
        clients.forget(registryId, 'changed');
        changed(registryId);
      }
    },
    noteRemoteChange(registryId) {
      void refreshClient(registryId).catch(deps.onFault);
      tell(registryId);
    },
    start: monitor.start,
    async stop() {
      await monitor.stop();
      await clients.close();
    },
  };

  async function refreshClient(registryId: string): Promise<void> {
    if (clients.current(registryId) === undefined) return;
    const stored = await store.find(registryId);
    if (stored === undefined) clients.forget(registryId, 'removed');
    else clients.clientFor(stored);
  }
}

/** @throws RegistryAddressError | RegistryFieldError */
async function fieldsOf(
  { addresses, sealer }: RegistriesDeps,
  registryId: string,
  draft: RegistryDraft,
  before: StoredRegistry | undefined,
): Promise<RegistryFields> {
  const endpointUrls = await Promise.all(draft.endpointUrls.map((url) => addresses.checkUrl(url)));
  if (new Set(endpointUrls).size < endpointUrls.length) {
    throw new RegistryFieldError('endpointUrls', 'The same address is given twice.');
  }
  checkCertificates(draft.caPem);
  const keepsPassword = draft.password === undefined && before?.passwordSealed != null;
  if (keepsPassword && !hasSameHosts(before, endpointUrls)) {
    throw new RegistryFieldError('password', 'Enter the password again: it is not sent to another address unasked.');
  }
  const { name, environment, position, username, caPem, password } = draft;
  const passwordSealed = typeof password === 'string' ? sealer.seal(password, registryId) : password;
  return { name, environment, position, endpointUrls, username, caPem, passwordSealed };
}

/** A stored password may go to the addresses it was entered for, and to no others. */
function hasSameHosts(before: StoredRegistry, endpointUrls: readonly string[]): boolean {
  const known = new Set(before.endpoints.map(({ url }) => url));
  return endpointUrls.every((url) => known.has(url));
}

/** @throws RegistryFieldError */
function checkCertificates(caPem: string | null | undefined): void {
  if (caPem == null) return;
  const blocks = caPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch {
    throw new RegistryFieldError('caPem', 'One of the certificates cannot be read: paste it whole, as PEM.');
  }
  if (blocks.length === 0) {
    throw new RegistryFieldError('caPem', 'Paste the certificate authority as PEM: -----BEGIN CERTIFICATE----- …');
  }
}
