import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { scanRegistry } from '../../../contract/registries.ts';
import {
  type DeletionPreview,
  deleteToTrash,
  listTrash,
  previewDeletion,
  type RestoreTarget,
  restoreFromTrash,
  type TrashItem,
  type TrashSelection,
  type TrashState,
} from '../../../contract/trash.ts';
import type { Database } from '../../../database/index.ts';
import { isRegistryError, mediaTypes, type RegistryClient } from '../../../registry-client/index.ts';
import type { TestApiClient } from '../../../testing/api-client.ts';
import { type RealRegistry, type RealRegistryOptions, startRealRegistry } from '../../../testing/real-registry.ts';
import { type RequestProxy, startRequestProxy } from '../../../testing/request-proxy.ts';
import { startBff, type TestBff } from '../../../testing/start-bff.ts';
import type { DatabaseKind } from '../../../testing/test-database.ts';
import { clientOf } from '../../replication/testing/test-images.ts';
import { until } from '../../replication/testing/waiting.ts';

const run = promisify(execFile);

export const project = 'payments';

/** A console over one real registry, `dev`, signed in as the administrator. */
export class TrashScene {
  readonly bff: TestBff;
  readonly admin: TestApiClient;
  readonly client: RegistryClient;
  registry: RealRegistry;

  /** Between the console and the registry; `client` goes around it. */
  readonly proxy: RequestProxy;

  private constructor(bff: TestBff, admin: TestApiClient, registry: RealRegistry, proxy: RequestProxy) {
    this.bff = bff;
    this.admin = admin;
    this.registry = registry;
    this.proxy = proxy;
    this.client = clientOf(registry);
  }

  static async start(database: DatabaseKind, options: RealRegistryOptions = {}): Promise<TrashScene> {
    const registry = await startRealRegistry(options);
    const proxy = await startRequestProxy(registry);
    const registries = [{ id: 'dev', environment: 'development', endpointUrls: [proxy.url] }];
    const bff = await startBff({ database, registries, allowedRegistryHosts: ['127.0.0.1'] });
    return new TrashScene(bff, await bff.signIn(), registry, proxy);
  }

  /** At the front door, as the administrator. */
  door(path: string, init: Omit<RequestInit, 'headers'> = {}): Promise<Response> {
    const authorization = `Basic ${Buffer.from(`admin:${this.bff.adminPassword}`).toString('base64')}`;
    const accept = [mediaTypes.ociManifest, mediaTypes.ociIndex].join(', ');
    return fetch(`${this.bff.url}/v2/dev/${path}`, { ...init, headers: { accept, authorization } });
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.bff.close();
    await this.proxy.stop();
    await this.registry.stop();
  }

  get database(): Database {
    return this.bff.running.foundation.database;
  }

  /** Until the catalog has exactly these tags of the repository. */
  scan(tags: readonly string[], repository: string): Promise<void> {
    return scanUntil(this.admin, this.database, tags, repository);
  }

  delete(repository: string, ...references: string[]): Promise<TrashItem> {
    return this.deleteSelection({ kind: 'references', registryId: 'dev', repository, references });
  }

  preview(selection: TrashSelection): Promise<DeletionPreview> {
    return this.admin.call(previewDeletion, { params: { project }, body: { selection } });
  }

  /** As if its time were over. */
  async expire(id: string): Promise<void> {
    await this.database.kysely
      .updateTable('trash_items')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where('id', '=', id)
      .execute();
    await until(`the purge of ${id} to begin`, async () =>
      (await this.find(id)).state === 'deleted' ? undefined : true,
    );
  }

  async deleteSelection(selection: TrashSelection): Promise<TrashItem> {
    const { items } = await this.admin.call(deleteToTrash, { params: { project }, body: { selection } });
    const [id = ''] = items;
    for (const other of items) await this.ended(other);
    return this.ended(id);
  }

  async restore({ id }: Pick<TrashItem, 'id'>, target: RestoreTarget = { kind: 'same' }): Promise<TrashItem> {
    await this.admin.call(restoreFromTrash, { params: { project, trashItemId: id }, body: { target } });
    return this.ended(id);
  }

  async find(id: string): Promise<TrashItem> {
    const { items } = await this.admin.call(listTrash, { params: { project }, query: { itemId: id } });
    const [item] = items;
    if (item === undefined) throw new Error(`There is no item ${id}.`);
    return item;
  }

  /** When nobody works on it any more. */
  ended(id: string): Promise<TrashItem> {
    const busy: ReadonlySet<TrashState> = new Set(['deleting', 'restoring', 'purging']);
    return until(`the end of what is done with ${id}`, async () => {
      const item = await this.find(id);
      return busy.has(item.state) ? undefined : item;
    });
  }

  /** Until nothing is left that was put aside. */
  cleaned(): Promise<true> {
    return until('the end of what was put aside in vain', async () => {
      const left = await this.database.kysely
        .selectFrom('trash_items')
        .select('id')
        .where('has_shadow', '=', true)
        .where('state', '<>', 'deleted')
        .execute();
      return left.length === 0 ? true : undefined;
    });
  }

  /** The registry’s own program, on a registry that stands still; then it is started again, as it has to be. */
  async collect(): Promise<string> {
    await this.registry.kill();
    const said = await collectGarbage(this.registry.storageDirectory);
    this.registry = await this.registry.restart();
    return said;
  }

  /** Whether anybody could pull it. */
  async canPull(reference: string, repository: string): Promise<boolean> {
    try {
      await this.client.getManifest(repository, reference);
      return true;
    } catch (error) {
      if (isRegistryError(error, 'not-found')) return false;
      throw error;
    }
  }
}

export async function collectGarbage(storageDirectory: string): Promise<string> {
  const file = path.join(tmpdir(), `longshore-collect-${randomUUID()}.yml`);
  await writeFile(
    file,
    [
      'version: 0.1',
      'log: { level: error }',
      `storage: { filesystem: { rootdirectory: ${JSON.stringify(storageDirectory)} }, delete: { enabled: true } }`,
      'http: { addr: 127.0.0.1:0 }',
      '',
    ].join('\n'),
  );
  try {
    const { stdout } = await run('docker-registry', ['garbage-collect', file], { maxBuffer: 50_000_000 });
    return stdout;
  } finally {
    await rm(file, { force: true });
  }
}

export async function scanUntil(
  client: TestApiClient,
  { kysely }: Pick<Database, 'kysely'>,
  tags: readonly string[],
  of: string,
): Promise<void> {
  const wanted = JSON.stringify(tags.toSorted());
  await client.call(scanRegistry, { params: { registryId: 'dev' } });
  await until(`the catalog to have ${wanted} in ${of}`, async () => {
    const rows = await kysely
      .selectFrom('tags')
      .select('name')
      .where('repository', '=', of)
      .where('is_shown', '=', true)
      .execute();
    return JSON.stringify(rows.map(({ name }) => name).toSorted()) === wanted ? true : undefined;
  });
}
