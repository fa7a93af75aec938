import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { registryUrl } from '../fixtures/copies.ts';
import { addPerson, openAs } from '../fixtures/people.ts';
import { digestIn, expectKnown, expectTag } from '../fixtures/policies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { expect, test } from '../fixtures/test.ts';

/** Of this run alone: its path and its history are its own. */
const run = Date.now().toString(36);
const PROJECT = `ways-${run}`;
const REPOSITORY = `${PROJECT}/app`;
const developer = (environment: string) => ({ environment, role: 'developer' });

test.describe.configure({ mode: 'serial' });

/** From the menu of its cell, where the project's board shows which build is where. */
async function openPromotion(page: Page, tag: string, from: string, into: string): Promise<void> {
  await page.goto(`/projects/${PROJECT}?repository=${encodeURIComponent(REPOSITORY)}`);
  await page.getByRole('button', { name: new RegExp(`^${tag} in ${from}`) }).press('Enter');
  await page.getByRole('menuitem', { name: `Promote to ${into}…` }).click();
}

const historyOf = (page: Page) => page.getByRole('table', { name: 'History' });

test('a tag is promoted by digest from the board, stands in the history, and is put back', async ({ page, api }) => {
  const development = await registryUrl(api, 'development');
  const testing = await registryUrl(api, 'testing');
  const before = await pushImage(testing, REPOSITORY, '1.0', [1000]);
  const promoted = await pushImage(development, REPOSITORY, '1.0', [2_000_000]);
  await expectKnown(api, { repository: REPOSITORY, tag: '1.0', registry: 'testing' });
  await expectKnown(api, { repository: REPOSITORY, tag: '1.0', registry: 'development' });

  await openPromotion(page, '1\\.0', 'development', 'testing');
  const dialog = page.getByRole('dialog', { name: `Promote ${REPOSITORY}:1.0` });
  await expect(dialog.getByRole('radio', { name: /^testing/ })).toBeChecked();
  await expect(dialog.getByRole('region', { name: 'What will happen' })).toContainText('1 replaced');
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('All green since Monday.');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Promote' }).click();
  await expect(page.getByText(`${REPOSITORY}:1.0 is on its way into testing.`)).toBeVisible();
  await page.getByRole('button', { name: 'Promotions' }).click();

  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  const first = historyOf(page).getByRole('row').filter({ hasText: 'All green since Monday.' });
  await expect(first).toContainText('done', { timeout: 60_000 });
  await expect(first).toContainText('admin');
  expect(await digestIn(testing, REPOSITORY, '1.0')).toBe(promoted);
  await expectAccessible(page);

  // Among all copies it is named as what it is, and leads back here.
  await page.goto('/replication/executions');
  const copy = page
    .getByRole('grid', { name: 'Copies' })
    .getByRole('row')
    .filter({ hasText: `${REPOSITORY}:1.0` });
  await copy.getByRole('link', { name: `${REPOSITORY}:1.0` }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Copy of ${REPOSITORY}:1.0` })).toBeVisible();
  await page.getByRole('link', { name: 'promotion into testing' }).click();
  await expect(page).toHaveURL(new RegExp(`/projects/${PROJECT}/promotions`));

  await first.getByRole('button', { name: `Undo the promotion of ${REPOSITORY}:1.0` }).click();
  const question = page.getByRole('dialog', { name: `Undo ${REPOSITORY}:1.0 in testing?` });
  await expect(question.getByRole('listitem')).toContainText(/^testing: .+ becomes /);
  await question.getByRole('textbox', { name: 'Comment' }).fill('It leaks memory.');
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Undo' }).click();
  await expect(historyOf(page).getByRole('row').filter({ hasText: 'It leaks memory.' })).toContainText('done', {
    timeout: 60_000,
  });
  await expect(first).toContainText('undone');
  await expect(first.getByRole('button', { name: /^Undo/ })).toHaveCount(0);
  await expectTag(testing, REPOSITORY, '1.0', before);
});

test('where the path asks for it a second person approves, and gets what was asked for', async ({
  page,
  api,
  browser,
}) => {
  test.slow();
  const development = await registryUrl(api, 'development');
  const staging = await registryUrl(api, 'staging');
  const asked = await pushImage(development, REPOSITORY, '2.0', [1000]);
  await expectKnown(api, { repository: REPOSITORY, tag: '2.0', registry: 'development' });

  await page.goto(`/projects/${PROJECT}/promotions`);
  await page.getByRole('button', { name: 'Change the path' }).click();
  const drawer = page.getByRole('dialog', { name: 'Change the path' });
  await drawer.getByRole('checkbox', { name: 'testing is on the path' }).uncheck();
  await drawer.getByRole('checkbox', { name: 'Approval is needed into staging' }).check();
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Save the path' }).click();
  await expect(page.getByRole('region', { name: 'Path' })).toContainText('Set for this project.');

  const cells = [developer('development'), developer('staging')];
  const lin = await addPerson(api, { username: `lin-${run}`, project: PROJECT, cells });
  const ada = await addPerson(api, { username: `ada-${run}`, project: PROJECT, cells });

  const hers = await openAs(browser, lin, '/projects');
  await openPromotion(hers, '2\\.0', 'development', 'staging');
  const dialog = hers.getByRole('dialog', { name: `Promote ${REPOSITORY}:2.0` });
  await expect(dialog.getByRole('radio', { name: /^staging next on the path · needs approval/ })).toBeChecked();
  await expect(dialog).toContainText('Somebody else who may push into staging has to approve it.');
  await dialog.getByRole('textbox', { name: 'Comment' }).fill('For the fair.');
  await dialog.getByRole('button', { name: 'Ask for approval' }).click();
  await hers.getByRole('button', { name: 'Promotions' }).click();
  const waiting = hers.getByRole('region', { name: 'Waiting for approval' });
  await expect(waiting).toContainText('somebody else has to approve it');
  await expect(waiting.getByRole('button', { name: 'Withdraw' })).toBeVisible();
  // Nobody decides on what they asked for.
  await expect(waiting.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  expect(await digestIn(staging, REPOSITORY, '2.0')).toBeNull();

  const moved = await pushImage(development, REPOSITORY, '2.0', [1000]);
  expect(moved).not.toBe(asked);
  const others = await openAs(browser, ada, `/projects/${PROJECT}/promotions`);
  const request = others.getByRole('region', { name: 'Waiting for approval' });
  await expect(request).toContainText(`lin-${run} asked`);
  await expect(request).toContainText('For the fair.');
  await expect(request).toContainText('The tag has moved on at the source');
  await expectAccessible(others);
  await request.getByRole('button', { name: 'Approve' }).click();
  const question = others.getByRole('dialog', { name: `Approve ${REPOSITORY}:2.0 into staging?` });
  await question.getByRole('textbox', { name: 'Comment' }).fill('Seen it work.');
  await question.getByRole('button', { name: 'Approve' }).click();
  await expect(request).toBeHidden();
  const row = historyOf(others).getByRole('row').filter({ hasText: 'For the fair.' });
  await expect(row).toContainText('done', { timeout: 60_000 });
  await expect(row).toContainText(`approved by ada-${run}`);
  await expect(row).toContainText('Seen it work.');
  expect(await digestIn(staging, REPOSITORY, '2.0')).toBe(asked);

  // Whoever asked hears of it without pressing anything.
  await expect(waiting).toBeHidden();
  await expect(historyOf(hers).getByRole('row').filter({ hasText: 'For the fair.' })).toContainText('done');
  await hers.context().close();
  await others.context().close();
});
