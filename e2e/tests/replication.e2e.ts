import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { addRegistry, registryUrl, removeRegistry, startCopy } from '../fixtures/copies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { killListener } from '../fixtures/registry-process.ts';
import { expect, test } from '../fixtures/test.ts';
import { startThrottledRegistry } from '../fixtures/throttled-registry.ts';

const MEGABYTE = 1_000_000;
/** Slow enough that nothing ends by itself while a page is looked at, however busy the machine is. */
const CRAWL = 0.3 * MEGABYTE;
const SOURCE = 'slow-quay';
const run = promisify(execFile);

/** As a person would check it: with a program that knows nothing of Longshore. */
async function digestAt(url: string, reference: string): Promise<string> {
  const { stdout } = await run('skopeo', [
    'inspect',
    '--tls-verify=false',
    '--format',
    '{{.Digest}}',
    `docker://${new URL(url).host}/${reference}`,
  ]);
  return stdout.trim();
}

// They share a source whose speed each sets as it needs it.
test.describe.configure({ mode: 'serial' });

let slow: Awaited<ReturnType<typeof startThrottledRegistry>>;
let developmentUrl: string;

test.beforeAll(async ({ playwright }) => {
  const api = await playwright.request.newContext({
    baseURL: `${process.env['LONGSHORE_URL']}/api/v1/`,
    storageState: process.env['LONGSHORE_E2E_SESSION'] ?? '',
  });
  developmentUrl = await registryUrl(api, 'development');
  slow = await startThrottledRegistry(developmentUrl, CRAWL);
  await addRegistry(api, SOURCE, 'Slow quay', slow.url);
  // Pages of copies ask for the project, which is there from its first push on.
  await pushImage(developmentUrl, 'e2e/first', '1.0', [1000]);
  await expect.poll(async () => (await api.get('projects/e2e')).status(), { timeout: 60_000 }).toBe(200);
  await api.dispose();
});

test.afterAll(async ({ playwright }) => {
  const api = await playwright.request.newContext({
    baseURL: `${process.env['LONGSHORE_URL']}/api/v1/`,
    storageState: process.env['LONGSHORE_E2E_SESSION'] ?? '',
  });
  slow.setRate(1000 * MEGABYTE);
  await removeRegistry(api, SOURCE);
  await api.dispose();
  await slow.close();
});

