import { expectAccessible } from '../fixtures/accessibility.ts';
import { expect, test } from '../fixtures/test.ts';

// A preview alone: a whole collection refuses the pushes of the tests beside this one.
test('a preview asks the registry’s own program what nothing refers to', async ({ page }) => {
  await page.goto('/registries/branch-south');
  await page.getByRole('link', { name: 'Preview, collect, history' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Garbage collection of branch-south' })).toBeVisible();
  await page.getByRole('button', { name: 'Preview' }).click();
  await expect(page).toHaveURL(/\/registries\/branch-south\/collections\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('status').getByText('done')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('list', { name: 'Log' })).toContainText('blobs marked');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Garbage collection', exact: true }).click();
  const history = page.getByRole('table', { name: 'History' });
  await expect(history.getByRole('row').nth(1)).toContainText('Preview');
  await expectAccessible(page);
});

test('collecting says beforehand what it touches, and a schedule is set and taken away', async ({ page, faults }) => {
  faults.allow(/status of 400/);
  await page.goto('/registries/branch-north/collections');
  await page.getByRole('button', { name: 'Collect garbage' }).click();
  const dialog = page.getByRole('dialog', { name: 'Collect the garbage of branch-north?' });
  await expect(dialog).toContainText('No tag is touched');
  await dialog.getByLabel('Give up after (minutes)').fill('1');
  await dialog.getByRole('button', { name: 'Collect garbage' }).click();
  await expect(dialog).toContainText('Choose from 5 to 1440 minutes.');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Set a schedule' }).click();
  const schedule = page.getByRole('dialog', { name: 'By itself' });
  await schedule.getByLabel('Schedule (cron)').fill('every night');
  await schedule.getByRole('button', { name: 'Save' }).click();
  await expect(schedule.getByLabel('Schedule (cron)')).toHaveAccessibleDescription(/five parts with spaces between/);
  await schedule.getByLabel('Schedule (cron)').fill('15 3 * * 6');
  await schedule.getByLabel('Time zone').fill('Europe/Berlin');
  await schedule.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('15 3 * * 6')).toBeVisible();
  await page.getByRole('button', { name: 'Only by hand' }).click();
  await expect(page.getByRole('button', { name: 'Set a schedule' })).toBeVisible();
});
