import {
  type AnswerMark,
  createRegistryClient,
  type EndpointState,
  type MintToken,
  type RegistryClient,
  Secret,
} from '../../registry-client/index.ts';
import type { StoredRegistry } from './registry.ts';
import { type SecretSealer, SealedSecretError } from './sealed-secret.ts';

/** What is needed to talk to a registry that need not be stored. */
export interface RegistryConnection {
  readonly name: string;
  readonly endpointUrls: readonly string[];
  readonly username: string | null;
  readonly password: string | null;
  readonly caPem: string | null;
  readonly redirectHosts: readonly string[];
  /** The registry's id, as the service in tokens of our own making; null where it does not trust them. */
  readonly tokensFor: string | null;
}

export type ConnectRegistry = (
  connection: RegistryConnection,
  onEndpointState?: (state: EndpointState) => void,
) => RegistryClient;

/** Makes a token that the registry of this id takes. */
export type MintForRegistry = (registryId: string, scopes: readonly string[]) => ReturnType<MintToken>;

/** What the console tells of itself to registries, and how it knows itself. */
export interface ConnectorIdentity {
  readonly userAgent: string;
  readonly ownMark: AnswerMark;
}

export function registryConnector(
  { userAgent, ownMark }: ConnectorIdentity,
  mintForRegistry: MintForRegistry,
): ConnectRegistry {
  return ({ name, endpointUrls, username, password, caPem, redirectHosts, tokensFor }, onEndpointState) =>
    createRegistryClient({
      name,
      endpoints: endpointUrls.map((url) => ({ url })),
      credential: username === null || password === null ? undefined : { username, password: new Secret(password) },
      mintToken: tokensFor === null ? undefined : (scopes) => mintForRegistry(tokensFor, scopes),
      caPem: caPem ?? undefined,
      allowedRedirectHosts: redirectHosts,
      userAgent,
      ownMark,
      onEndpointState,
    });
}

/** The stored password cannot be read with the server's key. */
export class PasswordUnreadableError extends Error {
  override readonly name = 'PasswordUnreadableError';
  readonly registryName: string;

  constructor(registryName: string, cause: SealedSecretError) {
    super(`The stored password of ${registryName} cannot be read: enter it again. ${cause.message}`, { cause });
    this.registryName = registryName;
  }
}

export interface RegistryClients {
  /** @throws PasswordUnreadableError */
  readonly clientFor: (stored: StoredRegistry) => RegistryClient;
  /** Of the version in use, if any: without asking the database. */
  readonly current: (registryId: string) => RegistryClient | undefined;
  /** Every client in use, by its registry. */
  readonly all: () => ReadonlyMap<string, RegistryClient>;
  /** The next caller gets one made anew. */
  readonly forget: (registryId: string, reason: 'changed' | 'removed') => void;
  readonly close: () => Promise<void>;
}

// A replaced client may be in the middle of a large copy: it is left to end, then closed.
const replacedClientLifeMs = 30 * 60_000;

/** One client for each version of a registry: it holds the connections, the slots and the health of the endpoints. */
export function createRegistryClients(deps: {
  connect: ConnectRegistry;
  sealer: SecretSealer;
  onEndpointState: (registryId: string, state: EndpointState) => void;
}): RegistryClients {
  const clients = new Map<string, { version: number; client: RegistryClient }>();
  const replaced = new Map<RegistryClient, NodeJS.Timeout>();

  const closeLater = (client: RegistryClient): void => {
    const timer = setTimeout(() => {
      replaced.delete(client);
      void client.close();
    }, replacedClientLifeMs);
    replaced.set(client, timer.unref());
  };
  const forget = (registryId: string, reason: 'changed' | 'removed'): void => {
    const held = clients.get(registryId);
    if (held === undefined) return;
    clients.delete(registryId);
    if (reason === 'changed') closeLater(held.client);
    else void held.client.close();
  };

  return {
    current: (registryId) => clients.get(registryId)?.client,
    all: () => new Map([...clients].map(([registryId, { client }]) => [registryId, client])),
    forget,
    clientFor(stored) {
      const held = clients.get(stored.id);
      if (held?.version === stored.version) return held.client;
      forget(stored.id, 'changed');
      const client = deps.connect(
        {
          name: stored.name,
          endpointUrls: stored.endpoints.map(({ url }) => url),
          username: stored.username,
          password: openPassword(stored, deps.sealer),
          caPem: stored.caPem,
          redirectHosts: stored.redirectHosts,
          tokensFor: stored.trustsLongshore ? stored.id : null,
        },
        (state) => deps.onEndpointState(stored.id, state),
      );
      clients.set(stored.id, { version: stored.version, client });
      return client;
    },
    async close() {
      const held = [...clients.values()].map(({ client }) => client);
      const old = [...replaced.keys()];
      for (const timer of replaced.values()) clearTimeout(timer);
      clients.clear();
      replaced.clear();
      await Promise.all([...held, ...old].map((client) => client.close()));
    },
  };
}

/** @throws PasswordUnreadableError */
export function openPassword(stored: StoredRegistry, sealer: SecretSealer): string | null {
  if (stored.passwordSealed === null) return null;
  try {
    return sealer.open(stored.passwordSealed, stored.id);
  } catch (error) {
    if (error instanceof SealedSecretError) throw new PasswordUnreadableError(stored.name, error);
    throw error;
  }
}
