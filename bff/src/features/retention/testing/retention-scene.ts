import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { pushSampleImage } from '../../../testing/sample-artifacts.ts';
import { getProject, updateProject } from '../../../contract/projects.ts';
import { scanRegistry } from '../../../contract/registries.ts';
import {
  createRetentionPlan,
  getRetentionRun,
  listRetentionRunTags,
  previewRetention,
  type RetentionDraft,
  type RetentionPlan,
  type RetentionPreview,
  type RetentionRun,
  type RetentionRunTag,
  runRetention,
} from '../../../contract/retention.ts';
import { type TrashItem, listTrash } from '../../../contract/trash.ts';
import { ConfigSecret } from '../../../config/config-secret.ts';
import type { Database } from '../../../database/index.ts';
import { mediaTypes, type RegistryClient } from '../../../registry-client/index.ts';
import type { TestApiClient } from '../../../testing/api-client.ts';
import { type RealRegistry, startRealRegistry } from '../../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../../testing/start-bff.ts';
import type { DatabaseKind } from '../../../testing/test-database.ts';
import { clientOf } from '../../replication/testing/test-images.ts';
import { until } from '../../replication/testing/waiting.ts';

export const project = 'payments';
const notificationSecret = randomBytes(16).toString('hex');
const params = { project };
const registryIds = ['dev', 'prod'] as const;
type RegistryName = (typeof registryIds)[number];

/** A console over two real registries, development and production, signed in as the administrator. */
export class RetentionScene {
  readonly bff: TestBff;
  readonly admin: TestApiClient;
  readonly registries: Readonly<Record<RegistryName, RealRegistry>>;
  readonly clients: Readonly<Record<RegistryName, RegistryClient>>;

  private constructor(bff: TestBff, admin: TestApiClient, registries: Readonly<Record<RegistryName, RealRegistry>>) {
    this.bff = bff;
    this.admin = admin;
    this.registries = registries;
    this.clients = { dev: clientOf(registries.dev), prod: clientOf(registries.prod) };
  }

  static async start(database: DatabaseKind): Promise<RetentionScene> {
    const [dev, prod] = await Promise.all([startRealRegistry(), startRealRegistry()]);
    const bff = await startBff({
      database,
      allowedRegistryHosts: ['127.0.0.1'],
      registries: [
        {
          id: 'dev',
          name: 'Dev',
          environment: 'development',
          endpointUrls: [dev.url],
          notificationSecret: new ConfigSecret(notificationSecret),
        },
        { id: 'prod', name: 'Prod', environment: 'production', endpointUrls: [prod.url] },
      ],
    });
    return new RetentionScene(bff, await bff.signIn(), { dev, prod });
  }

  async close(): Promise<void> {
    await Promise.all(registryIds.map((id) => this.clients[id].close()));
    await this.bff.close();
    await Promise.all(registryIds.map((id) => this.registries[id].stop()));
  }

  get database(): Database {
    return this.bff.running.foundation.database;
  }

  /** Images of their own, pushed so many days ago as far as the catalog knows. @returns digests by tag */
  async push(repository: string, ages: Readonly<Record<string, number>>, to: RegistryName = 'dev') {
    const digests: Record<string, string> = {};
    for (const tag of Object.keys(ages)) {
      digests[tag] = (await pushSampleImage(this.clients[to], repository, { tag })).digest;
    }
    await this.scan(to, repository, Object.keys(ages));
    for (const [tag, days] of Object.entries(ages)) await this.age(to, repository, tag, days);
    return digests;
  }

  age(registryId: string, repository: string, tag: string, days: number) {
    return this.database.kysely
      .updateTable('tags')
      .set({ pushed_at: new Date(Date.now() - days * 86_400_000) })
      .where('registry_id', '=', registryId)
      .where('repository', '=', repository)
      .where('name', '=', tag)
      .execute();
  }

