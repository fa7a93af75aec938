import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ConfigSecret } from '../../config/config-secret.ts';
import { getOperations } from '../../contract/operations.ts';
import {
  createExecution,
  type CopyRequest,
  getExecution,
  listExecutions,
  listTasks,
  previewCopy,
  retryExecution,
  retryTask,
  stopExecution,
} from '../../contract/replication.ts';
import { listRegistries } from '../../contract/registries.ts';
import type { RegistryClient } from '../../registry-client/index.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { startChaosProxy } from '../../testing/chaos-proxy.ts';
import { startFlawedRegistry } from '../../testing/flawed-registry.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { startBff, type StartBffOptions, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { clientOf, pushImage, pushIndexWithReferrer } from './testing/test-images.ts';
import { until, untilState, untilTask } from './testing/waiting.ts';

// Whole processes, leases that run out, registries that come back: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const repository = 'payments/api';
// `robot` with the password `right-password`.
const htpasswd = 'robot:$2b$05$abcdefghijklmnopqrstuuBO.kmgTJhdt40M5ZyHgFmcpBdUb9aS.\n';
type Registered = NonNullable<StartBffOptions['registries']>[number];

function registered(id: string, url: string, more: Partial<Registered> = {}): Registered {
  return { id, environment: id, endpointUrls: [url], ...more };
}

function copyOf(tag: string, change: Partial<CopyRequest> = {}): { body: CopyRequest } {
  const source = { registryId: 'main', repository };
  return {
    body: { source, references: [tag], destinations: [{ registryId: 'north' }], whenDifferent: 'replace', ...change },
  };
}

