import { expectAccessible, expectNoSidewaysScroll } from '../fixtures/accessibility.ts';
import { fillRoute, listRoutes } from '../fixtures/pages.ts';
import { expect, test } from '../fixtures/test.ts';

// Made from the site map: a page that is added is tried without anybody thinking of it.
for (const route of listRoutes()) {
  test.describe(`the page ${route}`, () => {
    test.use({ isSignedIn: route !== '/sign-in' });

    for (const colorScheme of ['light', 'dark'] as const) {
      test(`is accessible and without faults in ${colorScheme}`, async ({ page, api }) => {
        await page.emulateMedia({ colorScheme });
        await page.goto(await fillRoute(route, api));
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        await expect(page).toHaveTitle(/\S+ · Longshore$/);
        await expectAccessible(page);
      });
    }

    test('fits a phone', async ({ page, api }) => {
      await page.setViewportSize({ width: 390, height: 844 });
      await page.goto(await fillRoute(route, api));
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
    });
  });
}
