import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from '../fixtures/accessibility.ts';
import { fillRoute, listRoutes } from '../fixtures/pages.ts';
import { expect, test } from '../fixtures/test.ts';

test.describe.configure({ mode: 'parallel' });

async function expectDrawn(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
}

// Made from the site map: a page that is added is tried without anybody thinking of it.
for (const route of listRoutes()) {
  test.describe(`the page ${route}`, () => {
    test.use({ isSignedIn: route !== '/sign-in' });

    test('is accessible in light and dark, fits a phone, and has no faults', async ({ page, api }) => {
      // Three analyses of a whole page, each of which takes as long as the machine is busy.
      test.slow();
      await page.goto(await fillRoute(route, api));
      await expectDrawn(page);
      await expect(page).toHaveTitle(/\S+ · Longshore$/);
      await test.step('light', () => expectAccessible(page));
      await test.step('dark', async () => {
        await page.emulateMedia({ colorScheme: 'dark' });
        await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
        await expectAccessible(page);
      });
      await test.step('phone', async () => {
        await page.setViewportSize({ width: 390, height: 844 });
        await expectDrawn(page);
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
      });
    });
  });
}
