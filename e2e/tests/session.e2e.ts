import { expectAccessible } from '../fixtures/accessibility.ts';
import { adminPassword, expect, test } from '../fixtures/test.ts';

test.use({ isSignedIn: false });

test('signing in leads to where one wanted to go, and signing out back to the door', async ({ page }) => {
  await page.goto('/registries?q=north');
  await expect(page).toHaveURL(/\/sign-in\?returnTo=/);
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(adminPassword());
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/registries\?q=north$/);

  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Longshore' })).toBeVisible();
  await page.goto('/registries');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('signing out in one tab ends the other', async ({ page, context }) => {
  await page.goto('/sign-in');
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(adminPassword());
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  const other = await context.newPage();
  await other.goto('/me');
  await expect(other.getByRole('heading', { name: 'Your account' })).toBeVisible();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(other).toHaveURL(/\/sign-in/);
});

test('a wrong password is said in words, and the password can be typed again at once', async ({ page, faults }) => {
  faults.allow(/status of 401/);
  await page.goto('/sign-in');
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText(/password/i);
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await expect(page.getByLabel('Username')).toHaveValue('admin');
  await expectAccessible(page);
});

test('too many attempts are told with the time to wait', async ({ page, faults }) => {
  faults.allow(/status of (401|429)/);
  await page.goto('/sign-in');
  await page.getByLabel('Username').fill(`nobody-${Date.now()}`);
  const button = page.getByRole('button', { name: 'Sign in' });
  for (let attempt = 1; attempt <= 11; attempt += 1) {
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    const answered = page.waitForResponse(/\/api\/v1\/session$/);
    await button.click();
    if ((await answered).status() === 429) break;
    await expect(button).toBeEnabled();
  }
  await expect(page.getByRole('alert')).toContainText(/Try again in \d+:\d\d/);
  await expect(page.getByRole('button', { name: /^Wait \d+:\d\d/ })).toBeDisabled();
});

test('a return address of another site is not followed', async ({ page }) => {
  await page.goto('/sign-in?returnTo=//example.com/');
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(adminPassword());
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Home' })).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/');
});

test('the password can be looked at, and browsers know which field is which', async ({ page }) => {
  await page.goto('/sign-in');
  await expect(page.getByLabel('Username')).toBeFocused();
  await expect(page.getByLabel('Username')).toHaveAttribute('autocomplete', 'username');
  const password = page.getByLabel('Password', { exact: true });
  await expect(password).toHaveAttribute('autocomplete', 'current-password');
  await password.fill('secret');
  await page.getByRole('button', { name: 'Show the password' }).click();
  await expect(password).toHaveAttribute('type', 'text');
});

test('the password can be changed, with the old one as proof', async ({ page, faults }) => {
  faults.allow(/status of (401|422)/);
  await page.goto('/sign-in?returnTo=/me');
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill(adminPassword());
  await page.keyboard.press('Enter');
  await page.getByLabel('Current password').fill('not the password');
  await page.getByLabel('New password').fill('too short');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('At least 12 characters, please.')).toBeVisible();
  await page.getByLabel('New password').fill('a much longer password');
  await page.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('This is not your current password.')).toBeVisible();
});
