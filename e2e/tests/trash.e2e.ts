import { expectAccessible } from '../fixtures/accessibility.ts';
import { registryUrl } from '../fixtures/copies.ts';
import { addPerson, openAs, pull } from '../fixtures/people.ts';
import { digestIn, expectKnown, expectTag } from '../fixtures/policies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { retag } from '../fixtures/retag.ts';
import { expect, test } from '../fixtures/test.ts';

/** Of this run alone: its trash is its own. */
const run = Date.now().toString(36);
const PROJECT = `bin-${run}`;
const REPOSITORY = `${PROJECT}/app`;

test.describe.configure({ mode: 'serial' });

test('a tag goes to the trash after a preview, its sibling stays, and it comes back with the same digest', async ({
  page,
  api,
  browser,
}) => {
  test.slow();
  const development = await registryUrl(api, 'development');
  const digest = await pushImage(development, REPOSITORY, '1.0', [200_000]);
  await retag(development, REPOSITORY, '1.0', 'latest');
  for (const tag of ['1.0', 'latest']) await expectKnown(api, { repository: REPOSITORY, tag, registry: 'development' });
  const cells = [{ environment: null, role: 'maintainer' }];
  const lin = await addPerson(api, { username: `bin-lin-${run}`, project: PROJECT, cells });
  const image = `development/${REPOSITORY}`;

  await page.goto(`/projects/${PROJECT}/repositories/app`);
  await page.getByRole('checkbox', { name: 'Select 1.0' }).check();
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog', { name: `Delete ${REPOSITORY}:1.0?` });
  const preview = dialog.getByRole('region', { name: 'What will happen' });
  await expect(preview).toContainText('1 tag goes to the trash');
  await expect(preview).toContainText('1 other tag has the same digest and stays');
  await expect(preview).toContainText('latest');
  await expect(preview).toContainText('(14 days)');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('It leaks memory.');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Delete 1' }).click();
  const progress = page.getByRole('dialog', { name: `Deleted from ${REPOSITORY}` });
  await expect(progress.getByRole('status')).toHaveText('1 of 1 in the trash', { timeout: 60_000 });
  await expectAccessible(page);
  expect(await digestIn(development, REPOSITORY, '1.0')).toBeNull();
  expect(await digestIn(development, REPOSITORY, 'latest')).toBe(digest);
  expect(await pull(lin, `${image}:1.0`)).toHaveProperty('refused');
  expect(await pull(lin, `${image}:latest`)).toBe('done');
  // Whoever deleted may have meant another: what follows is a click away.
  await progress.getByRole('link', { name: 'See the trash' }).click();

  await expect(page).toHaveURL(new RegExp(`/projects/${PROJECT}/trash`));
  const trash = page.getByRole('grid', { name: 'Deleted tags and images' });
  const row = trash.getByRole('row').filter({ hasText: 'app:1.0' });
  await expect(row).toContainText('It leaks memory.');
  await expect(row).toContainText('by admin');
  await expect(row).toContainText('in the trash');
  await expectAccessible(page);

  // Whoever may not purge is not offered it, and restores.
  const hers = await openAs(browser, lin, `/projects/${PROJECT}/trash`);
  await hers.getByRole('button', { name: `Actions for ${REPOSITORY}:1.0` }).click();
  await expect(hers.getByRole('menuitem', { name: 'Remove for good…' })).toHaveCount(0);
  await hers.getByRole('menuitem', { name: 'Restore…' }).click();
  const question = hers.getByRole('dialog', { name: `Restore ${REPOSITORY}:1.0?` });
  await expect(question.getByRole('radio', { name: 'As 1.0 again' })).toBeChecked();
  await expectAccessible(hers);
  await question.getByRole('button', { name: 'Restore' }).click();
  await expect(hers.getByText(`${REPOSITORY}:1.0 is back, with the same digest.`)).toBeVisible({ timeout: 60_000 });
  await hers.context().close();
  await expectTag(development, REPOSITORY, '1.0', digest);
  expect(await pull(lin, `${image}@${digest}`)).toBe('done');
  expect(await pull(lin, `${image}:1.0`)).toBe('done');
  // The other page hears of it without pressing anything.
  await expect(page.getByText('Nothing in the trash fits the filters')).toBeVisible();
});

