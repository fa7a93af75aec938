import type { APIRequestContext } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { registryUrl } from '../fixtures/copies.ts';
import { addPerson, openAs } from '../fixtures/people.ts';
import { expectKnown } from '../fixtures/policies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { expect, test } from '../fixtures/test.ts';

/** Of this run alone: its bytes are its own. */
const run = Date.now().toString(36);
const PROJECT = `bytes-${run}`;
const REPOSITORY = `${PROJECT}/app`;

test.describe.configure({ mode: 'serial' });

/** Until a measuring has ended that knew everything. */
async function expectMeasured(api: APIRequestContext, registryId: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { storage } = (await (await api.get(`registries/${registryId}/storage`)).json()) as {
          storage: { changedCount: number; isMeasuring: boolean };
        };
        return storage.changedCount === 0 && !storage.isMeasuring;
      },
      { timeout: 90_000 },
    )
    .toBe(true);
}

test('a registry says how many bytes it holds, and a push is in it when it was measured', async ({ page, api }) => {
  test.slow();
  const development = await registryUrl(api, 'development');
  await pushImage(development, REPOSITORY, 'nightly', [700_000]);
  await expectKnown(api, { repository: REPOSITORY, tag: 'nightly', registry: 'development' });
  await pushImage(development, REPOSITORY, 'nightly', [1_300_000]);
  await page.goto('/registries/development');
  const section = page.getByRole('region', { name: 'Storage', exact: true });
  await expect(section).toContainText('What would come back');
  await expectAccessible(page);
  await section.getByRole('link', { name: 'Repositories and untagged manifests' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Storage of development' })).toBeVisible();
  await page.getByRole('button', { name: 'Measure now' }).click();
  await expectMeasured(api, 'development');
  await page.getByRole('searchbox', { name: 'Search repositories' }).fill(REPOSITORY);
  const repositories = page.getByRole('grid', { name: 'Repositories by bytes' });
  // Both images: the older one has lost its tag and is there all the same. Nobody reloads the page.
  await expect(repositories.getByRole('row').nth(1)).toContainText('2.00 MB', { timeout: 90_000 });
  await expect(repositories.getByRole('row')).toHaveCount(2);
  await expectAccessible(page);
  await page.goto('/registries');
  await page.getByRole('link', { name: 'Storage', exact: true }).click();
  await expect(page.getByRole('grid', { name: 'Registries by bytes' }).getByRole('row')).toHaveCount(7);
  await expectAccessible(page);
});

test('a project’s people see its bytes; what lost its tag just now is listed, and stays', async ({
  page,
  api,
  browser,
}) => {
  test.slow();
  await expectMeasured(api, 'development');
  await page.goto(`/projects/${PROJECT}/storage`);
  await expect(page.getByText('2.00 MB').first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Untagged (1)' }).click();
  const untagged = page.getByRole('grid', { name: 'Untagged manifests' });
  const row = untagged.getByRole('row').nth(1);
  await expect(row).toContainText('was nightly');
  await expect(row).toContainText('701 kB');
  await expect(row).toContainText(/in (6|7) days|next week/);
  await expect(page.getByText('A registry does not list its manifests.')).toBeVisible();
  await expect(page.getByRole('button', { name: /of age in the trash/ })).toHaveCount(0);
  await row.getByRole('checkbox').check();
  await expect(page.getByRole('button', { name: 'Put in the trash' })).toBeDisabled();
  await expectAccessible(page);
  // Whoever asks past the page is not served either: it is too young.
  const asked = await api.post(`projects/${PROJECT}/untagged/trash`, {
    data: { registryId: 'development' },
    headers: { origin: new URL(page.url()).origin },
  });
  expect(await asked.json()).toEqual({ total: 0 });

  const cells = [{ environment: 'development', role: 'guest' }];
  const guest = await addPerson(api, { username: `bytes-guest-${run}`, project: PROJECT, cells });
  const theirs = await openAs(browser, guest, `/projects/${PROJECT}/storage?view=repositories`);
  const repositories = theirs.getByRole('grid', { name: 'Repositories by bytes' });
  await expect(repositories.getByRole('row').nth(1)).toContainText('2.00 MB');
  await expect(theirs.getByRole('link', { name: /^Untagged/ })).toHaveCount(0);
  await expect(theirs.getByRole('button', { name: 'Measure now' })).toHaveCount(0);
  await theirs.context().close();
});
