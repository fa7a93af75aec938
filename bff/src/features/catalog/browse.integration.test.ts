import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getArtifact, listReferrers } from '../../contract/artifacts.ts';
import { getMatrix, getProject, listProjects } from '../../contract/projects.ts';
import { getRepository, listRepositories, listTags } from '../../contract/repositories.ts';
import { search } from '../../contract/search.ts';
import { mediaTypes } from '../../registry-client/index.ts';
import { ProblemError, type TestApiClient } from '../../testing/api-client.ts';
import type { TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import {
  type Browsing,
  insertOpenTask,
  insertTrashed,
  hostileText as hostile,
  notificationSecret as secret,
  startBrowsing,
} from './testing/browse-fixtures.ts';
import { type PushedManifest, pushImage, until } from './testing/registry-fixtures.ts';

describe.each(databaseKinds)('browsing (%s)', (database) => {
  let browsing: Browsing;
  let bff: TestBff;
  let api: TestApiClient;

  beforeAll(async () => {
    browsing = await startBrowsing(database);
    bff = browsing.bff;
    api = await bff.signIn();
  });
  afterAll(() => browsing?.close());

  test('projects are listed and found, a repository of one segment in the project library', async () => {
    const page = await api.call(listProjects, { query: {} });
    expect(page.items.map(({ name, repositoryCount, tagCount }) => ({ name, repositoryCount, tagCount }))).toEqual([
      { name: 'library', repositoryCount: 1, tagCount: 1 },
      { name: 'payments', repositoryCount: 2, tagCount: 5 },
    ]);
    expect(page.total).toBe(2);
    const project = await api.call(getProject, { params: { project: 'payments' } });
    expect(project.registries).toEqual([
      { registryId: 'development', tagCount: 4 },
      { registryId: 'production', tagCount: 2 },
    ]);
    expect(project.sizeBytes).toBeGreaterThan(0);
    await expect(api.call(getProject, { params: { project: 'nothing' } })).rejects.toMatchObject({
      problem: { code: 'project-not-found' },
    });
  });

  test('the matrix says which build is where, in version order', async () => {
    const matrix = await api.call(getMatrix, {
      params: { project: 'payments' },
      query: { repository: 'payments/api', sort: '-semver' },
    });
    expect(matrix.columns.map(({ registryId, health, isStale }) => ({ registryId, health, isStale }))).toEqual([
      { registryId: 'development', health: 'up', isStale: false },
      { registryId: 'production', health: 'up', isStale: false },
    ]);
    expect(matrix.items.map(({ tag, cells }) => [tag, ...cells.map(({ state }) => state)])).toEqual([
      ['2.10.0', 'first', 'missing'],
      ['2.10.0-rc1-copy', 'missing', 'first'],
      ['2.10.0-rc1', 'first', 'missing'],
      ['2.9.0', 'first', 'differs'],
    ]);
    expect(matrix.total).toBe(4);
    const drift = await api.call(getMatrix, { params: { project: 'payments' }, query: { only: 'drift' } });
    expect(drift.items).toHaveLength(5);
    const [first] = matrix.items;
    expect(first?.platforms.map(({ architecture }) => architecture)).toEqual(['amd64', 'arm64']);
    expect(first?.sizeBytes).toBe(browsing.pushed.multiPlatform.totalSizeBytes);
  });

  test('a copy that is under way shows in its cell', async () => {
    const { taskId, remove } = await insertOpenTask(bff);
    const matrix = await api.call(getMatrix, { params: { project: 'payments' }, query: { q: '2.10.0' } });
    const row = matrix.items.find(({ tag }) => tag === '2.10.0');
    expect(row?.cells[1]).toMatchObject({ state: 'copying', task: { id: taskId, bytesDone: 4, bytesTotal: 10 } });
    await remove();
  });

  test('what was deleted and can be had back shows in its cell', async () => {
    const { digest } = browsing.pushed.multiPlatform;
    const { itemId, deletedAt, remove } = await insertTrashed(bff, digest, { deleted: '2.10.0', purged: '2.10.0-rc1' });
    const matrix = await api.call(getMatrix, { params: { project: 'payments' }, query: { q: '2.10.0' } });
    const cellOf = (name: string) => matrix.items.find(({ tag }) => tag === name)?.cells[1];
    const trash = { itemId, digest, deletedBy: 'mara', deletedAt };
    expect(cellOf('2.10.0')).toMatchObject({ state: 'trash', digest: null, trash });
    expect(cellOf('2.10.0-rc1')).toMatchObject({ state: 'missing', trash: null });
    await remove();
  });

  test.each(['-pushed', 'pushed', '-semver', 'semver', 'name', '-name'] as const)(
    'every page of tags sorted by %s together is the whole list once, in the project and in the repository',
    async (sort) => {
      for (const repository of [undefined, 'payments/api']) {
        const query = { sort, limit: 2, ...(repository === undefined ? {} : { repository }) };
        const all = await api.call(getMatrix, {
          params: { project: 'payments' },
          query: { ...query, limit: 100 },
        });
        const names: string[] = [];
        let cursor: string | null = null;
        do {
          const page: Awaited<ReturnType<typeof nextPage>> = await nextPage(query, cursor);
          names.push(...page.items.map((row) => `${row.repository}:${row.tag}`));
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(names).toEqual(all.items.map((row) => `${row.repository}:${row.tag}`));
        expect(names).toHaveLength(repository === undefined ? 5 : 4);
      }
    },
  );
  const nextPage = (query: object, cursor: string | null) =>
    api.call(getMatrix, {
      params: { project: 'payments' },
      query: { ...query, ...(cursor === null ? {} : { cursor }) },
    });

  test('a cursor of another order, or a changed one, is refused', async () => {
    const page = await api.call(listRepositories, { query: { limit: 1 } });
    const cursor = page.nextCursor ?? '';
    const changed = Buffer.from(JSON.stringify(['name', { $gt: '' }])).toString('base64url');
    const nul = Buffer.from(JSON.stringify(['name', 'a\u0000'])).toString('base64url');
    for (const query of [
      { cursor, sort: '-size' as const },
      { cursor: 'AAAA' },
      { cursor: changed },
      { cursor: nul },
    ]) {
      await expect(api.call(listRepositories, { query })).rejects.toMatchObject({
        problem: { code: 'cursor-invalid' },
      });
    }
    const far = Buffer.from(JSON.stringify(['-pushed', Number.MAX_SAFE_INTEGER, 'a'])).toString('base64url');
    expect((await api.call(listRepositories, { query: { cursor: far, sort: '-pushed' } })).items).toHaveLength(3);
  });

  test.each(['name', '-name', '-pushed', '-size', '-tags'] as const)(
    'repositories and projects sorted by %s page without gap or repetition',
    async (sort) => {
      for (const endpoint of [listRepositories, listProjects]) {
        const all = await api.call(endpoint, { query: { sort } });
        const first = await api.call(endpoint, { query: { sort, limit: 1 } });
        const rest = await api.call(endpoint, { query: { sort, limit: 100, cursor: first.nextCursor ?? '' } });
        expect([...first.items, ...rest.items].map(({ name }) => name)).toEqual(all.items.map(({ name }) => name));
      }
    },
  );

  test('repositories are filtered by words, project and registry', async () => {
    const names = async (query: object) => (await api.call(listRepositories, { query })).items.map(({ name }) => name);
    expect(await names({ q: 'API' })).toEqual(['payments/api']);
    expect(await names({ q: '%' })).toEqual([]);
    expect(await names({ project: 'library' })).toEqual(['single']);
    expect(await names({ registryId: 'production' })).toEqual(['payments/api']);
    const repository = await api.call(getRepository, { query: { name: 'payments/api' } });
    expect(repository.columns.map(({ registryId }) => registryId)).toEqual(['development', 'production']);
    await expect(api.call(getRepository, { query: { name: 'no/such' } })).rejects.toMatchObject({
      problem: { code: 'repository-not-found' },
    });
  });

  test('tags of a repository carry their platforms and where they are', async () => {
    const tags = await api.call(listTags, { query: { repository: 'payments/api', sort: 'semver' } });
    expect(tags.items.map(({ name }) => name)).toEqual(['2.9.0', '2.10.0-rc1', '2.10.0-rc1-copy', '2.10.0']);
    expect(tags.items[0]).toMatchObject({
      digest: browsing.pushed.release.digest,
      sizeBytes: browsing.pushed.release.totalSizeBytes,
      mediaType: mediaTypes.ociManifest,
      platforms: [{ os: 'linux', architecture: 'amd64', variant: null, osVersion: null }],
      registries: [{ registryId: 'development' }, { registryId: 'production' }],
    });
    const inOne = await api.call(listTags, { query: { repository: 'payments/api', registryId: 'production' } });
    expect(inOne.items.map(({ name }) => name).toSorted()).toEqual(['2.10.0-rc1-copy', '2.9.0']);
    expect(inOne.items.find(({ name }) => name === '2.9.0')?.digest).toBe(browsing.pushed.otherRelease.digest);
    // A list of one registry still tells where else a tag is, and describes it as it is in that one.
    expect(inOne.items.find(({ name }) => name === '2.9.0')?.registries).toMatchObject([
      { registryId: 'development', digest: browsing.pushed.release.digest },
      { registryId: 'production', digest: browsing.pushed.otherRelease.digest },
    ]);
    const found = await api.call(listTags, { query: { repository: 'payments/api', q: 'RC1' } });
    expect(found.items.map(({ name }) => name).toSorted()).toEqual(['2.10.0-rc1', '2.10.0-rc1-copy']);
    expect(found.total).toBe(2);
    await expect(api.call(listTags, { query: { repository: 'no/such' } })).rejects.toMatchObject({
      problem: { code: 'repository-not-found' },
    });
  });

  test('search finds projects, repositories, tags, repository:tag and beginnings of digests', async () => {
    const byWord = await api.call(search, { query: { q: 'pay' } });
    expect(byWord.projects).toEqual([{ name: 'payments', repositoryCount: 2 }]);
    expect(byWord.repositories.map(({ name }) => name)).toEqual(['payments/api', 'payments/hostile']);
    const byTag = await api.call(search, { query: { q: '2.10.0-RC1' } });
    expect(byTag.tags.map(({ name }) => name)).toEqual(['2.10.0-rc1', '2.10.0-rc1-copy']);
    const byBoth = await api.call(search, { query: { q: 'registry.example:5000/payments/api:2.9' } });
    expect(byBoth.tags).toMatchObject([{ name: '2.9.0', registryIds: ['development', 'production'] }]);
    const { digest } = browsing.pushed.release;
    for (const q of [digest, digest.slice(0, 20), digest.slice(7, 19), `payments/api@${digest}`]) {
      const byDigest = await api.call(search, { query: { q } });
      expect(byDigest.digests).toEqual([
        { digest, repository: 'payments/api', registryId: 'development', tags: ['2.9.0'] },
      ]);
    }
    for (const q of [
      '%',
      '_',
      '\\',
      "'; drop table tags; --",
      hostile.replace('\u0000', ''),
      '\ud800',
      ':',
      '/',
      '😀',
    ]) {
      expect((await api.fetch(`/api/v1/search?q=${encodeURIComponent(q.toWellFormed())}`)).status).toBe(200);
    }
    expect((await api.fetch('/api/v1/search?q=%00')).status).toBe(400);
    expect((await api.fetch('/api/v1/search?q=a&q=b')).status).toBe(400);
  });

  test('an artifact shows its platforms, layers, history and where else it is', async () => {
    const at = { registryId: 'development', repository: 'payments/api' };
    const index = await api.call(getArtifact, { query: { ...at, reference: '2.10.0' } });
    expect(index).toMatchObject({
      kind: 'index',
      tag: '2.10.0',
      totalSizeBytes: browsing.pushed.multiPlatform.totalSizeBytes,
    });
    expect(
      index.platforms.map(({ platform, isAttestation, isPresent }) => [
        platform?.architecture,
        isAttestation,
        isPresent,
      ]),
    ).toEqual([
      ['amd64', false, true],
      ['arm64', false, true],
      [undefined, true, true],
    ]);
    const child = await api.call(getArtifact, { query: { ...at, reference: index.platforms[1]?.digest ?? '' } });
    expect(child).toMatchObject({ kind: 'image', tag: null, platform: { architecture: 'arm64' } });
    const image = await api.call(getArtifact, { query: { ...at, reference: '2.9.0' } });
    expect(image.layers).toHaveLength(2);
    expect(image.history.map(({ createdBy, layer }) => [createdBy, layer])).toEqual([
      ['COPY 0 /', 0],
      ['COPY 1 /', 1],
    ]);
    expect(image.config).toMatchObject({
      environment: ['PATH=/bin'],
      command: ['/bin/app'],
      labels: { team: 'payments' },
    });
    expect(image.manifestJson).toBe(browsing.pushed.release.manifest.bytes.toString('utf8'));
    expect(image.elsewhere).toMatchObject([{ registryId: 'production', isSame: false }]);
    expect(image.asOf).not.toBeNull();
  });

  test('a hostile config is shown as text, and what is not as specified is left out', async () => {
    const query = { registryId: 'development', repository: 'payments/hostile', reference: 'latest' };
    const { config, history, createdAt } = await api.call(getArtifact, { query });
    expect(config).toMatchObject({ author: hostile, environment: ['A=1'], command: [hostile], exposedPorts: [] });
    expect(config?.labels).toEqual({ [hostile]: hostile });
    expect(history.map(({ createdBy, layer }) => [createdBy, layer])).toEqual([
      [hostile, 0],
      [null, null],
      [null, null],
      ['x', null],
    ]);
    expect(createdAt).toBeNull();
  });

  test('referrers are a tree, from the fallback tag where the registry has no API', async () => {
    const image = browsing.pushed.release;
    const refer = async (subject: PushedManifest, artifactType: string) => {
      const subjectDescriptor = {
        mediaType: mediaTypes.ociManifest,
        digest: subject.digest,
        size: subject.manifest.bytes.length,
      };
      const referrer = await pushImage(browsing.pusher, 'payments/api', undefined, {
        layers: 1,
        manifest: { subject: subjectDescriptor, artifactType, annotations: { note: hostile } },
      });
      await browsing.pusher.pushReferrerFallback('payments/api', subject.digest, [
        {
          mediaType: mediaTypes.ociManifest,
          digest: referrer.digest,
          sizeBytes: referrer.manifest.bytes.length,
          artifactType,
        },
      ]);
      return referrer;
    };
    const sbom = await refer(image, 'application/spdx+json');
    const signature = await refer(sbom, 'application/vnd.example.signature');
    const query = { registryId: 'development', repository: 'payments/api', reference: '2.9.0' };
    const { items } = await api.call(listReferrers, { query });
    expect(items).toMatchObject([
      {
        digest: sbom.digest,
        artifactType: 'application/spdx+json',
        referrers: [{ digest: signature.digest, referrers: [] }],
      },
    ]);
  });

  test('an artifact that was pushed a moment ago is read from its registry', async () => {
    const image = await pushImage(browsing.pusher, 'payments/fresh', 'v1', { layers: 1 });
    const query = { registryId: 'development', repository: 'payments/fresh', reference: 'v1' };
    expect((await api.call(getArtifact, { query })).digest).toBe(image.digest);
    await expect(api.call(getArtifact, { query: { ...query, reference: 'v2' } })).rejects.toMatchObject({
      problem: { code: 'artifact-not-found' },
    });
    await expect(api.call(getArtifact, { query: { ...query, registryId: 'nowhere' } })).rejects.toMatchObject({
      problem: { code: 'registry-not-found' },
    });
  });

  test('notifications need the secret of their registry, and only as much body as an envelope has', async () => {
    const post = (registryId: string, authorization: string, body: string, type = 'application/json') =>
      fetch(`${bff.url}/api/v1/registries/${registryId}/notifications`, {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body,
      });
    const empty = JSON.stringify({ events: [] });
    expect((await post('development', '', empty)).status).toBe(401);
    expect((await post('development', 'Bearer wrong', empty)).status).toBe(401);
    expect((await post('production', `Bearer ${secret}`, empty)).status).toBe(401);
    expect((await post('nowhere', `Bearer ${secret}`, empty)).status).toBe(401);
    const type = 'application/vnd.docker.distribution.events.v2+json';
    expect((await post('development', `Bearer ${secret}`, empty, type)).status).toBe(202);
    expect((await post('development', `Bearer ${secret}`, '{')).status).toBe(400);
    expect((await post('development', `Bearer ${secret}`, '{"events":7}')).status).toBe(400);
    expect((await post('development', `Bearer ${secret}`, `{"events":[{"__proto__":{"id":"1"}}]}`)).status).toBe(202);
    expect(
      (await post('development', `Bearer ${secret}`, `{"events":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)).status,
    ).toBeLessThan(500);
    expect(
      (await post('development', `Bearer ${secret}`, JSON.stringify({ events: ['x'.repeat(5_000_000)] }))).status,
    ).toBe(413);
  });

  test('a pushed tag reaches an open page and the lists through its notification', async () => {
    const events = await api.openEvents();
    const image = await pushImage(browsing.pusher, 'payments/api', '3.0.0', { layers: 1 });
    const event = {
      id: 'pushed-3.0.0',
      action: 'push',
      timestamp: new Date().toISOString(),
      target: { mediaType: mediaTypes.ociManifest, repository: 'payments/api', tag: '3.0.0', digest: image.digest },
      request: { addr: '10.0.0.9:4711', useragent: 'docker/27' },
    };
    await fetch(`${bff.url}/api/v1/registries/development/notifications`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/vnd.docker.distribution.events.v2+json',
      },
      body: JSON.stringify({ events: [event] }),
    });
    const payload = await events.waitFor('tag', ({ name }) => name === '3.0.0');
    expect(payload).toMatchObject({ registryId: 'development', repository: 'payments/api', digest: image.digest });
    events.close();
    const tags = await api.call(listTags, { query: { repository: 'payments/api' } });
    expect(tags.items[0]).toMatchObject({ name: '3.0.0', pushedBy: '10.0.0.9' });
  });

  test('nobody who is not signed in sees anything', async () => {
    for (const path of ['projects', 'projects/payments', 'projects/payments/matrix', 'repositories', 'search?q=a']) {
      expect((await bff.anonymous().fetch(`/api/v1/${path}`)).status).toBe(401);
    }
  });

  test('a registry that is down leaves every page with the age of what is known', async () => {
    await browsing.production.kill();
    await until(async () => {
      const { columns } = await api.call(getMatrix, { params: { project: 'payments' }, query: {} });
      return columns[1]?.isStale === true;
    }, 'the column to be stale');
    const matrix = await api.call(getMatrix, {
      params: { project: 'payments' },
      query: { repository: 'payments/api' },
    });
    expect(matrix.items.find(({ tag }) => tag === '2.9.0')?.cells[1]?.digest).toBe(browsing.pushed.otherRelease.digest);
    expect(matrix.columns[1]?.asOf).not.toBeNull();
    const query = { registryId: 'production', repository: 'payments/api', reference: '2.9.0' };
    const artifact = await api.call(getArtifact, { query });
    expect(artifact.config?.command).toEqual(['/bin/app']);
    expect(await api.call(listReferrers, { query })).toEqual({ items: [] });
    const missing = await api
      .call(getArtifact, { query: { ...query, reference: 'unknown' } })
      .catch((error: unknown) => error);
    expect(missing).toBeInstanceOf(ProblemError);
    expect((missing as ProblemError).problem).toMatchObject({ code: 'registry-unavailable', status: 502 });
  });
});
