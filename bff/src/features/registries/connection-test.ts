import { type EndpointCheck, isRegistryError, type RegistryClient } from '../../registry-client/index.ts';
import type { Capability, EndpointFinding } from './registry.ts';
import type { ConnectRegistry, RegistryConnection } from './registry-clients.ts';
import { RegistryIsConsoleError } from './registry-errors.ts';
import { capabilitiesOf, findingOf } from './registry-findings.ts';

export interface ConnectionTest {
  readonly reachable: boolean;
  readonly endpoints: readonly EndpointFinding[];
  readonly capabilities: readonly Capability[];
  /** Null where the registry will not list them, or has more than are counted here. */
  readonly repositoryCount: number | null;
}

const testTimeoutMs = 20_000;
const countTimeoutMs = 5000;
const countMax = 10_000;

// Adding a registry that is down must not wait for it; one that is this console answers at once.
const ownCheckTimeoutMs = 5000;

/**
 * @param known addresses that need not be asked again
 * @throws RegistryIsConsoleError
 */
export async function refuseOwnAddresses(
  connect: ConnectRegistry,
  { endpointUrls, caPem }: Pick<RegistryConnection, 'endpointUrls' | 'caPem'>,
  known: readonly string[],
): Promise<void> {
  const asked = endpointUrls.filter((url) => !known.includes(url));
  if (asked.length === 0) return;
  // Nothing secret is needed for this question: the refusal to answer it bears the mark too.
  const account = { username: null, password: null, tokensFor: null, redirectHosts: [] };
  const client = connect({ name: 'This address', endpointUrls: asked, caPem, ...account });
  try {
    refuseOwn(await client.checkEndpoints({ signal: AbortSignal.timeout(ownCheckTimeoutMs) }), endpointUrls);
  } finally {
    await client.close();
  }
}

function refuseOwn(checks: readonly EndpointCheck[], endpointUrls: readonly string[]): void {
  const own = checks.find(({ error }) => error?.code === 'own-front-door');
  if (own === undefined) return;
  const { origin } = new URL(own.url);
  throw new RegistryIsConsoleError(origin, Math.max(endpointUrls.indexOf(origin), 0));
}

/** Tries a connection that need not be stored. What goes wrong is part of the result. */
export async function testConnection(
  connect: ConnectRegistry,
  connection: RegistryConnection,
  callerSignal: AbortSignal,
): Promise<ConnectionTest> {
  const client = connect(connection);
  try {
    const signal = AbortSignal.any([callerSignal, AbortSignal.timeout(testTimeoutMs)]);
    const checks = await client.checkEndpoints({ signal });
    refuseOwn(checks, connection.endpointUrls);
    const endpoints = checks.map(findingOf);
    const reachable = endpoints.some(({ state }) => state === 'up');
    if (!reachable) return { reachable, endpoints, capabilities: [], repositoryCount: null };
    const counted = await countRepositories(client, signal);
    const found = await client.probe(
      counted.first === undefined ? { signal } : { signal, knownRepository: counted.first },
    );
    return { reachable, endpoints, capabilities: capabilitiesOf(found), repositoryCount: counted.count };
  } finally {
    await client.close();
  }
}

async function countRepositories(
  client: RegistryClient,
  callerSignal: AbortSignal,
): Promise<{ count: number | null; first: string | undefined }> {
  let count = 0;
  let first: string | undefined;
  try {
    const signal = AbortSignal.any([callerSignal, AbortSignal.timeout(countTimeoutMs)]);
    for await (const page of client.listRepositories({ signal })) {
      first ??= page[0];
      count += page.length;
      if (count > countMax) return { count: null, first };
    }
    return { count, first };
  } catch (error) {
    // What is wrong with the catalog is told by the probe.
    if (isRegistryError(error)) return { count: null, first };
    throw error;
  }
}