test('where the tag is something else by now the person chooses, and the history leads back', async ({
  page,
  api,
  faults,
}) => {
  // The page of a tag asks what became of it.
  faults.allow(/status of 404/);
  const development = await registryUrl(api, 'development');
  const old = (await digestIn(development, REPOSITORY, '1.0')) ?? '';
  await page.goto(`/projects/${PROJECT}/artifacts/app/1.0?registry=development`);
  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete 1' }).click();
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText('1 of 1 in the trash', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Close' }).click();
  const fresh = await pushImage(development, REPOSITORY, '1.0', [1000]);

  await page.goto(`/projects/${PROJECT}/history/app/1.0?registry=development`);
  const history = page.getByRole('grid', { name: `What ${REPOSITORY}:1.0 was` });
  await expect(history.getByRole('row').nth(1)).toContainText('the tag is this', { timeout: 150_000 });
  await expectAccessible(page);
  await page.goto(`/projects/${PROJECT}/trash`);
  await page.getByRole('checkbox', { name: `Select ${REPOSITORY}:1.0` }).check();
  await page.getByRole('button', { name: 'Restore' }).click();
  const question = page.getByRole('dialog', { name: `Restore ${REPOSITORY}:1.0?` });
  await expect(question).toContainText('1.0 is something else by now');
  await expect(question.getByRole('button', { name: 'Restore' })).toBeDisabled();
  await question.getByRole('radio', { name: 'Under another tag' }).check();
  await question.getByRole('textbox', { name: 'Tag' }).fill('1.0-old');
  await question.getByRole('button', { name: 'Restore' }).click();
  await expectTag(development, REPOSITORY, '1.0-old', old);
  expect(await digestIn(development, REPOSITORY, '1.0')).toBe(fresh);

  // It is in the repository again: the tag itself is set back to it.
  await page.goto(`/projects/${PROJECT}/history/app/1.0?registry=development`);
  await history
    .getByRole('button', { name: /^Set back 1\.0 to / })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: `Set ${REPOSITORY}:1.0 back in Development?` });
  await expect(dialog.getByRole('listitem')).toContainText(' becomes ');
  await dialog.getByRole('button', { name: 'Set back' }).click();
  await expectTag(development, REPOSITORY, '1.0', old);
  await expect(history.getByRole('row').nth(1)).toContainText('copied');
});

test('what is removed for good has its name typed first, and is gone', async ({ page, api }) => {
  const development = await registryUrl(api, 'development');
  await pushImage(development, REPOSITORY, 'pr-1', [1000]);
  await pushImage(development, REPOSITORY, 'pr-2', [1000]);
  for (const tag of ['pr-1', 'pr-2']) await expectKnown(api, { repository: REPOSITORY, tag, registry: 'development' });
  await page.goto(`/projects/${PROJECT}/repositories/app`);
  await page.getByRole('button', { name: `More for ${REPOSITORY}` }).click();
  await page.getByRole('menuitem', { name: 'Delete by pattern…' }).click();
  const dialog = page.getByRole('dialog', { name: `Delete tags of ${REPOSITORY} by pattern` });
  await dialog.getByRole('textbox', { name: 'Tags' }).fill('pr-*');
  await expect(dialog).toContainText('2 tags go to the trash');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Delete 2' }).click();
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText('2 of 2 in the trash', { timeout: 60_000 });

  await page.goto(`/trash?q=${encodeURIComponent(`${REPOSITORY}:pr-`)}`);
  await page.getByRole('checkbox', { name: `Select ${REPOSITORY}:pr-1` }).check();
  await page.getByRole('checkbox', { name: `Select ${REPOSITORY}:pr-2` }).check();
  await page.getByRole('button', { name: 'Remove for good…' }).click();
  const question = page.getByRole('dialog', { name: 'Remove 2 things for good?' });
  await expect(question.getByRole('button', { name: 'Remove for good' })).toBeDisabled();
  await question.getByRole('textbox').fill('2');
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Remove for good' }).click();
  await expect(page.getByText('2 are removed for good.')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('Nothing in the trash fits the filters')).toBeVisible();
});