describe.each(databaseKinds)('copies (%s)', (kind) => {
  const toStop: (() => Promise<void>)[] = [];
  let source: RealRegistry;
  let destination: RealRegistry;
  let bff: TestBff;
  let client: TestApiClient;
  let atSource: RegistryClient;
  let atDestination: RegistryClient;

  beforeAll(async () => {
    source = await startRealRegistry();
    destination = await startRealRegistry();
    atSource = clientOf(source);
    atDestination = clientOf(destination);
    bff = await startBff({
      database: kind,
      registries: [registered('main', source.url), registered('north', destination.url)],
    });
    client = await bff.signIn();
  });
  afterAll(async () => {
    await bff.close();
    await Promise.all([atSource.close(), atDestination.close(), source.stop(), destination.stop()]);
  });
  afterEach(async () => {
    for (const stop of toStop.splice(0).toReversed()) await stop();
  });

  test('to several registries reads each blob once at the source', async () => {
    const counted = await startChaosProxy({ port: Number(new URL(source.url).port) });
    const others = await Promise.all([startRealRegistry(), startRealRegistry()]);
    toStop.push(counted.stop, ...others.map((registry) => registry.stop));
    const images = [];
    for (const tag of ['1', '2', '3', '4']) {
      images.push(await pushImage(atSource, 'fan/out', tag, { layerSizes: [3_000_000, 2_000_000, 500_000] }));
    }
    const many = await startBff({
      database: kind,
      registries: [
        registered('main', counted.url),
        registered('north', destination.url),
        ...others.map(({ url }, place) => registered(`other-${place}`, url)),
      ],
    });
    toStop.push(many.close);
    const console = await many.signIn();
    await until('the catalog to know the source', async () => {
      const { items } = await console.call(listRegistries, {});
      return items.every(({ catalog }) => catalog.scannedAt !== null) ? true : undefined;
    });
    const before = counted.downloadedBytes();
    const { id } = await console.call(createExecution, {
      body: {
        source: { registryId: 'main', repository: 'fan/out' },
        references: ['1', '2', '3', '4'],
        destinations: [{ registryId: 'north' }, { registryId: 'other-0' }, { registryId: 'other-1' }],
        whenDifferent: 'replace',
      },
    });
    await until('all copies to end', async () => {
      const { tasks } = await console.call(getExecution, { params: { executionId: id } });
      return tasks.succeeded === 12 ? true : undefined;
    });
    // Blobs once; manifests are small and each destination's own.
    expect(counted.downloadedBytes() - before).toBeLessThan(4 * 5_500_000 * 1.1);
    for (const registry of [destination, ...others]) {
      const reader = clientOf(registry);
      for (const [place, image] of images.entries()) {
        expect(await reader.headManifest('fan/out', String(place + 1))).toMatchObject({ digest: image.digest });
      }
      await reader.close();
    }
  });

  test('brings all platforms and referrers, and pages see it move', async () => {
    const index = await pushIndexWithReferrer(atSource, repository, '1.0');
    const stream = await client.openEvents();
    const execution = await client.call(createExecution, copyOf('1.0'));
    expect(execution).toMatchObject({
      state: 'running',
      requestedBy: 'admin',
      sample: [{ repository, reference: '1.0' }],
    });
    const task = await untilState(client, execution.id, 'succeeded');
    expect(task).toMatchObject({ digest: index.digest, attempt: 1, reason: null, bytesSkipped: 0 });
    expect(task.bytesDone).toBe(task.bytesTotal);
    expect(task.blobs.length).toBe(task.blobsTotal);
    expect(task.blobs.map(({ platform }) => platform?.architecture)).toEqual(
      expect.arrayContaining(['amd64', 'arm64']),
    );
    expect(task.attempts).toMatchObject([{ number: 1, outcome: 'succeeded' }]);
    expect(task.log.map(({ code }) => code)).toEqual(['pinned', 'planned', 'tagged']);
    expect((await atDestination.headManifest(repository, '1.0')) as object).toMatchObject({ digest: index.digest });
    expect((await atDestination.listReferrers(repository, index.digest)).descriptors).toHaveLength(1);

    const last = await stream.waitFor(
      'task',
      (payload) => payload.executionId === execution.id && payload.state === 'succeeded',
    );
    expect(last.bytesDone).toBe(task.bytesTotal);
    await stream.waitFor('execution', (payload) => payload.executionId === execution.id);
    stream.close();
    await until('the catalog to know the copy', async () => {
      const { items } = await client.call(previewCopy, copyOf('1.0'));
      return items[0]?.outcome === 'up-to-date' ? true : undefined;
    });
    const ended = await until('the end of the execution', async () => {
      const found = await client.call(getExecution, { params: { executionId: execution.id } });
      return found.state === 'running' ? undefined : found;
    });
    expect(ended).toMatchObject({ state: 'succeeded', tasks: { succeeded: 1 }, bytesDone: task.bytesTotal });
    expect(ended.finishedAt).not.toBeNull();

    const again = await untilState(client, (await client.call(createExecution, copyOf('1.0'))).id, 'succeeded');
    expect(again.bytesDone).toBe(again.bytesSkipped);
    expect(again.log.map(({ code }) => code)).toContain('up-to-date');
  });

  test('a tag that is gone from the source fails at once, with a sentence', async () => {
    const { id } = await client.call(createExecution, copyOf('no-such-tag'));
    const task = await untilState(client, id, 'failed');
    expect(task.reason).toMatchObject({
      code: 'source-missing',
      sentence: 'main has no payments/api:no-such-tag. It may have been deleted.',
    });
    expect(task.attempt).toBe(1);
    const { failures, counts } = await client.call(getOperations, {});
    expect(counts.failed).toBeGreaterThan(0);
    expect(failures.some(({ taskIds }) => taskIds.includes(task.id))).toBe(true);
    await pushImage(atSource, repository, 'no-such-tag', { layerSizes: [1000] });
    await client.call(retryTask, { params: { taskId: task.id } });
    expect(await untilState(client, id, 'succeeded')).toMatchObject({ attempt: 2 });
    await expect(client.call(retryTask, { params: { taskId: task.id } })).rejects.toThrow('task-not-retryable');
  });

  test('another image under the tag is replaced, or left where that was asked for', async () => {
    const first = await pushImage(atSource, repository, 'moving', { layerSizes: [1000] });
    await untilState(client, (await client.call(createExecution, copyOf('moving'))).id, 'succeeded');
    const second = await pushImage(atSource, repository, 'moving', { layerSizes: [2000] });
    const kept = await client.call(createExecution, copyOf('moving', { whenDifferent: 'skip' }));
    expect((await untilState(client, kept.id, 'succeeded')).reason?.code).toBe('kept-different');
    expect(await atDestination.headManifest(repository, 'moving')).toMatchObject({ digest: first.digest });
    await untilState(client, (await client.call(createExecution, copyOf('moving'))).id, 'succeeded');
    expect(await atDestination.headManifest(repository, 'moving')).toMatchObject({ digest: second.digest });
  });

  test('the preview tells from the catalog what would be done', async () => {
    const image = await pushImage(atSource, repository, 'previewed', { layerSizes: [4000] });
    await untilState(client, (await client.call(createExecution, copyOf('previewed'))).id, 'succeeded');
    const request = copyOf('previewed', {
      references: ['previewed', 'never-seen'],
      destinations: [{ registryId: 'north' }, { registryId: 'main' }],
    });
    const preview = await until('the catalog to know the tag in both places', async () => {
      const found = await client.call(previewCopy, request);
      return found.items[0]?.digest === image.digest && found.items[0].outcome === 'up-to-date' ? found : undefined;
    });
    expect(preview.items.map(({ reference, outcome }) => `${reference} ${outcome}`)).toEqual([
      'previewed up-to-date',
      'never-seen copy',
      'previewed impossible',
      'never-seen impossible',
    ]);
    expect(preview.bytesToCopy).toBeNull();
    const missing = copyOf('x', { destinations: [{ registryId: 'nowhere' }] });
    await expect(client.call(previewCopy, missing)).rejects.toThrow('registry-not-found');
    await expect(client.call(createExecution, missing)).rejects.toThrow('registry-not-found');
  });

  test('stop cuts a transfer that stands still, and the tag is not there', async () => {
    await pushImage(atSource, repository, 'big', { layerSizes: [64 * 1024 ** 2] });
    destination.freeze();
    const { id } = await client.call(createExecution, copyOf('big'));
    try {
      await untilTask(client, id, 'runs', (task) => task.state === 'running');
      await client.call(stopExecution, { params: { executionId: id } });
      const stopped = await untilState(client, id, 'stopped');
      expect(stopped.attempts).toMatchObject([{ outcome: 'stopped' }]);
    } finally {
      destination.thaw();
    }
    expect(await atDestination.headManifest(repository, 'big')).toBeUndefined();
    expect(await client.call(getExecution, { params: { executionId: id } })).toMatchObject({ state: 'stopped' });
    await client.call(retryExecution, { params: { executionId: id } });
    expect(await untilState(client, id, 'succeeded')).toMatchObject({ attempt: 2 });
  });

  test('a destination that dies in mid-copy and comes back gets the whole image', async () => {
    const image = await pushImage(atSource, repository, 'survivor', {
      layerSizes: Array.from({ length: 6 }, () => 4_000_000),
    });
    destination.freeze();
    const { id } = await client.call(createExecution, copyOf('survivor'));
    await untilTask(client, id, 'runs', (task) => task.state === 'running');
    await destination.kill();
    const waiting = await untilState(client, id, 'waiting');
    expect(waiting.reason?.sentence).toMatch(/^north (?:refused the connection|closed the connection)/);
    expect(waiting.reason?.params['side']).toBe('destination');
    expect(waiting.nextAttemptAt).not.toBeNull();
    await until('the registry to be shown as down', async () => {
      const { items } = await client.call(listRegistries, {});
      return items.find((registry) => registry.id === 'north')?.health === 'down' ? true : undefined;
    });
    destination = await destination.restart();
    const done = await untilState(client, id, 'succeeded');
    expect(done.attempt).toBeGreaterThan(1);
    expect(await atDestination.headManifest(repository, 'survivor')).toMatchObject({ digest: image.digest });
    for (const digest of image.layerDigests) expect(await atDestination.hasBlob(repository, digest)).toBe(true);
  });

  test('many small tags are copied, listed and counted', async () => {
    const tags = Array.from({ length: 30 }, (_, index) => `small-${index}`);
    await Promise.all(tags.map((tag) => pushImage(atSource, 'payments/many', tag, { layerSizes: [2000, 3000] })));
    const request = copyOf('', { source: { registryId: 'main', repository: 'payments/many' }, references: tags });
    const { id } = await client.call(createExecution, request);
    const ended = await until('the end of thirty copies', async () => {
      const found = await client.call(getExecution, { params: { executionId: id } });
      return found.state === 'running' ? undefined : found;
    });
    expect(ended).toMatchObject({ state: 'succeeded', tasks: { succeeded: 30, failed: 0 } });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.call(listTasks, {
        query: { executionId: id, sort: 'state', limit: 7, ...(cursor === undefined ? {} : { cursor }) },
      });
      expect(page.total).toBe(30);
      seen.push(...page.items.map(({ source: { reference } }) => reference));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen.toSorted()).toEqual(tags.toSorted());
    const { items } = await client.call(listExecutions, { query: { q: 'payments/many', limit: 1 } });
    expect(items.map((execution) => execution.id)).toEqual([id]);
  });
});

