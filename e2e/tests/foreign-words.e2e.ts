import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIRequestContext, Page } from '@playwright/test';
import { registryUrl, removeRegistry } from '../fixtures/copies.ts';
import {
  allIn,
  escapes,
  expectHarmless,
  invisible,
  link,
  long,
  markup,
  turned,
  turnedTwice,
} from '../fixtures/foreign-words.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { expect, test } from '../fixtures/test.ts';

const REPOSITORY = 'strange/words';
/** Without any image, so that it can be removed at once. */
const PROJECT = 'strange-people';

async function removeImage(url: string, digest: string): Promise<void> {
  await fetch(`${url}/v2/${REPOSITORY}/manifests/${digest}`, { method: 'DELETE' });
}

const words = (mark: string) => ({
  config: {
    author: `${markup} ${turned} ${long}`,
    config: {
      User: markup,
      WorkingDir: turned,
      StopSignal: turnedTwice,
      Cmd: ['sh', '-c', `${markup} ${turned} ${mark}`],
      Env: [`MARKUP=${markup}`, `ESCAPES=${escapes}`, `${turned}=${turnedTwice}`, `LONG=${long}`, `${long}=short`],
      Labels: { markup, link, escapes, invisible, long, [turned]: turned, [markup]: 'a name', [long]: long, mark },
    },
    history: [{ created_by: `RUN ${turned} ${markup}`, comment: link }, { created_by: long }],
  },
  annotations: {
    'org.opencontainers.image.url': link,
    'org.opencontainers.image.title': turnedTwice,
    'org.opencontainers.image.description': `${markup}${long}`,
    [turned]: invisible,
    mark,
  },
});

test('what an image says of itself is shown as text, in every part of its page and in a comparison', async ({
  page,
  api,
}) => {
  test.slow();
  const url = await registryUrl(api, 'development');
  const digests: string[] = [];
  try {
    digests.push(await pushImage(url, REPOSITORY, 'one', [100, 200], words('first')));
    digests.push(await pushImage(url, REPOSITORY, 'two', [100, 200], words('second')));
    await page.goto('/projects/strange/artifacts/words/one?registry=development');
    await expect(page.getByRole('heading', { level: 1, name: 'words:one' })).toBeVisible();
    // The author, and the step that made a layer.
    await expect(page.getByText(markup).first()).toBeVisible();
    await expectHarmless(page, 'the layers');
    for (const tab of ['Configuration', 'Annotations', 'Manifest']) {
      await page.getByRole('tab', { name: tab }).click();
      await expect(page.getByRole('tabpanel').getByText('globalThis.harmed=1').first()).toBeVisible();
      await expectHarmless(page, tab);
    }
    await page.getByRole('tab', { name: 'Configuration' }).click();
    await expect(page.getByRole('table', { name: 'Labels' })).toContainText(link);
    await expect(page.getByRole('link', { name: link })).toHaveCount(0);

    await page.goto('/projects/strange/compare/words?left=development%2Fone&right=development%2Ftwo');
    await expect(page.getByRole('table', { name: 'Labels' })).toContainText('second');
    await page.getByRole('checkbox', { name: 'Only differences' }).uncheck();
    await expect(page.getByRole('table', { name: 'Labels' })).toContainText(markup);
    await expectHarmless(page, 'the comparison');
  } finally {
    for (const digest of digests) await removeImage(url, digest);
  }
});

/** What answers as no registry does, with a message of its own. */
async function startTroubled(): Promise<{ url: string; close: () => void }> {
  const server = createServer((_request, response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: 'UNKNOWN', message: `${turned} ${markup} ${escapes}` }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

async function made<T>(api: APIRequestContext, path: string, data: object): Promise<T> {
  const answer = await api.post(path, { data });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return (await answer.json()) as T;
}

async function visit(page: Page, address: string, shown: string): Promise<void> {
  await page.goto(address);
  await expect(page.getByText(shown).first()).toBeVisible();
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
  await expectHarmless(page, address);
}

test('what people and registries write is shown as text, wherever it is listed', async ({ page, api, faults }) => {
  test.slow();
  // News of their removal at the end may come before the answer to it.
  faults.allow(/404/);
  const name = allIn(100);
  // As it is shown within a sentence: without what would turn it.
  const start = '<img src="/no-such-picture"';
  const troubled = await startTroubled();
  const username = `strange-${Date.now().toString(36)}`;
  let groupId = '';
  let tokenId = '';
  let user = { id: '', version: 0 };
  try {
    await made(api, 'registries', {
      id: 'strange-words',
      name,
      environment: turned,
      position: 95,
      endpointUrls: [troubled.url],
    });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await api.put('registries/strange-words/maintenance', { data: { until, message: allIn(200) } });
    await made(api, 'projects', { name: PROJECT, description: allIn(500) });
    user = await made(api, 'users', { username, displayName: name });
    groupId = (
      await made<{ id: string }>(api, 'groups', { name: username, description: allIn(500), userIds: [user.id] })
    ).id;
    await made(api, `projects/${PROJECT}/robots`, {
      name: 'strange',
      description: allIn(500),
      permissions: [{ actions: ['artifact.pull'], environments: null, repositories: ['**'] }],
      expiresAt: null,
    });
    const changes = [
      { kind: 'user', id: user.id, environment: null, role: 'guest' },
      { kind: 'group', id: groupId, environment: 'development', role: 'guest' },
    ];
    await api.patch(`projects/${PROJECT}/members`, { data: { changes } });
    const token = { name, actions: ['artifact.pull'], projects: null, environments: null, expiresInDays: 1 };
    tokenId = (await made<{ id: string }>(api, 'access-tokens', token)).id;

    // Its own words are shown from its first check on.
    await expect
      .poll(async () => ((await (await api.get('registries/strange-words')).json()) as { health: string }).health, {
        timeout: 120_000,
      })
      .toBe('down');
    await visit(page, '/', start);
    await visit(page, '/projects', start);
    for (const part of ['', '/members', '/robots', '/settings']) {
      await visit(page, `/projects/${PROJECT}${part}`, start);
    }
    await visit(page, '/registries', start);
    await visit(page, '/registries/strange-words', start);
    // The registry's own words, in the reason of its state.
    await expect(page.getByText(/failed with status 500 \(photo/).first()).toBeVisible();
    await visit(page, '/operations', start);
    await visit(page, '/users', start);
    await visit(page, `/users/${user.id}`, start);
    await visit(page, '/groups', start);
    await visit(page, '/me?part=access-tokens', start);
    for (const address of ['/audit?outcome=done', `/projects/${PROJECT}/activity`]) {
      await page.goto(address);
      const lines = page.getByRole('button', { name: /^Details/ });
      await expect(lines.first()).toBeVisible();
      for (const line of (await lines.all()).slice(0, 8)) await line.click();
      await expect(page.getByText(start).first()).toBeVisible();
      await expectHarmless(page, address);
    }
  } finally {
    troubled.close();
    await removeRegistry(api, 'strange-words');
    await api.delete(`projects/${PROJECT}`);
    if (groupId !== '') await api.delete(`groups/${groupId}`);
    if (tokenId !== '') await api.delete(`access-tokens/${tokenId}`);
    if (user.id !== '') {
      const { id, version } = user;
      await api.patch(`users/${id}`, { data: { version, displayName: username, isDisabled: true } });
    }
  }
});