test('a copy is watched to its end, through a reload, and has the same digest there', async ({ page, api }) => {
  slow.setRate(CRAWL);
  const digest = await pushImage(developmentUrl, 'e2e/watched', '1.0', [20 * MEGABYTE, 8 * MEGABYTE]);
  const id = await startCopy(api, { from: SOURCE, repository: 'e2e/watched', references: ['1.0'], to: ['testing'] });
  await page.goto(`/replication/executions/${id}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Copy of e2e/watched:1.0' })).toBeVisible();
  const row = page.getByRole('row').filter({ hasText: 'e2e/watched' });
  await expect(row).toContainText('copying');
  await expect(row).toContainText(/\d+% *[\d.]+ [kM]B of 28\.0 MB/);
  await expect(row).toContainText(/[kM]B\/s/);
  await expectAccessible(page);

  await page.reload();
  await expect(row).toContainText('copying');
  await row.getByRole('link').click();
  await expect(page).toHaveURL(/\/tasks\//);
  await expect(page.getByRole('heading', { level: 1, name: 'e2e/watched:1.0 to testing' })).toBeVisible();
  await expect(page.getByRole('progressbar', { name: 'Progress of e2e/watched:1.0' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Blobs' })).toBeVisible();
  await expect(page.getByText('20.0 MB').first()).toBeVisible();
  await expectAccessible(page);

  slow.setRate(100 * MEGABYTE);
  await expect(page.getByText(/moved · in /)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('list', { name: 'Log' })).toContainText(digest);
  await page.getByRole('searchbox', { name: 'Search the log' }).fill('no such words');
  await expect(page.getByText('No line fits.')).toBeVisible();
  expect(await digestAt(await registryUrl(api, 'testing'), 'e2e/watched:1.0')).toBe(digest);
});

test('a copy is stopped, leaves no tag, and runs again', async ({ page, api }) => {
  slow.setRate(CRAWL);
  // Of this run alone: that it is nowhere yet is what is tested.
  const tag = `run-${Date.now()}`;
  const digest = await pushImage(developmentUrl, 'e2e/stopped', tag, [30 * MEGABYTE]);
  const id = await startCopy(api, { from: SOURCE, repository: 'e2e/stopped', references: [tag], to: ['staging'] });
  await page.goto(`/replication/executions/${id}`);
  await expect(page.getByRole('row').filter({ hasText: 'e2e/stopped' })).toContainText('copying');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const question = page.getByRole('dialog', { name: 'Stop this copy?' });
  await expect(question).toContainText('No tag points to anything half-written');
  await question.getByRole('button', { name: 'Stop copy' }).click();
  await expect(page.getByRole('button', { name: 'stopped 1' })).toBeVisible();
  await expect(page.getByRole('row').filter({ hasText: 'e2e/stopped' })).toContainText('stopped');
  const staging = await registryUrl(api, 'staging');
  await expect(digestAt(staging, `e2e/stopped:${tag}`)).rejects.toThrow();

  slow.setRate(100 * MEGABYTE);
  await page.getByRole('button', { name: 'Run 1 again' }).click();
  await expect(page.getByRole('button', { name: 'done 1' })).toBeVisible({ timeout: 60_000 });
  expect(await digestAt(staging, `e2e/stopped:${tag}`)).toBe(digest);
});

test('a registry that dies in mid-copy is said, and the copy ends well when it is back', async ({ page, api }) => {
  slow.setRate(CRAWL);
  const digest = await pushImage(developmentUrl, 'e2e/interrupted', '1.0', [24 * MEGABYTE]);
  const destination = await registryUrl(api, 'branch-south');
  const id = await startCopy(api, {
    from: SOURCE,
    repository: 'e2e/interrupted',
    references: ['1.0'],
    to: ['branch-south'],
  });
  await page.goto(`/replication/executions/${id}`);
  const row = page.getByRole('row').filter({ hasText: 'e2e/interrupted' });
  await expect(row).toContainText(/[1-9]\d?%/);
  await killListener(destination);
  // The sandbox starts it again; the copy waits, tries again, and says both.
  await row.getByRole('link').click();
  const attempts = page.getByRole('region', { name: 'Attempts' });
  await expect(attempts).toContainText(/branch-south (closed the connection|refused the connection)/);
  slow.setRate(100 * MEGABYTE);
  await expect(attempts).toContainText('try 2');
  await expect(page.getByText(/moved · /)).toBeVisible({ timeout: 90_000 });
  expect(await digestAt(destination, 'e2e/interrupted:1.0')).toBe(digest);
});

test('a tag that is not there fails with that reason, and the counts filter', async ({ page, api }) => {
  slow.setRate(100 * MEGABYTE);
  await pushImage(developmentUrl, 'e2e/partly', '1.0', [1000]);
  const id = await startCopy(api, {
    from: SOURCE,
    repository: 'e2e/partly',
    references: ['1.0', 'no-such-tag'],
    to: ['testing'],
  });
  await page.goto(`/replication/executions/${id}`);
  await page.getByRole('button', { name: 'failed 1' }).click();
  await expect(page).toHaveURL(/state=failed/);
  await expect(page.getByRole('row').filter({ hasText: 'no-such-tag' })).toContainText(
    /has no e2e\/partly:no-such-tag/,
  );
  await expect(page.getByRole('row').filter({ hasText: ':1.0' })).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('button', { name: 'failed 1' })).toHaveAttribute('aria-pressed', 'true');
});

test('all copies are listed, newest first, and filtered by the URL', async ({ page }) => {
  await page.goto('/replication/executions');
  const table = page.getByRole('grid', { name: 'Copies' });
  await expect(table.getByRole('row').nth(1)).toContainText('e2e/partly');
  await page.getByRole('button', { name: 'failed', exact: true }).click();
  await expect(page).toHaveURL(/state=failed/);
  await expect(table).toContainText('1 failed of 2');
  await expectAccessible(page);
});

test('“Copy to…” shows beforehand what it would do, then does it', async ({ page, api }) => {
  const repository = `e2e/offered-${Date.now()}`;
  const address = `/projects/${repository.replace('/', '/artifacts/')}/1.0`;
  const digest = await pushImage(developmentUrl, repository, '1.0', [MEGABYTE]);
  // The registry's notification brings it into the catalog.
  await expect
    .poll(async () => (await api.get(`tags?repository=${encodeURIComponent(repository)}`)).status())
    .toBe(200);
  await page.goto(address);
  await page.getByRole('button', { name: 'Copy to…' }).click();
  const dialog = page.getByRole('dialog', { name: `Copy ${repository}:1.0` });
  const preview = dialog.getByRole('region', { name: 'What will happen' });
  await expect(preview).toContainText('Choose a destination');
  await expect(dialog.getByRole('button', { name: 'Copy', exact: true })).toBeDisabled();
  await dialog.getByRole('checkbox', { name: 'testing' }).check();
  await dialog.getByRole('checkbox', { name: 'branch-north' }).check();
  await expect(preview).toContainText(/2 new · about 2\.00 MB to move/);
  await dialog.getByRole('textbox', { name: 'Tag' }).fill('not a tag');
  await expect(dialog.getByRole('textbox', { name: 'Tag' })).toHaveAccessibleDescription(/A tag has/);
  await dialog.getByRole('textbox', { name: 'Tag' }).fill('stable');
  await expect(preview).toContainText('stable');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(page).toHaveURL(/\/replication\/executions\//);
  await expect(page.getByRole('button', { name: 'done 2' })).toBeVisible({ timeout: 60_000 });
  expect(await digestAt(await registryUrl(api, 'branch-north'), `${repository}:stable`)).toBe(digest);

  await page.goto(address);
  await page.getByRole('button', { name: 'Copy to…' }).click();
  await dialog.getByRole('checkbox', { name: 'staging' }).check();
  await dialog.getByRole('button', { name: 'Copy and stay here' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(`${repository}:1.0 is copied`)).toBeVisible({ timeout: 60_000 });
  await expect(page).toHaveURL(/artifacts/);
});

test('a copy that does not exist says so', async ({ page, faults }) => {
  faults.allow(/404/);
  await page.goto('/replication/executions/00000000-0000-4000-8000-000000000000');
  await expect(page.getByText('There is no such copy.')).toBeVisible();
});
