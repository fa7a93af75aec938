import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { scanRegistry } from '../../../contract/registries.ts';
import { listTags } from '../../../contract/repositories.ts';
import type { RegistryClient } from '../../../registry-client/index.ts';
import type { TestApiClient } from '../../../testing/api-client.ts';
import { type RealRegistry, startRealRegistry } from '../../../testing/real-registry.ts';
import { type LongshoreProcess, startLongshoreProcess } from '../../replication/testing/longshore-process.ts';
import { clientOf } from '../../replication/testing/test-images.ts';
import { until } from '../../replication/testing/waiting.ts';
import { startKillingProxy } from './killing-proxy.ts';
import { collectGarbage } from './trash-scene.ts';

export interface CrashScene {
  /** The registry `dev`, past the proxy. */
  readonly registry: RegistryClient;
  /** The administrator, at the console that runs now. */
  readonly admin: TestApiClient;
  /** Another process, on the same folder. */
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Has the console killed at a request to the registry. @returns waits until it was */
  killAt(fits: (method: string, path: string) => boolean, when: 'before' | 'after'): () => Promise<void>;
  /** Has the catalog look, until it has so many tags. */
  known(repository: string, count: number): Promise<void>;
  /** The registry's own collection, while it is down. */
  collect(): Promise<void>;
  close(): Promise<void>;
}

/** A served console that is killed and started again, and a registry behind a proxy that says when. */
export async function openCrashScene(): Promise<CrashScene> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-crash-'));
  let registry: RealRegistry = await startRealRegistry();
  const client = clientOf(registry);
  const proxy = await startKillingProxy(registry.url);
  const serve = () => startLongshoreProcess({ folder, registries: { dev: proxy.url } });
  let running: LongshoreProcess = await serve();
  return {
    registry: client,
    get admin() {
      return running.client;
    },
    start: async () => {
      running = await serve();
    },
    kill: () => running.kill(),
    killAt: (fits, when) => {
      proxy.killAt(fits, when, () => running.kill());
      return () => until('the process to be killed', async () => (proxy.hasKilled ? true : undefined)).then(() => {});
    },
    known: async (repository, count) => {
      await running.client.call(scanRegistry, { params: { registryId: 'dev' } });
      await until(`the catalog to know ${repository}`, async () => {
        const found = await running.client.call(listTags, { query: { repository } }).catch(() => undefined);
        return found?.items.length === count ? true : undefined;
      });
    },
    collect: async () => {
      await registry.kill();
      await collectGarbage(registry.storageDirectory);
      registry = await registry.restart();
    },
    close: async () => {
      await running.kill();
      await proxy.close();
      await client.close();
      await registry.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