test('the matrix deletes one cell, shows that it is in the trash, and gives it back', async ({ page, api }) => {
  const [development, testing] = [await registryUrl(api, 'development'), await registryUrl(api, 'testing')];
  const repository = `${PROJECT}/placed`;
  const digest = await pushImage(development, repository, '3.0', [1000]);
  await pushImage(testing, repository, '3.0', [1000]);
  for (const registry of ['development', 'testing']) await expectKnown(api, { repository, tag: '3.0', registry });
  await page.goto(`/projects/${PROJECT}?repository=${encodeURIComponent(repository)}`);
  await page.getByRole('button', { name: /^3\.0 in development/ }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete 1' }).click();
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText('1 of 1 in the trash', { timeout: 60_000 });
  await page.getByRole('button', { name: 'Close' }).click();

  const cell = page.getByRole('button', { name: '3.0 in development: in trash' });
  await cell.hover();
  await expect(page.getByRole('tooltip')).toContainText(digest);
  await page.mouse.move(0, 0);
  await expect(page.getByRole('tooltip')).toHaveCount(0);
  await expectAccessible(page);
  await cell.click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(page.getByRole('button', { name: /^3\.0 in development: [0-9a-f]{4}…/ })).toBeVisible({
    timeout: 60_000,
  });
  await expectTag(development, repository, '3.0', digest);
});

test('all tags of one registry are deleted: the list says where else they are, and the dialog stays', async ({
  page,
  api,
}) => {
  const repository = `${PROJECT}/twice`;
  for (const registry of ['development', 'testing']) {
    for (const tag of ['4.0', '4.1']) {
      await pushImage(await registryUrl(api, registry), repository, tag, [1000]);
      await expectKnown(api, { repository, tag, registry });
    }
  }
  await page.goto(`/projects/${PROJECT}/repositories/twice?registry=development`);
  for (const tag of ['4.0', '4.1']) {
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: tag, exact: true }) });
    await expect(row.getByRole('link', { name: 'development: here' })).toBeVisible();
    await expect(row.getByRole('link', { name: 'testing: another digest' })).toBeVisible();
    await page.getByRole('checkbox', { name: `Select ${tag}` }).check();
  }
  await page.getByRole('button', { name: 'Delete…' }).click();
  const places = page.getByRole('dialog');
  await expect(places.getByRole('checkbox', { name: /development/ })).toBeChecked();
  await expect(places.getByRole('checkbox', { name: /testing/ })).not.toBeChecked();
  await page.getByRole('button', { name: 'Delete 2' }).click();
  const progress = page.getByRole('dialog', { name: `Deleted from ${repository}` });
  await expect(progress.getByRole('status')).toHaveText('2 of 2 in the trash', { timeout: 60_000 });
  // The list behind it has heard of the deletion.
  await expect(page.getByText('No tag of this repository is in development')).toBeAttached();
  const select = page.getByRole('combobox', { name: 'Registry', includeHidden: true });
  await expect(select.getByRole('option', { selected: true, includeHidden: true })).toHaveText('development');
  await expect(progress.getByRole('button', { name: 'Restore 2' })).toBeVisible();
  await expectAccessible(page);
  await progress.getByRole('button', { name: 'Close' }).click();
  await expect(progress).toBeHidden();
});

test('how long deleted things can be restored is set in the settings', async ({ page }) => {
  await page.goto(`/projects/${PROJECT}/settings`);
  const days = page.getByRole('textbox', { name: 'Days in the trash' });
  await expect(days).toHaveValue('14');
  await days.fill('30');
  await page.getByRole('region', { name: 'Trash' }).getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('What is deleted can be restored for 30 days.')).toBeVisible();
  await page.goto(`/projects/${PROJECT}/trash`);
  await expect(page.getByText('30 days')).toBeVisible();
});
