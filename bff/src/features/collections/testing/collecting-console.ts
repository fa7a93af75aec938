import { type Collection, getCollection, startCollection } from '../../../contract/collections.ts';
import { getRegistry, scanRegistry } from '../../../contract/registries.ts';
import { createRegistryClient, type RegistryClient, Secret } from '../../../registry-client/index.ts';
import type { TestApiClient } from '../../../testing/api-client.ts';
import { startBff, type TestBff } from '../../../testing/start-bff.ts';
import type { DatabaseKind } from '../../../testing/test-database.ts';
import { until } from '../../replication/testing/waiting.ts';
import type { CollectionCommands } from '../collections.ts';
import { CollectionScene } from './collection-scene.ts';

export const params = { registryId: 'dev' };

/** A console over one real registry, `dev`, whose garbage it can collect. */
export class CollectingConsole {
  readonly scene: CollectionScene;
  readonly bff: TestBff;
  readonly admin: TestApiClient;

  private constructor(scene: CollectionScene, bff: TestBff, admin: TestApiClient) {
    this.scene = scene;
    this.bff = bff;
    this.admin = admin;
  }

  /** @param change of the commands; null: none is configured */
  static async start(
    change: ((scene: CollectionScene) => Partial<CollectionCommands>) | null = () => ({}),
    database: DatabaseKind = 'embedded',
  ): Promise<CollectingConsole> {
    const scene = await CollectionScene.start();
    const bff = await startBff({
      database,
      registries: [{ id: 'dev', environment: 'development', endpointUrls: [scene.registry.url] }],
      collections: change === null ? [] : [scene.commands(change(scene))],
    });
    return new CollectingConsole(scene, bff, await bff.signIn());
  }

  async close(): Promise<void> {
    await this.bff.close();
    await this.scene.close();
  }

  /** Something to keep and something to take, and the catalog knows every tag. */
  async fill(garbageBytes: number) {
    const filled = await this.scene.fill(garbageBytes);
    await this.admin.call(scanRegistry, { params });
    await until('the catalog to know every tag', async () => {
      const rows = await this.bff.running.foundation.database.kysely.selectFrom('tags').select('name').execute();
      return rows.length === 3 ? true : undefined;
    });
    return filled;
  }

  begin(kind: Collection['kind'] = 'collection'): Promise<Collection> {
    return this.admin.call(startCollection, { params, body: { kind, limitMinutes: 10 } });
  }

  read(id: string) {
    return this.admin.call(getCollection, { params: { ...params, collectionId: id } });
  }

  ended(id: string) {
    return until('the end of the collection', async () => {
      const found = await this.read(id);
      return found.collection.state === 'running' ? undefined : found;
    });
  }

  async run() {
    return this.ended((await this.begin()).id);
  }

  async maintenance() {
    return (await this.admin.call(getRegistry, { params })).maintenance;
  }

  /** As `docker` comes: through the front door. */
  doorClient(): RegistryClient {
    const credential = { username: 'admin', password: new Secret(this.bff.adminPassword) };
    return createRegistryClient({ name: 'door', endpoints: [{ url: this.bff.url }], credential, userAgent: 'test' });
  }
}
