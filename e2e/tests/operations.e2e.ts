import { expectAccessible } from '../fixtures/accessibility.ts';
import { addRegistry, registryUrl, removeRegistry, startCopy } from '../fixtures/copies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { expect, test } from '../fixtures/test.ts';
import { startThrottledRegistry } from '../fixtures/throttled-registry.ts';

const MEGABYTE = 1_000_000;

test('what copies now is seen while it happens, with its rate and its blobs', async ({ page, api }) => {
  const development = await registryUrl(api, 'development');
  const slow = await startThrottledRegistry(development, 0.3 * MEGABYTE);
  await addRegistry(api, 'slow-pier', 'Slow pier', slow.url);
  try {
    await pushImage(development, 'e2e/monitored', '1.0', [16 * MEGABYTE]);
    await page.goto('/operations');
    await expect(page.getByRole('heading', { name: 'Per registry' })).toBeVisible();
    await startCopy(api, { from: 'slow-pier', repository: 'e2e/monitored', references: ['1.0'], to: ['production'] });
    const task = page.getByRole('listitem').filter({ hasText: 'e2e/monitored' });
    await expect(task).toContainText(/\d+%/);
    await expect(task).toContainText(/B\/s/);
    await expect(task).toContainText(/of 16\.0 MB/);
    const table = page.getByRole('region', { name: 'Per registry' });
    await expect(table.getByRole('row', { name: /Slow pier/ })).toContainText(/[kM]B\/s/);
    await expect(table.getByRole('row', { name: /Slow pier/ })).toContainText(/0 in, 1 out, of \d+ each/);
    const way = page.getByRole('link', { name: /^Slow pier → production: [\d.]+ [kM]B\/s, 1 running/ });
    await way.focus();
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/way=slow-pier\+production/);
    await expect(page.getByRole('status').filter({ hasText: 'in the last hour' })).toContainText('1 running');
    await page.getByRole('tab', { name: 'Table' }).click();
    await expect(page.getByRole('row', { name: /^Slow pier → production/ })).toContainText(/[kM]B\/s/);
    await page.reload();
    await expect(page.getByRole('row', { name: /^Slow pier → production/ })).toContainText(/[kM]B\/s/);
    await page.getByRole('tab', { name: 'Last hour, in figures' }).click();
    await expect(page.getByRole('group', { name: 'Last hour, in figures' })).toContainText('Slow pier');
    await expectAccessible(page);
    slow.setRate(100 * MEGABYTE);
    await expect(task).toHaveCount(0, { timeout: 60_000 });
  } finally {
    slow.setRate(100 * MEGABYTE);
    await removeRegistry(api, 'slow-pier');
    await slow.close();
  }
});

test('failures come first, grouped by their cause, and can be retried', async ({ page, api }) => {
  const development = await registryUrl(api, 'development');
  const gone = await startThrottledRegistry(development, 100 * MEGABYTE);
  await addRegistry(api, 'gone-pier', 'Gone pier', gone.url);
  try {
    await pushImage(development, 'e2e/unreachable', '1.0', [1000]);
    await pushImage(development, 'e2e/unreachable', '2.0', [1000]);
    await gone.close();
    await startCopy(api, {
      from: 'gone-pier',
      repository: 'e2e/unreachable',
      references: ['1.0', '2.0'],
      to: ['staging'],
    });
    await page.goto('/operations');
    const failing = page.getByRole('region', { name: 'Failing now' });
    const cause = failing.getByRole('listitem').filter({ hasText: 'Gone pier refused the connection.' });
    await expect(cause).toHaveCount(1);
    await expect(cause).toContainText('2 tasks');
    await expect(cause).toContainText('next try in');
    await expectAccessible(page);
    await cause.getByRole('button', { name: 'Retry' }).click();
    const told = /will be tried as soon as Gone pier can be used again\.|could not be run again/;
    await expect(page.getByText(told).first()).toBeVisible();
    await expect(cause).not.toContainText(/try \d+ of|trying/);
    await cause.getByRole('link', { name: 'Show tasks' }).click();
    await expect(page).toHaveURL(/\/replication\/executions\/.*state=waiting/);
  } finally {
    await removeRegistry(api, 'gone-pier');
  }
});

test('the wall says how old it is and at once when the connection is lost', async ({ page, context, faults }) => {
  faults.allow(/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_FAILED/);
  await page.goto('/operations');
  await page.getByRole('link', { name: 'Wall mode' }).click();
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  await expect(page.getByText(/^as of/)).toBeVisible();
  await expect(page.getByRole('button')).toHaveCount(0);
  // Nobody scrolls a wall: the drawing is as small as it must be.
  const drawing = page.getByRole('group', { name: 'Registries and what flows between them' }).locator('> svg');
  await expect(drawing).toBeInViewport({ ratio: 1 });
  await expectAccessible(page);
  // In a hand it is scrolled after all, and stays large enough to be read.
  const viewport = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 480 });
  await expect(drawing).toBeVisible();
  await expect.poll(async () => (await drawing.boundingBox())?.width).toBeGreaterThanOrEqual(560);
  if (viewport !== null) await page.setViewportSize(viewport);
  await context.setOffline(true);
  await page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await expect(page.getByRole('alert')).toContainText(/Connection lost/);
  await context.setOffline(false);
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/operations$/);
});
