import { expectAccessible } from '../fixtures/accessibility.ts';
import { registryUrl } from '../fixtures/copies.ts';
import { digestIn, expectKnown, expectTag, makePolicy, removePolicies } from '../fixtures/policies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { expect, test } from '../fixtures/test.ts';

const run = Date.now().toString(36);
const PROJECT = `gone-${run}`;
const REPOSITORY = `${PROJECT}/shop`;
const NAME = `e2e ${run} to branches`;

test.afterEach(({ api }) => removePolicies(api, `e2e ${run}`));

test('a deletion says how far it goes, and is told everywhere as what it is and whose', async ({
  page,
  api,
  faults,
}) => {
  test.slow();
  // The page of the tag reads it once more when it is gone.
  faults.allow(/status of 404/);
  const production = await registryUrl(api, 'production');
  const branches = await Promise.all(['branch-north', 'branch-south'].map((id) => registryUrl(api, id)));
  const digest = await pushImage(production, REPOSITORY, '1.2', [200_000]);
  await expectKnown(api, { repository: REPOSITORY, tag: '1.2', registry: 'production' });
  await makePolicy(api, {
    name: NAME,
    from: 'production',
    to: ['branch-north', 'branch-south'],
    repository: REPOSITORY,
    onPush: true,
    propagateDeletions: true,
  });
  for (const branch of branches) await expectTag(branch, REPOSITORY, '1.2', digest);
  for (const registry of ['branch-north', 'branch-south']) {
    await expectKnown(api, { repository: REPOSITORY, tag: '1.2', registry });
  }

  await page.goto(`/projects/${PROJECT}/artifacts/shop/1.2?registry=production`);
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog', { name: `Delete ${REPOSITORY}:1.2?` });
  const inProduction = dialog.getByRole('checkbox', { name: 'production' });
  if (await inProduction.isVisible()) await inProduction.check();
  await expect(dialog).toContainText(`The policy “${NAME}” will also delete 1.2 at branch-north and branch-south.`);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Delete 1' }).click();
  for (const branch of branches)
    await expect.poll(() => digestIn(branch, REPOSITORY, '1.2'), { timeout: 60_000 }).toBeNull();

  await page.goto('/replication/executions');
  const row = page
    .getByRole('row')
    .filter({ hasText: `${REPOSITORY}:1.2` })
    .first();
  await expect(row).toContainText('deletion');
  await row.getByRole('link').first().click();
  await expect(
    page.getByRole('heading', {
      level: 1,
      name: `Deletion of ${REPOSITORY}:1.2 at branch-north and branch-south, because it was deleted at production`,
    }),
  ).toBeVisible();
  await expect(page.getByText('policy, after a deletion')).toBeVisible();
  await expect(page.getByText('nothing to move')).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole('row').filter({ hasText: 'branch-north' }).getByRole('link').first().click();
  await expect(
    page.getByRole('heading', {
      level: 1,
      name: `Deletion of ${REPOSITORY}:1.2 at branch-north, because it was deleted at production`,
    }),
  ).toBeVisible();
  await expect(page.getByText('and is in the trash there now.')).toBeVisible();
  await expectAccessible(page);

  await page.goto(`/projects/${PROJECT}/trash`);
  const trash = page.getByRole('grid', { name: 'Deleted tags and images' });
  const north = trash.getByRole('row').filter({ hasText: 'branch-north' });
  await expect(north).toContainText(`by the policy ${NAME}`);
  await expectAccessible(page);
  await north.getByRole('link', { name: NAME }).click();
  await expect(page.getByRole('heading', { level: 1, name: NAME })).toBeVisible();

  await page.goto(`/projects/${PROJECT}/history/shop/1.2?registry=branch-north`);
  const removed = page.getByRole('row').filter({ hasText: 'removed' });
  await expect(removed).toContainText('deleted');
  await expect(removed.getByRole('link', { name: NAME })).toBeVisible();
});

test('setting a tag back where a policy replaces it says that it does not last', async ({ page, api }) => {
  test.slow();
  const [production, north] = await Promise.all(['production', 'branch-north'].map((id) => registryUrl(api, id)));
  const repository = `${PROJECT}/drift`;
  const digest = await pushImage(production ?? '', repository, 'stable', [200_000]);
  await expectKnown(api, { repository, tag: 'stable', registry: 'production' });
  const name = `e2e ${run} mirror`;
  const id = await makePolicy(api, {
    name,
    from: 'production',
    to: ['branch-north'],
    repository,
    onPush: false,
  });
  const first = await pushImage(north ?? '', repository, 'stable', [300_000]);
  await expectKnown(api, { repository, tag: 'stable', registry: 'branch-north' });
  expect((await api.post(`policies/${id}/run`)).ok()).toBe(true);
  await expectTag(north ?? '', repository, 'stable', digest);

  await page.goto(`/projects/${PROJECT}/history/drift/stable?registry=branch-north`);
  await page.getByRole('button', { name: /^Set back stable/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(
    `The policy “${name}” replaces stable in branch-north with what production has, at its next run`,
  );
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Set back' }).click();
  await expectTag(north ?? '', repository, 'stable', first);
  expect((await api.post(`policies/${id}/run`)).ok()).toBe(true);
  await expectTag(north ?? '', repository, 'stable', digest);
  await page.goto('/replication/executions');
  const row = page
    .getByRole('row')
    .filter({ hasText: `${repository}:stable` })
    .first();
  await expect(row).toContainText('tag set');
  await row.getByRole('link').first().click();
  await expect(
    page.getByRole('heading', {
      level: 1,
      name: `Tag ${repository}:stable set at branch-north to what production has`,
    }),
  ).toBeVisible();
});
