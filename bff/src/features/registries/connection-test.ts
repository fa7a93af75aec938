import { isRegistryError, type RegistryClient } from '../../registry-client/index.ts';
import type { Capability, EndpointFinding } from './registry.ts';
import type { ConnectRegistry, RegistryConnection } from './registry-clients.ts';
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

/** Tries a connection that need not be stored. What goes wrong is part of the result. */
export async function testConnection(
  connect: ConnectRegistry,
  connection: RegistryConnection,
  callerSignal: AbortSignal,
): Promise<ConnectionTest> {
  const client = connect(connection);
  try {
    const signal = AbortSignal.any([callerSignal, AbortSignal.timeout(testTimeoutMs)]);
    const endpoints = (await client.checkEndpoints({ signal })).map(findingOf);
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
