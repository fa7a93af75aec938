import { expectAccessible } from '../fixtures/accessibility.ts';
import { expect, test } from '../fixtures/test.ts';

test('Ctrl-K finds repository:tag from anywhere and remembers it', async ({ page }) => {
  await page.goto('/projects');
  await expect(page.getByRole('link', { name: 'payments' })).toBeVisible();
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: 'Search' });
  await expect(box).toBeFocused();
  await box.fill('payments/api:2.7.2');
  const option = page.getByRole('option', { name: /payments\/api:2\.7\.2/ });
  await expect(option.first()).toHaveAttribute('aria-selected', 'true');
  await expectAccessible(page);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/projects\/payments\/artifacts\/api\/2\.7\.2/);
  await expect(page.getByRole('dialog')).toBeHidden();
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('group', { name: 'Recent' }).getByRole('option')).toContainText(['payments/api:2.7.2']);
});

test('a digest is found by its first characters', async ({ page, api }) => {
  const { items } = (await (await api.get('tags?repository=payments/api&q=2.7.2&limit=1')).json()) as {
    items: { digest: string }[];
  };
  const digest = items[0]?.digest ?? '';
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search' }).fill(digest.slice(0, 'sha256:'.length + 12));
  const group = page.getByRole('group', { name: 'Digests' });
  await expect(group.getByRole('option').first()).toContainText('payments/api@');
  await group.getByRole('option').first().click();
  await expect(page.getByRole('button', { name: `Copy digest ${digest}` })).toBeVisible();
});

test('the arrows go through all groups, and nothing found says what to try', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.keyboard.press('Control+k');
  const box = page.getByRole('combobox', { name: 'Search' });
  await box.fill('payments');
  await expect(page.getByRole('group', { name: 'Projects' })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Repositories' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('option', { selected: true })).toContainText('payments/');
  await box.fill('<b>nothing</b>');
  await expect(page.getByText('Nothing matches “<b>nothing</b>”')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(box).toBeHidden();
});
