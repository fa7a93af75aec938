import type { APIRequestContext } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { registryUrl } from '../fixtures/copies.ts';
import { addPerson, openAs } from '../fixtures/people.ts';
import { digestIn, expectKnown, expectTag } from '../fixtures/policies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { expect, test } from '../fixtures/test.ts';

/** Of this run alone: its plans are its own. */
const run = Date.now().toString(36);
const PROJECT = `keep-${run}`;
const REPOSITORY = `${PROJECT}/app`;
const digests = new Map<string, string>();

test.describe.configure({ mode: 'serial' });

async function push(api: APIRequestContext, repository: string, tags: readonly string[]): Promise<void> {
  const development = await registryUrl(api, 'development');
  for (const tag of tags) {
    digests.set(tag, await pushImage(development, repository, tag, [2000]));
    await expectKnown(api, { repository, tag, registry: 'development' });
  }
}

test('a plan says beforehand what would go and why, puts just that into the trash, and it comes back', async ({
  page,
  api,
  faults,
}) => {
  test.slow();
  // A pattern that only the server finds wrong is asked about.
  faults.allow(/status of 400/);
  const development = await registryUrl(api, 'development');
  await push(api, REPOSITORY, ['v1.0', 'build-1', 'build-2', 'build-3']);

  await page.goto(`/projects/${PROJECT}/retention`);
  await expect(page.getByText('Nothing is cleaned up by itself')).toBeVisible();
  await page.getByRole('link', { name: 'Add a plan' }).click();
  await page.getByRole('combobox', { name: 'Environment' }).selectOption('development');
  await page.getByRole('textbox', { name: 'Repositories', exact: true }).fill('app');
  await page.getByRole('textbox', { name: 'The newest of each repository (tags, by their push)' }).fill('1');
  await page.getByRole('checkbox', { name: 'Pushed within' }).uncheck();
  await page.getByRole('checkbox', { name: 'Whatever another environment has under a tag' }).uncheck();
  await page.getByRole('checkbox', { name: 'Tags named' }).check();
  await page.getByRole('textbox', { name: 'Tags named' }).fill('v{1');
  await expect(page.getByText('has a brace without its other half')).toBeVisible();
  await page.getByRole('textbox', { name: 'Tags named' }).fill('v*');
  await expect(page.getByText('At 03:00, every day').first()).toBeVisible();
  const preview = page.getByRole('region', { name: 'What it would do today' });
  await expect(preview).toContainText('2 tags go,');
  await expect(preview).toContainText('2 of 4 stay.');
  await expectAccessible(page);

  await preview.getByRole('button', { name: 'Show every tag with its reason' }).click();
  const rows = page.getByRole('grid', { name: 'Every tag with its verdict' });
  await expect(rows.getByRole('row').filter({ hasText: 'app:v1.0' })).toContainText('Its name fits v*.');
  await expect(rows.getByRole('row').filter({ hasText: 'app:build-1' })).toContainText('goes');
  await expect(rows.getByRole('row').filter({ hasText: 'app:build-1' })).toContainText(
    'of which the newest 1 are kept. Its name fits no pattern that is kept.',
  );
  await page.getByRole('button', { name: 'goes 2' }).click();
  await expect(rows.getByRole('row')).toHaveCount(3);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Close the list' }).click();
  await page.getByRole('button', { name: 'Add the plan' }).click();

  const plan = page.getByRole('article');
  await expect(plan).toContainText('the newest of each repository');
  await expect(plan).toContainText('tags named v*');
  await expect(plan).toContainText('every day');
  expect(await digestIn(development, REPOSITORY, 'build-1')).toBe(digests.get('build-1'));
  await plan.getByRole('button', { name: 'Run now…' }).click();
  const question = page.getByRole('dialog', { name: 'Run this plan now?' });
  await expect(question).toContainText('2 tags go into the trash, 2 stay.');
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Put 2 tags into the trash' }).click();
  await expect(plan).toContainText('2 into the trash · 2 kept', { timeout: 60_000 });
  for (const tag of ['build-1', 'build-2']) expect(await digestIn(development, REPOSITORY, tag)).toBeNull();
  for (const tag of ['v1.0', 'build-3']) expect(await digestIn(development, REPOSITORY, tag)).toBe(digests.get(tag));

  await page.getByRole('region', { name: 'Runs' }).getByRole('link').first().click();
  const tags = page.getByRole('grid', { name: 'Tags that no rule kept' });
  await expect(tags.getByRole('row').filter({ hasText: 'app:build-1' })).toContainText('in the trash');
  await expectAccessible(page);
  await tags.getByRole('row').filter({ hasText: 'app:build-1' }).getByRole('link').click();
  const trash = page.getByRole('grid', { name: 'Deleted tags and images' });
  await expect(trash.getByRole('row')).toHaveCount(2);
  await page.getByRole('button', { name: `Actions for ${REPOSITORY}:build-1` }).click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  await expectTag(development, REPOSITORY, 'build-1', digests.get('build-1') ?? '');
});

