import { expectAccessible } from '../fixtures/accessibility.ts';
import { expect, test } from '../fixtures/test.ts';

test('an image shows its layers with their history, its command, and how to pull it', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('/projects/payments/artifacts/api/2.7.2');
  // Without a registry the address leads to the leftmost that has the tag.
  await expect(page).toHaveURL(/\?registry=development/);
  await expect(page.getByRole('heading', { name: 'api:2.7.2' })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Layers' }).getByRole('listitem').first()).toContainText(/B.*COPY/s);
  await page.getByRole('tab', { name: 'Configuration' }).click();
  await expect(page).toHaveURL(/tab=config/);
  await expect(page.getByRole('table', { name: 'Labels' })).toContainText('org.opencontainers.image.version');
  await page.getByRole('tab', { name: 'Manifest' }).click();
  await expect(page.getByRole('region', { name: /Manifest as JSON/ })).toContainText('"schemaVersion": 2');
  await page.getByRole('tab', { name: 'Kubernetes' }).click();
  await expect(page.getByRole('tabpanel', { name: 'Kubernetes' })).toContainText(/image: \S+\/payments\/api:2\.7\.2/);
  await page.getByRole('tab', { name: 'skopeo' }).click();
  await page.getByRole('radio', { name: 'digest' }).check();
  await page.getByRole('button', { name: 'Copy skopeo' }).click();
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toMatch(/^skopeo copy --all --src-tls-verify=false docker:\/\/\S+\/payments\/api@sha256:[0-9a-f]{64} oci:/);
  await expectAccessible(page);
});

test('the platforms of an index switch what is shown', async ({ page }) => {
  await page.goto('/projects/shop/artifacts/site-content/latest?registry=development');
  const platforms = page.getByRole('radiogroup', { name: 'Platforms' });
  await expect(platforms.getByRole('radio', { name: /linux\/amd64/ })).toBeChecked();
  await platforms.getByRole('radio', { name: /linux\/arm64/ }).click();
  await expect(page).toHaveURL(/platform=sha256/);
  await page.getByRole('tab', { name: 'Configuration' }).click();
  await expect(page.getByRole('region', { name: /Configuration as stored/ })).toContainText('"architecture": "arm64"');
  await page.reload();
  await expect(platforms.getByRole('radio', { name: /linux\/arm64/ })).toBeChecked();
});

test('an artifact names where else it is and what has the same digest', async ({ page }) => {
  await page.goto('/projects/payments/artifacts/api/2.7.2?registry=development');
  await expect(page.getByRole('link', { name: 'staging' })).toBeVisible();
  await page
    .getByRole('listitem')
    .filter({ has: page.getByRole('link', { name: 'branch-north' }) })
    .getByRole('link', { name: 'Compare' })
    .click();
  await expect(page).toHaveURL(/right=branch-north/);
  await expect(page.getByRole('list', { name: 'Layers' })).toBeVisible();
});

test('what refers to an artifact leads to it and back', async ({ page }) => {
  await page.goto('/projects/payments/artifacts/api/2.7.2?registry=development&tab=referrers');
  const tree = page.getByRole('list', { name: 'What refers to this artifact' });
  await expect(tree).toContainText('application/spdx+json');
  await tree.getByRole('link', { name: 'SBOM' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('api@');
  await page.getByRole('definition').getByRole('link').first().click();
  await expect(page.getByText('2.7.2', { exact: true }).first()).toBeVisible();
});

test('two versions are compared layer by layer', async ({ page }) => {
  await page.goto('/projects/payments/compare/api?left=development%2F2.7.1&right=development%2F2.7.2');
  await expect(page.getByText(/\d+ same, \d+ only left, \d+ only right/)).toBeVisible();
  await expect(page.getByText(/A node that has the left fetches/)).toBeVisible();
  const labels = page.getByRole('table', { name: 'Labels' });
  await expect(labels.getByRole('row', { name: /org\.opencontainers\.image\.version/ })).toContainText('2.7.1');
  await page.getByRole('checkbox', { name: 'Only differences' }).uncheck();
  await expect(page.getByRole('table', { name: 'Environment' })).toContainText('PATH');
  await page.getByRole('button', { name: 'Swap sides' }).click();
  await expect(page).toHaveURL(/left=development%2F2\.7\.2&right=development%2F2\.7\.1/);
  // The address changes before the field does: text put in between would go behind what React writes there.
  const right = page.getByRole('combobox', { name: 'Right: Tag or digest' });
  await expect(right).toHaveValue('2.7.1');
  await right.fill('2.7.3');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/right=development%2F2\.7\.3/);
  await expectAccessible(page);
});

test('an artifact that does not exist says so', async ({ page, faults }) => {
  faults.allow(/status of 404/);
  await page.goto('/projects/payments/artifacts/api/no-such-tag?registry=development');
  await expect(page.getByText('There is no “no-such-tag” of payments/api in development')).toBeVisible();
  await page.goto('/projects/payments/artifacts/api/no-such-tag');
  await expect(page.getByText('No registry has “no-such-tag” of payments/api')).toBeVisible();
});
