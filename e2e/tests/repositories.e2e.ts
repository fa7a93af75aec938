import { skopeoCopy } from '../fixtures/skopeo.ts';
import { expect, test } from '../fixtures/test.ts';

test('tags are in the order of versions, and can be turned around', async ({ page }) => {
  await page.goto('/projects/payments/repositories/worker');
  const table = page.getByRole('grid', { name: 'Tags of payments/worker' });
  const tags = table.getByRole('link', { name: /^(\d+\.\d+\.\d+|latest)$/ });
  await expect(tags.first()).toBeVisible();
  expect((await tags.allTextContents()).filter((name) => name.startsWith('1.1') && !name.startsWith('1.13'))).toEqual([
    '1.12.1',
    '1.12.0',
    '1.11.4',
  ]);
  await table.getByRole('button', { name: 'Tag', exact: true }).click();
  await expect(page).toHaveURL(/sort=semver/);
  await expect(async () => {
    const names = (await tags.allTextContents()).filter((name) => name.startsWith('1.1') && !name.startsWith('1.13'));
    expect(names).toEqual(['1.11.4', '1.12.0', '1.12.1']);
  }).toPass();
});

test('two thousand tags scroll to the last one', async ({ page }) => {
  await page.goto('/projects/platform/repositories/nightly');
  const table = page.getByRole('grid', { name: 'Tags of platform/nightly' });
  await expect(page.getByText(/of 2,000|2,000 tags/).first()).toBeVisible();
  const first = await table.getByRole('link').first().textContent();
  await table.getByRole('row').nth(1).focus();
  await expect(async () => {
    await page.keyboard.press('End');
    const last = table.locator('[role="row"][aria-rowindex="2001"]');
    await expect(last).toBeVisible({ timeout: 1_000 });
  }, 'the last of two thousand tags').toPass({ timeout: 60_000 });
  // Only what is in sight is drawn.
  expect(await table.getByRole('row').count()).toBeLessThan(120);
  await page.keyboard.press('Home');
  await expect(table.getByRole('link', { name: first ?? '', exact: true })).toBeVisible();
});

test('a search narrows two thousand tags to one', async ({ page, api }) => {
  const { items } = (await (await api.get('tags?repository=platform/nightly&sort=name&limit=1')).json()) as {
    items: { name: string }[];
  };
  const tag = items[0]?.name ?? '';
  await page.goto('/projects/platform/repositories/nightly');
  await page.getByRole('searchbox', { name: 'Find a tag' }).fill(tag);
  await expect(page.getByRole('grid').getByRole('link', { name: tag, exact: true })).toBeVisible();
  await expect(page).toHaveURL(/[?&]q=/);
  await page.getByRole('searchbox', { name: 'Find a tag' }).fill('there is no such tag');
  await expect(page.getByText('No tag matches “there is no such tag”')).toBeVisible();
});

test('tags are filtered by registry', async ({ page }) => {
  await page.goto('/projects/payments/repositories/api');
  await expect(page.getByRole('link', { name: '2.8.0-rc1' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Registry' }).selectOption('branch-south');
  await expect(page).toHaveURL(/registry=branch-south/);
  await expect(page.getByRole('link', { name: '2.8.0-rc1' })).toBeHidden();
  await page.getByRole('link', { name: '2.6.8' }).click();
  await expect(page).toHaveURL(/\/artifacts\/api\/2\.6\.8\?registry=branch-south/);
});

test('a tag pushed or moved shows in the open list', async ({ page, api }) => {
  const from = { registryId: 'development', repository: 'payments/worker', reference: '1.12.0' };
  await page.goto('/projects/payments/repositories/worker');
  await expect(page.getByRole('link', { name: '1.12.1', exact: true })).toBeVisible();
  const tag = `1.13.${Date.now()}`;
  await skopeoCopy(api, from, { ...from, reference: tag });
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: tag }) });
  await expect(row, 'the new tag').toBeVisible();
  await expect(row).toContainText(/now|seconds? ago/);
});

test('several tags are chosen, and two can be compared', async ({ page }) => {
  await page.goto('/projects/payments/repositories/api');
  await page.getByRole('checkbox', { name: 'Select 2.7.2' }).check();
  await page.getByRole('checkbox', { name: 'Select 2.7.1' }).check();
  const actions = page.getByRole('toolbar');
  await expect(actions.getByRole('button', { name: 'Copy to…' })).toBeEnabled();
  await expect(actions).toContainText('from development');
  // 2.6.9 is only in production: no single registry has all three.
  await page.getByRole('checkbox', { name: 'Select 2.8.0-rc1' }).check();
  await page.getByRole('checkbox', { name: 'Select 2.6.9' }).check();
  await expect(actions.getByRole('button', { name: 'Copy to…' })).toBeDisabled();
  await expect(actions).toContainText('No single registry has all of these tags');
  await page.getByRole('checkbox', { name: 'Select 2.8.0-rc1' }).uncheck();
  await page.getByRole('checkbox', { name: 'Select 2.6.9' }).uncheck();
  await actions.getByRole('link', { name: 'Compare' }).click();
  await expect(page.getByRole('heading', { name: 'Compare api' })).toBeVisible();
});

test('a repository that does not exist says so', async ({ page, faults }) => {
  faults.allow(/status of 404/);
  await page.goto('/projects/payments/repositories/nothing-here');
  await expect(page.getByText('There is no repository “payments/nothing-here”')).toBeVisible();
});