test('what would be many waits for a word, from whom may delete there', async ({ page, api, browser }) => {
  const development = await registryUrl(api, 'development');
  const repository = `${PROJECT}/old`;
  await push(api, repository, ['only']);
  const made = await api.post(`projects/${PROJECT}/retention-plans`, {
    data: {
      environment: 'development',
      isEnabled: true,
      repositories: { include: ['old'], exclude: [] },
      rules: [{ kind: 'tags', patterns: ['release-*'] }],
      schedule: null,
    },
  });
  const { id, version } = (await made.json()) as { id: string; version: number };
  const ask = async () => {
    const data = { version, expectedCount: 1, acceptsMany: false };
    expect((await api.post(`projects/${PROJECT}/retention-plans/${id}/runs`, { data })).status()).toBe(202);
  };
  await ask();
  const cells = [{ environment: null, role: 'developer' }];
  const dev = await addPerson(api, { username: `keep-dev-${run}`, project: PROJECT, cells });
  const theirs = await openAs(browser, dev, `/projects/${PROJECT}/retention`);
  const seen = theirs.getByRole('region', { name: 'Waits for a word' });
  await expect(seen).toContainText('would lose 1 / 1 of its tags');
  await expect(seen).toContainText('Whoever may delete there can say yes or no.');
  await expect(theirs.getByRole('button', { name: 'Run now…' })).toHaveCount(0);
  await expect(theirs.getByRole('link', { name: 'Add a plan' })).toHaveCount(0);
  await theirs.context().close();

  await page.goto(`/projects/${PROJECT}/retention`);
  const held = page.getByRole('region', { name: 'Waits for a word' });
  await expect(held).toContainText('1 tag would go into the trash.');
  await expectAccessible(page);
  await held.getByRole('button', { name: 'Keep all of them' }).click();
  await expect(held).toHaveCount(0);
  expect(await digestIn(development, repository, 'only')).toBe(digests.get('only'));
  await ask();
  await held.getByRole('button', { name: 'Let them go…' }).click();
  const question = page.getByRole('dialog', { name: 'Put them into the trash?' });
  await expect(question.getByRole('button', { name: 'Put 1 tag into the trash' })).toBeDisabled();
  await question.getByRole('textbox').fill(PROJECT);
  await question.getByRole('button', { name: 'Put 1 tag into the trash' }).click();
  await expect.poll(() => digestIn(development, repository, 'only'), { timeout: 60_000 }).toBeNull();

  // Removing a plan deletes nothing, and takes nothing back.
  const plan = page.getByRole('article').filter({ hasText: 'tags named release-*' });
  await plan.getByRole('button', { name: 'Remove…' }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the plan' }).click();
  await expect(plan).toHaveCount(0);
});
