import { expectNoSidewaysScroll } from '../fixtures/accessibility.ts';
import { expect, test } from '../fixtures/test.ts';

test('the theme is chosen, kept, and there before the page is painted', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.goto('/me', { waitUntil: 'commit' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitemradio', { name: 'Follow the system' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('the language is chosen, kept, and said to the browser', async ({ page }) => {
  await page.goto('/me');
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitemradio', { name: '简体中文' }).click();
  await expect(page.getByRole('heading', { name: '您的账户' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await page.reload();
  await expect(page.getByRole('heading', { name: '您的账户' })).toBeVisible();
  await page.getByRole('button', { name: '语言' }).click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible();
});

test.describe('a browser that prefers Chinese', () => {
  test.use({ locale: 'zh-CN' });
  test('is greeted in Chinese', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('heading', { name: '首页' })).toBeVisible();
    await expect(page).toHaveTitle('首页 · Longshore');
  });
});

test('everything is reached with the keyboard, and a new page is read from its heading', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  const registries = page
    .getByRole('navigation', { name: 'Main navigation' })
    .getByRole('link', { name: /Registries/ });
  await page.getByRole('link', { name: 'Longshore' }).focus();
  for (let step = 0; step < 12; step += 1) {
    if (await registries.evaluate((link) => link === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  await expect(registries).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/registries$/);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(registries).toHaveAttribute('aria-current', 'page');
});

test('the search opens with Ctrl-K from anywhere and gives the focus back', async ({ page }) => {
  await page.goto('/me');
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible();
  await page.keyboard.press('Control+k');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: /Search projects/ }).click();
  await expect(dialog).toBeVisible();
});

test('the connection says that it is live', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByText('Live: changes appear by themselves')).toBeAttached();
});

test('a second tab shares the connection and is live as well', async ({ page, context }) => {
  await page.goto('/');
  await expect(page.getByText('Live: changes appear by themselves')).toBeAttached();
  const other = await context.newPage();
  const asked: string[] = [];
  other.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await other.goto('/me');
  await expect(other.getByText('Live: changes appear by themselves')).toBeAttached();
  expect(asked).not.toContain('/api/v1/events');
  // It takes over when the first is closed.
  const takenOver = other.waitForRequest((request) => request.url().endsWith('/api/v1/events'));
  await page.close();
  await takenOver;
});

test('the loss of the connection is said, and so is its return', async ({ page, context, faults }) => {
  faults.allow(/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|ERR_FAILED/);
  await page.goto('/');
  await expect(page.getByText('Live: changes appear by themselves')).toBeAttached();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await context.setOffline(true);
  // Going offline does not end connections that stand; a page that comes up meanwhile has none.
  await page.evaluate(() => window.dispatchEvent(new Event('offline')));
  await expect(page.getByText(/Live updates are lost/)).toBeAttached();
  await expect(page.getByText(/The connection to Longshore was lost/)).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('Live: changes appear by themselves')).toBeAttached();
  await expect(page.getByText(/The connection to Longshore was lost/)).toBeHidden();
});

test('an address that does not exist says so inside the shell', async ({ page }) => {
  await page.goto('/no/such/page');
  await expect(page.getByRole('heading', { name: 'There is no page here' })).toBeVisible();
  await page.getByRole('link', { name: 'Go to the home page' }).click();
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
});

test('a name with a dot at the end of an address is a page, not a file', async ({ page }) => {
  const answer = await page.goto('/projects/payments/artifacts/api/2.7.3');
  expect(answer?.status()).toBe(200);
  await expect(page.getByRole('navigation', { name: 'Main navigation' })).toBeVisible();
});

test('the navigation collapses to icons and stays so', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Collapse navigation' }).click();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Expand navigation' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Projects', exact: true })).toBeVisible();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('the navigation is a drawer', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
    await expectNoSidewaysScroll(page);
    await page.getByRole('button', { name: 'Open navigation' }).click();
    const drawer = page.getByRole('dialog', { name: 'Main navigation' });
    await expect(drawer).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(drawer).toBeHidden();
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await drawer.getByRole('link', { name: 'Registries' }).click();
    await expect(page).toHaveURL(/\/registries$/);
    await expect(drawer).toBeHidden();
  });
});
