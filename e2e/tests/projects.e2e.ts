import { expectAccessible } from '../fixtures/accessibility.ts';
import { skopeoCopy } from '../fixtures/skopeo.ts';
import { expect, test } from '../fixtures/test.ts';

const api273 = { registryId: 'development', repository: 'payments/api', reference: '2.7.3' };

test('projects are listed, sorted and searched, and the address says how', async ({ page }) => {
  await page.goto('/projects');
  const table = page.getByRole('grid', { name: 'Projects' });
  await expect(table.getByRole('link', { name: 'payments' })).toBeVisible();
  await table.getByRole('button', { name: 'Tags' }).click();
  await expect(page).toHaveURL(/sort=-tags/);
  await expect(table.getByRole('row').nth(1)).toContainText('platform');
  await page.getByRole('searchbox', { name: 'Find a project' }).fill('pay');
  await expect(page).toHaveURL(/q=pay/);
  await expect(table.getByRole('link', { name: 'platform' })).toBeHidden();
  await page.reload();
  await expect(table.getByRole('link', { name: 'payments' })).toBeVisible();
  await expect(table.getByRole('link', { name: 'platform' })).toBeHidden();
  await page.getByRole('searchbox', { name: 'Find a project' }).fill('no such project');
  await expect(page.getByText('No project matches “no such project”')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the search' }).last().click();
  await table.getByRole('link', { name: 'payments' }).click();
  await expect(page.getByRole('heading', { name: 'payments' })).toBeVisible();
});

test('the matrix says which build is where', async ({ page }) => {
  await page.goto('/projects/payments');
  const matrix = page.getByRole('grid', { name: 'Which build of payments is where' });
  for (const name of ['development', 'testing', 'staging', 'production', 'branch-north', 'branch-south']) {
    await expect(matrix.getByRole('columnheader', { name: new RegExp(`^${name}`) })).toBeVisible();
  }
  await expect(matrix.getByRole('button', { name: /^2\.7\.2 in staging: same digest as development/ })).toBeVisible();
  await expect(
    matrix.getByRole('button', { name: /^2\.7\.2 in branch-north: .+, differs from development/ }),
  ).toBeVisible();
  await expect(matrix.getByRole('button', { name: '2.8.0-rc1 is not in production' })).toBeVisible();
  await expectAccessible(page);
});

test('a cell shows both digests on hover and on focus, and its menu on Enter', async ({ page }) => {
  await page.goto('/projects/payments?repository=payments%2Fapi');
  const cell = page.getByRole('button', { name: /^2\.7\.2 in branch-north/ });
  await cell.hover();
  const card = page.getByRole('tooltip');
  await expect(card).toContainText('development (leftmost)');
  await expect(card.getByText(/^sha256:[0-9a-f]{64}$/)).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(card).toBeHidden();
  await cell.focus();
  await page.keyboard.press('Enter');
  const menu = page.getByRole('menu', { name: '2.7.2 in branch-north' });
  await expect(menu.getByRole('menuitem', { name: 'Copy here from development…' })).toBeVisible();
  await menu.getByRole('menuitem', { name: 'Compare with development' }).click();
  await expect(page).toHaveURL(/\/compare\/api\?left=development%2F2\.7\.2&right=branch-north%2F2\.7\.2/);
});

test('on a phone, where a cell is little more than its glyph, a tap on that opens the menu', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/projects/payments?repository=payments%2Fapi');
  await page
    .getByRole('button', { name: /^2\.7\.2 in branch-north/ })
    .locator('svg')
    .click();
  await expect(page.getByRole('menu', { name: '2.7.2 in branch-north' }).getByRole('menuitem').first()).toBeVisible();
});

test('the pull command and the digest of a cell are copied', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/projects/payments?repository=payments%2Fapi');
  const cell = page.getByRole('button', { name: /^2\.7\.3 in development/ });
  await cell.click();
  await page.getByRole('menuitem', { name: 'Copy pull command' }).click();
  await expect(page.getByText('Pull command copied.')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^docker pull \S+\/payments\/api:2\.7\.3$/);
  await cell.click();
  await page.getByRole('menuitem', { name: 'Copy digest' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test('the arrow keys walk the matrix', async ({ page }) => {
  await page.goto('/projects/payments?repository=payments%2Fapi&sort=-semver');
  const matrix = page.getByRole('grid');
  const first = matrix.getByRole('rowheader').getByRole('link').first();
  await first.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator(':focus')).toHaveAccessibleName(/ development/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await expect(page.locator(':focus')).toHaveAccessibleName(/branch-south/);
  await page.keyboard.press('Control+Home');
  await expect(first).toBeFocused();
});

test('a tag pushed with skopeo appears in the open page without a reload', async ({ page, api }) => {
  await page.goto('/projects/payments');
  await expect(page.getByRole('link', { name: '2.7.3', exact: true }).first()).toBeVisible();
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  const tag = `2.9.${Date.now()}`;
  await skopeoCopy(api, api273, { ...api273, reference: tag });
  await expect(page.getByRole('link', { name: tag }), 'the new tag').toBeVisible();
  await expect(page.getByRole('button', { name: new RegExp(`^${tag} in development`) })).toBeVisible();
  expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
});

test('only drift leaves out what is the same everywhere', async ({ page }) => {
  await page.goto('/projects/payments?only=drift');
  await expect(page.getByRole('checkbox', { name: 'Only drift' })).toBeChecked();
  const matrix = page.getByRole('grid');
  await expect(matrix.getByRole('button', { name: /differs from|is not in/ }).first()).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find a tag' }).fill('no-such-tag');
  await expect(page.getByText('No tag matches these filters')).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(page.getByRole('checkbox', { name: 'Only drift' })).not.toBeChecked();
  await expect(matrix.getByRole('link', { name: '2.7.3', exact: true }).first()).toBeVisible();
});

test('the repositories of a project lead to their tags', async ({ page }) => {
  await page.goto('/projects/payments');
  await page
    .getByRole('navigation', { name: 'Views of the project' })
    .getByRole('link', { name: 'Repositories' })
    .click();
  const table = page.getByRole('grid', { name: 'Repositories' });
  await table.getByRole('link', { name: 'worker' }).click();
  await expect(page).toHaveURL(/\/projects\/payments\/repositories\/worker$/);
  // Who cuts the end off the address comes back to the list.
  await page.goto('/projects/payments/repositories');
  await expect(table.getByRole('link', { name: 'worker' })).toBeVisible();
});

test('a project that does not exist says so', async ({ page, faults }) => {
  faults.allow(/status of 404/);
  await page.goto('/projects/nothing-here');
  await expect(page.getByText('There is no project “nothing-here”')).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: 'All projects' }).click();
  await expect(page).toHaveURL(/\/projects$/);
});