  /** Until the catalog has at least these tags. */
  async scan(registryId: RegistryName, repository: string, tags: readonly string[]): Promise<void> {
    await this.admin.call(scanRegistry, { params: { registryId } });
    await until(`the catalog to have ${tags.join()} of ${repository} in ${registryId}`, async () => {
      const known = new Set(await this.catalogTags(registryId, repository));
      return tags.every((tag) => known.has(tag)) ? true : undefined;
    });
  }

  async catalogTags(registryId: string, repository: string): Promise<string[]> {
    const rows = await this.database.kysely
      .selectFrom('tags')
      .select('name')
      .where('registry_id', '=', registryId)
      .where('repository', '=', repository)
      .orderBy('name')
      .execute();
    return rows.map(({ name }) => name);
  }

  /** What the registry itself says. */
  async tagsIn(registryId: RegistryName, repository: string): Promise<string[]> {
    const response = await fetch(`${this.registries[registryId].url}/v2/${repository}/tags/list`);
    const { tags } = (await response.json()) as { tags?: string[] | null };
    return (tags ?? []).toSorted();
  }

  draft(repository: string, rules: RetentionDraft['rules'], change: Partial<RetentionDraft> = {}): RetentionDraft {
    return {
      environment: 'development',
      isEnabled: true,
      repositories: { include: [repository.slice(project.length + 1)], exclude: [] },
      rules,
      schedule: null,
      ...change,
    };
  }

  create(draft: RetentionDraft): Promise<RetentionPlan> {
    return this.admin.call(createRetentionPlan, { params, body: draft });
  }

  preview(
    { environment, repositories, rules }: RetentionDraft,
    planId: string | null = null,
  ): Promise<RetentionPreview> {
    return this.admin.call(previewRetention, { params, body: { environment, repositories, rules, planId } });
  }

  run({ id, version }: RetentionPlan, seen: { expectedCount?: number; acceptsMany?: boolean } = {}) {
    return this.admin.call(runRetention, {
      params: { project, retentionPlanId: id },
      body: { version, expectedCount: 1000, acceptsMany: true, ...seen },
    });
  }

  find(id: string): Promise<RetentionRun> {
    return this.admin.call(getRetentionRun, { params: { retentionRunId: id } });
  }

  /** When nobody works on it any more. */
  settled({ id }: Pick<RetentionRun, 'id'>): Promise<RetentionRun> {
    return until(`the run ${id} to end or to wait for a word`, async () => {
      const run = await this.find(id);
      return run.state === 'planning' || run.state === 'deleting' ? undefined : run;
    });
  }

  async tagsOf({ id }: Pick<RetentionRun, 'id'>): Promise<RetentionRunTag[]> {
    const { items } = await this.admin.call(listRetentionRunTags, {
      params: { retentionRunId: id },
      query: { limit: 500 },
    });
    return items;
  }

  async trash(repository: string): Promise<TrashItem[]> {
    return (await this.admin.call(listTrash, { params, query: { repository, limit: 500 } })).items;
  }

  async digestOf(registryId: string, repository: string, tag: string): Promise<string | undefined> {
    const row = await this.database.kysely
      .selectFrom('tags')
      .select('digest')
      .where('registry_id', '=', registryId)
      .where('repository', '=', repository)
      .where('name', '=', tag)
      .executeTakeFirst();
    return row?.digest;
  }

  /** As if pulls had been looked for since so many days. */
  async watchedFor(days: number): Promise<void> {
    await this.database.kysely
      .updateTable('registries')
      .set({ pulls_watched_since: new Date(Date.now() - days * 86_400_000) })
      .execute();
  }