describe('registries that refuse or lie', () => {
  const toStop: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of toStop.splice(0).toReversed()) await stop();
  });
  const consoleOver = async (registries: Registered[]): Promise<TestApiClient> => {
    const bff = await startBff({ registries });
    toStop.push(() => bff.close());
    return bff.signIn();
  };
  const realRegistry = async (options: Parameters<typeof startRealRegistry>[0] = {}) => {
    const registry = await startRealRegistry(options);
    toStop.push(() => registry.stop());
    return registry;
  };
  const seed = async (registry: { url: string }): Promise<void> => {
    const client = clientOf(registry);
    await pushImage(client, repository, '1.0', { layerSizes: [1000] });
    await client.close();
  };

  test('a wrong password fails the task at once, and is said in a sentence without it', async () => {
    const source = await realRegistry();
    const destination = await realRegistry({ htpasswd });
    await seed(source);
    const wrong = { username: 'robot', password: new ConfigSecret('wrong-password') };
    const client = await consoleOver([registered('main', source.url), registered('north', destination.url, wrong)]);
    const task = await untilState(client, (await client.call(createExecution, copyOf('1.0'))).id, 'failed');
    expect(task.attempt).toBe(1);
    expect(task.reason).toMatchObject({ code: 'unauthorized', params: { side: 'destination', registryId: 'north' } });
    expect(task.reason?.sentence).toBe('north refused the user name or password.');
    expect(JSON.stringify(task)).not.toContain('wrong-password');
  });

  test.each([
    { flaw: { kind: 'web-page' } as const, code: /not-a-registry|answer-invalid/ },
    { flaw: { kind: 'huge-manifest', sizeBytes: 5 * 1024 ** 2 } as const, code: /manifest-too-large/ },
    { flaw: { kind: 'other-manifest-bytes' } as const, code: /digest-mismatch|not-found/ },
  ])('a source that answers with $flaw.kind fails the task and leaves nothing', async ({ flaw, code }) => {
    const source = await startFlawedRegistry();
    toStop.push(() => source.stop());
    const destination = await realRegistry();
    const config = source.addBlob(Buffer.from('{}'));
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: 2 },
      layers: [],
    };
    source.addManifest('1.0', manifest, manifest.mediaType);
    source.flaw = flaw;
    const client = await consoleOver([registered('main', source.url), registered('north', destination.url)]);
    const task = await untilState(client, (await client.call(createExecution, copyOf('1.0'))).id, 'failed');
    expect(task.reason?.code).toMatch(code);
    expect(task.reason?.sentence).toMatch(/^main /);
    const atDestination = clientOf(destination);
    expect(await atDestination.headManifest(repository, '1.0')).toBeUndefined();
    await atDestination.close();
  });

  test('a read-only registry is waited for', async () => {
    const source = await realRegistry();
    const destination = await realRegistry({ isReadOnly: true });
    await seed(source);
    const client = await consoleOver([registered('main', source.url), registered('north', destination.url)]);
    const { id } = await client.call(createExecution, copyOf('1.0'));
    expect((await untilState(client, id, 'waiting')).reason?.code).toBe('read-only');
    const writable = await destination.restart({ isReadOnly: false });
    toStop.push(() => writable.stop());
    expect((await untilState(client, id, 'succeeded')).attempt).toBeGreaterThan(1);
  });
});
