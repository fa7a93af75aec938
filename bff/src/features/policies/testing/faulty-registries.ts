import { randomBytes } from 'node:crypto';
import { ConfigSecret } from '../../../config/config-secret.ts';
import { createPolicy, type Policy, type PolicyContent } from '../../../contract/policies.ts';
import { listRegistries } from '../../../contract/registries.ts';
import { type Execution, listExecutions } from '../../../contract/replication.ts';
import { createRegistryClient, type RegistryClient, Secret } from '../../../registry-client/index.ts';
import type { TestApiClient } from '../../../testing/api-client.ts';
import { type ChaosProxy, startChaosProxy } from '../../../testing/chaos-proxy.ts';
import { expectConverged } from '../../../testing/oracle.ts';
import { type RealRegistry, type RealRegistryOptions, startRealRegistry } from '../../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../../testing/start-bff.ts';
import { until } from '../../replication/testing/waiting.ts';
import { contentOf } from './policy-content.ts';

interface Place {
  readonly registry: RealRegistry;
  /** Between the console and the registry; what a test pushes and reads goes past it. */
  readonly proxy: ChaosProxy;
  readonly at: RegistryClient;
}

export interface FaultyRegistries {
  readonly bff: TestBff;
  readonly client: TestApiClient;
  readonly secret: string;
  place(id: string): Place;
  /** On the same port and storage, with these options changed. */
  restart(id: string, changes: RealRegistryOptions): Promise<void>;
  /** An enabled policy; on push unless its content says otherwise. */
  policy(source: string, destinations: readonly string[], repository: string, more?: MoreContent): Promise<Policy>;
  executionsOf(policy: Policy): Promise<Execution[]>;
  converged(source: string, destinations: readonly string[], repositories: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Whom the tests and the console are at a registry that asks. */
const robot = { username: 'robot', password: new Secret('right-password') };
const hash = '$2b$05$abcdefghijklmnopqrstuuBO.kmgTJhdt40M5ZyHgFmcpBdUb9aS.';
export const letsRobotIn = `robot:${hash}\n`;
export const letsOthersIn = `other:${hash}\n`;

type MoreContent = { readonly onPush?: boolean; readonly options?: Partial<PolicyContent['options']> };

/** A console that reaches each registry through a proxy. `silent` ones tell it of nothing. */
export async function startFaultyRegistries(
  notifying: readonly string[],
  silent: readonly string[],
  options: Readonly<Record<string, RealRegistryOptions>> = {},
): Promise<FaultyRegistries> {
  const secret = randomBytes(24).toString('hex');
  const places = new Map<string, Place>();
  for (const id of [...notifying, ...silent]) {
    const registry = await startRealRegistry(options[id]);
    const { url } = registry;
    const at = createRegistryClient({ name: 'test', endpoints: [{ url }], userAgent: 'test', credential: robot });
    places.set(id, { registry, proxy: await startChaosProxy(registry), at });
  }
  const bff = await startBff({
    registries: [...places].map(([id, { proxy }]) => ({
      id,
      environment: id,
      endpointUrls: [proxy.url],
      ...(options[id]?.htpasswd !== undefined && {
        username: robot.username,
        password: new ConfigSecret(robot.password.reveal()),
      }),
      notificationSecret: new ConfigSecret(secret),
    })),
  });
  for (const id of notifying) {
    const before = placeOf(places, id);
    const url = `${bff.url}/api/v1/registries/${id}/notifications`;
    const notifications = { url, headers: { authorization: `Bearer ${secret}` } };
    places.set(id, { ...before, registry: await before.registry.restart({ notifications }) });
  }
  const client = await bff.signIn();
  await until('the first scans', async () => {
    const { items } = await client.call(listRegistries, {});
    return items.every(({ catalog }) => catalog.scannedAt !== null) ? true : undefined;
  });
  return {
    bff,
    client,
    secret,
    place: (id) => placeOf(places, id),
    restart: async (id, changes) => {
      const before = placeOf(places, id);
      places.set(id, { ...before, registry: await before.registry.restart(changes) });
    },
    policy: (source, destinations, repository, more = {}) => {
      const filters = { repositories: { include: [repository], exclude: [] } };
      const content = contentOf(source, destinations, { filters, ...more });
      return client.call(createPolicy, { body: { name: repository, project: null, isEnabled: true, content } });
    },
    executionsOf: async ({ id }) => (await client.call(listExecutions, { query: { policyId: id, limit: 100 } })).items,
    converged: (source, destinations, repositories) =>
      expectConverged({
        kysely: bff.running.foundation.database.kysely,
        source: placeOf(places, source).at,
        destinations: destinations.map((id) => placeOf(places, id).at),
        repositories,
      }),
    close: async () => {
      await bff.close();
      for (const { registry, proxy, at } of places.values()) {
        await at.close();
        await proxy.stop();
        await registry.stop();
      }
    },
  };
}

function placeOf(places: ReadonlyMap<string, Place>, id: string): Place {
  const found = places.get(id);
  if (found === undefined) throw new Error(`There is no registry ${id} in this test.`);
  return found;
}