  /** As the development registry would. */
  async notify(event: Record<string, unknown>): Promise<void> {
    const response = await fetch(`${this.bff.url}/api/v1/registries/dev/notifications`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${notificationSecret}`,
        'content-type': 'application/vnd.docker.distribution.events.v2+json',
      },
      body: JSON.stringify({ events: [event] }),
    });
    if (response.status !== 202) throw new Error(`The notification was answered ${response.status}.`);
  }

  /** As if its time had come while nothing ran. */
  async makeDue({ id }: RetentionPlan): Promise<void> {
    await this.database.kysely
      .updateTable('retention_plans')
      .set({ next_run_at: new Date(Date.now() - 3_600_000) })
      .where('id', '=', id)
      .execute();
  }

  async audit(): Promise<string[]> {
    const rows = await this.database.kysely.selectFrom('audit_log').select('action').execute();
    return rows.map(({ action }) => action);
  }

  async archive(isArchived: boolean): Promise<void> {
    const { version } = await this.admin.call(getProject, { params });
    await this.admin.call(updateProject, { params, body: { version, isArchived } });
  }

  /** A word that was given before somebody archived the project, and comes to the worker after it. */
  async forceYes({ id }: RetentionRun): Promise<void> {
    await this.database.kysely
      .updateTable('retention_runs')
      .set({ state: 'deleting', begun_at: new Date() })
      .where('id', '=', id)
      .execute();
  }

  /** Tags that only the catalog knows, each of an image of its own with a layer of its own and one that all share. */
  async invent(repository: string, count: number): Promise<void> {
    // In parts: the embedded database works in this process, which has connections to answer.
    for (let start = 1; start <= count; start += 500) await this.#invent(repository, start, start + 499);
    // Connections that were closed meanwhile are seen to be, before they are used again.
    await sleep(200);
  }

  async #invent(repository: string, first: number, last: number): Promise<void> {
    const { kysely } = this.database;
    const digest = sql`'sha256:' || encode(sha256((number || ${repository}::text)::bytea), 'hex')`;
    const shared = `sha256:${'5'.repeat(64)}`;
    const numbers = sql`generate_series(${first}::integer, ${last}::integer) as number`;
    await sql`
      insert into manifests (digest, media_type, kind, content, size_bytes, total_size_bytes)
      select ${digest}, ${mediaTypes.ociManifest}, 'image', 'x', 100, 2100 from ${numbers}
    `.execute(kysely);
    await sql`
      insert into manifest_blobs (manifest_digest, blob_digest, size_bytes)
      select ${digest}, 'sha256:' || encode(sha256(('layer' || number || ${repository}::text)::bytea), 'hex'), 1000
      from ${numbers}
      union all select ${digest}, ${shared}, 1000 from ${numbers}
    `.execute(kysely);
    const place = sql`(select id from repositories where registry_id = 'dev' and name = ${repository})`;
    await sql`
      insert into repository_manifests (repository_id, digest) select ${place}, ${digest} from ${numbers}
    `.execute(kysely);
    await sql`
      insert into tags (repository_id, registry_id, repository, project, name, digest, semver_key, pushed_at)
      select ${place}, 'dev', ${repository}, ${project}, 't' || number, ${digest}, 't' || number,
        now() - number * interval '1 hour'
      from ${numbers}
    `.execute(kysely);
  }

  async forget(repository: string): Promise<void> {
    await this.database.kysely.deleteFrom('tags').where('repository', '=', repository).execute();
  }

  /** An image of development, past the console. */
  async copyToProduction(repository: string, manifest: Uint8Array, tag: string): Promise<void> {
    const { mediaType, config, layers } = JSON.parse(Buffer.from(manifest).toString('utf8')) as {
      mediaType: string;
      config: { digest: string };
      layers: Array<{ digest: string }>;
    };
    const { dev, prod } = this.registries;
    for (const { digest } of [config, ...layers]) {
      const bytes = await (await fetch(`${dev.url}/v2/${repository}/blobs/${digest}`)).arrayBuffer();
      const begun = await fetch(`${prod.url}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
      const location = new URL(begun.headers.get('location') ?? '', prod.url);
      location.searchParams.set('digest', digest);
      const headers = { 'content-type': 'application/octet-stream' };
      const put = await fetch(location, { method: 'PUT', body: bytes, headers });
      if (put.status !== 201) throw new Error(`The blob ${digest} was answered ${put.status}.`);
    }
    await this.clients.prod.putManifest(repository, tag, { bytes: manifest, mediaType });
    await this.scan('prod', repository, [tag]);
  }
}
