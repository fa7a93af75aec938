import type { Locator, Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll } from '../fixtures/accessibility.ts';
import { addRegistry, registryUrl, removeRegistry } from '../fixtures/copies.ts';
import { digestIn, expectKnown, expectTag, makePolicy, removePolicies } from '../fixtures/policies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { expect, test } from '../fixtures/test.ts';
import { startThrottledRegistry } from '../fixtures/throttled-registry.ts';

const MEGABYTE = 1_000_000;
/** Of this run alone: what is nowhere yet is what is tested. */
const run = Date.now().toString(36);
const START = `e2e ${run}`;

test.afterEach(({ api }) => removePolicies(api, START));

async function openNewPolicy(page: Page): Promise<void> {
  await page.goto('/replication');
  await page.getByRole('link', { name: 'New policy' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'New policy' })).toBeVisible();
  await expect(page.getByText('Choose a source, what to copy and a destination', { exact: false })).toBeVisible();
}

test('a policy is made in its editor with its dry run beside it, and a push is followed live', async ({
  page,
  api,
}) => {
  test.slow();
  const [name, repository] = [`${START} follow`, `e2e/follow-${run}`];
  const development = await registryUrl(api, 'development');
  const testing = await registryUrl(api, 'testing');
  const first = await pushImage(development, repository, 'v1.0', [MEGABYTE]);
  await pushImage(development, repository, 'v1.1-rc', [1000]);
  await pushImage(development, repository, 'nightly', [1000]);
  for (const tag of ['v1.0', 'v1.1-rc', 'nightly']) {
    await expectKnown(api, { repository, tag, registry: 'development' });
  }

  await openNewPolicy(page);
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('combobox', { name: 'Source registry' }).selectOption('development');
  await page.getByRole('textbox', { name: 'Repositories matching', exact: true }).fill(repository);
  await page.getByRole('textbox', { name: 'Tags matching', exact: true }).fill('v*');
  await page.getByRole('textbox', { name: 'Tags matching: but not' }).fill('*-rc');
  await page.getByRole('checkbox', { name: 'testing' }).check();
  const preview = page.getByRole('complementary');
  await expect(preview).toContainText('1 tag in 1 repository');
  await expect(preview).toContainText('1 not yet there, 1.00 MB to copy');
  await expect(page.getByRole('list', { name: 'For example' })).toContainText(`${repository} → ${repository}`);
  await expectAccessible(page);

  await preview.getByRole('button', { name: 'Show the list' }).click();
  const list = page.getByRole('dialog', { name: 'What it would do today' });
  await expect(list.getByRole('row').filter({ hasText: 'v1.0' })).toContainText('not yet there');
  await expect(list.getByRole('row').filter({ hasText: 'nightly' })).toHaveCount(0);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  expect(await digestIn(testing, repository, 'v1.0')).toBeNull();

  await page.getByRole('button', { name: 'Make policy' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expectTag(testing, repository, 'v1.0', first);
  await page.getByRole('tab', { name: 'Runs' }).click();
  const runs = page.getByRole('grid', { name: 'Runs' });
  await expect(runs.getByRole('row').filter({ hasText: '1 of 1' })).toHaveCount(1);

  const second = await pushImage(development, repository, 'v1.2', [MEGABYTE]);
  // Nothing is pressed: the page hears of it.
  await expect(runs.getByRole('row').filter({ hasText: 'after a push' })).toContainText('1 of 1');
  await expectTag(testing, repository, 'v1.2', second);
  expect(await digestIn(testing, repository, 'v1.1-rc')).toBeNull();
  expect(await digestIn(testing, repository, 'nightly')).toBeNull();
  await expectAccessible(page);

  // In the list of all copies it is named as whose run it is.
  await page.goto('/replication/executions');
  const copies = page.getByRole('grid', { name: 'Copies' });
  await copies.getByRole('link', { name, exact: true }).first().click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
});

test('who saves second sees what the first changed, and loses nothing', async ({ page, api, faults }) => {
  faults.allow(/412/);
  const name = `${START} contested`;
  const id = await makePolicy(api, {
    name,
    from: 'development',
    to: ['testing'],
    repository: `e2e/none-${run}`,
    onPush: false,
  });
  await page.goto(`/replication/policies/${id}/edit`);
  await expect(page.getByRole('heading', { level: 1, name: `Edit ${name}` })).toBeVisible();
  const save = page.getByRole('button', { name: /^Save as version/ });
  await expect(save).toBeDisabled();
  await page.getByRole('textbox', { name: 'Tags matching', exact: true }).fill('release-*');
  await expect(page.getByRole('complementary')).toContainText('release-*');

  const policy = (await (await api.get(`policies/${id}`)).json()) as { content: object };
  const theirs = { ...policy.content, onPush: true };
  const saved = await api.put(`policies/${id}`, { data: { version: 1, name, content: theirs } });
  expect(saved.ok(), await saved.text()).toBe(true);

  await save.click();
  const conflict = page.getByRole('alert').filter({ hasText: `Somebody else changed ${name} meanwhile.` });
  await expect(conflict.getByRole('row', { name: /^On push/ })).toContainText('copied within seconds');
  await expectAccessible(page);
  await expect(page.getByRole('textbox', { name: 'Tags matching', exact: true })).toHaveValue('release-*');
  await page.getByRole('button', { name: 'Save as version 3' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await page.getByRole('tab', { name: 'Versions' }).click();
  const versions = page.getByRole('list', { name: 'Versions' });
  await expect(versions.getByRole('listitem').filter({ hasText: 'Version 3' })).toContainText('in force');
  await expect(versions.getByRole('listitem').filter({ hasText: 'Version 3' })).toContainText('release-*');
  await expectAccessible(page);
});

test('a policy that is disabled copies nothing; enabling it makes good what it missed', async ({ page, api }) => {
  const [name, repository] = [`${START} sleeper`, `e2e/sleeper-${run}`];
  const development = await registryUrl(api, 'development');
  const testing = await registryUrl(api, 'testing');
  const first = await pushImage(development, repository, '1', [1000]);
  await expectKnown(api, { repository, tag: '1', registry: 'development' });
  const id = await makePolicy(api, { name, from: 'development', to: ['testing'], repository, onPush: true });
  await expectTag(testing, repository, '1', first);

  await page.goto(`/replication/policies/${id}`);
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  const question = page.getByRole('dialog', { name: `Disable ${name}?` });
  await expect(question).toContainText('what is pushed meanwhile is forgotten');
  await question.getByRole('button', { name: 'Disable policy' }).click();
  await expect(page.getByText('Disabled. It copies nothing')).toBeVisible();
  const second = await pushImage(development, repository, '2', [1000]);
  await expectKnown(api, { repository, tag: '2', registry: 'development' });
  await page.getByRole('tab', { name: 'Dry run' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('1 not yet there');
  expect(await digestIn(testing, repository, '2')).toBeNull();

  await page.getByRole('button', { name: 'Enable' }).click();
  await expect(page.getByText('Disabled. It copies nothing')).toBeHidden();
  await expectTag(testing, repository, '2', second);
  await expectKnown(api, { repository, tag: '2', registry: 'testing' });
  await page.getByRole('button', { name: 'Run now' }).click();
  await expect(page.getByText(`${name} found nothing to do.`)).toBeVisible();
});

test('a fan-out to both branches is made with the keyboard alone, and run by hand', async ({ page, api }) => {
  const [name, repository] = [`${START} branches`, `e2e/fan-${run}`];
  const production = await registryUrl(api, 'production');
  const digest = await pushImage(production, repository, '1.0', [2 * MEGABYTE, MEGABYTE]);
  await expectKnown(api, { repository, tag: '1.0', registry: 'production' });

  await openNewPolicy(page);
  const { keyboard } = page;
  const reach = async (role: 'textbox' | 'combobox' | 'checkbox', label: string) => {
    const control = page.getByRole(role, { name: label, exact: true });
    for (let presses = 0; presses < 30; presses += 1) {
      if (await control.evaluate((element) => element === document.activeElement)) return control;
      await keyboard.press('Tab');
    }
    throw new Error(`${label} was not reached with the Tab key.`);
  };
  await page.getByRole('textbox', { name: 'Name' }).focus();
  await keyboard.type(name);
  const source = await reach('combobox', 'Source registry');
  await keyboard.type('production');
  await expect(source).toHaveValue('production');
  await reach('textbox', 'Repositories matching');
  await keyboard.type(repository);
  for (const branch of ['branch-north', 'branch-south']) {
    const choice = await reach('checkbox', branch);
    await keyboard.press('Space');
    await expect(choice).toBeChecked();
  }
  const onPush = await reach('checkbox', 'On push: within seconds, and put right after each scan');
  await keyboard.press('Space');
  await expect(onPush).not.toBeChecked();
  const figures = page.getByRole('complementary');
  await expect(figures).toContainText('1 tag in 1 repository');
  await expect(figures).toContainText('2 not yet there, 6.00 MB to copy');
  await expect(page.getByText('Only by hand: choose something above')).toBeVisible();
  await keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

  await page.getByRole('button', { name: 'Run now' }).press('Enter');
  await page.getByRole('button', { name: 'Watch' }).press('Enter');
  await expect(page.getByRole('button', { name: 'done 2' })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('link', { name: `${name}, version 1` })).toBeVisible();
  for (const branch of ['branch-north', 'branch-south']) {
    expect(await digestIn(await registryUrl(api, branch), repository, '1.0')).toBe(digest);
  }

  await page.getByRole('link', { name: 'Replication', exact: true }).click();
  await page.getByRole('link', { name: 'Topology', exact: true }).click();
  const shapes = page.getByRole('region', { name: 'What they make together' });
  await expect(shapes.getByRole('listitem').filter({ hasText: name })).toContainText('One to many');
  for (const branch of ['branch-north', 'branch-south']) {
    await expect(page.getByRole('link', { name: new RegExp(`^production → ${branch}: `) })).toBeVisible();
  }
});

test('the editor says what is missing, keeps what was typed, and fits a phone', async ({ page }) => {
  await openNewPolicy(page);
  await page.getByRole('button', { name: 'Make policy' }).click();
  await expect(page.getByRole('alert').filter({ hasText: /fields need another look/ })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await expect(page.getByRole('textbox', { name: 'Name' })).toHaveAccessibleDescription(/It needs a name/);
  await expectAccessible(page);
  const newest = page.getByRole('textbox', { name: 'The newest' });
  await newest.fill('all');
  await expect(newest).toHaveAccessibleDescription(/A whole number of at least 1, or nothing/);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(newest).toHaveValue('all');
  await expectNoSidewaysScroll(page);
  const bar = [page.getByRole('checkbox', { name: /Begin at once/ }), page.getByRole('link', { name: 'Cancel' })];
  const make = await middleOf(page.getByRole('button', { name: 'Make policy' }));
  for (const part of bar) expect(await middleOf(part), 'stands in the row of “Make policy”').toBeCloseTo(make, 0);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Cancel' }).click();
  const question = page.getByRole('dialog', { name: 'Leave without saving?' });
  await question.getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Policies' })).toBeVisible();
});

test('what fails is paused from the monitor, for one registry or for all, and goes on', async ({ page, api }) => {
  const [name, repository] = [`${START} failing`, `e2e/failing-${run}`];
  const development = await registryUrl(api, 'development');
  const gone = await startThrottledRegistry(development, MEGABYTE);
  await addRegistry(api, 'gone-dock', 'Gone dock', gone.url);
  await gone.close();
  try {
    await pushImage(development, repository, '1.0', [1000]);
    await expectKnown(api, { repository, tag: '1.0', registry: 'development' });
    await makePolicy(api, { name, from: 'development', to: ['gone-dock', 'testing'], repository, onPush: true });
    await page.goto('/operations');
    const failing = page.getByRole('region', { name: 'Failing now' });
    const cause = failing.getByRole('listitem').filter({ hasText: 'Gone dock refused the connection.' });
    await expect(cause.getByRole('link', { name })).toBeVisible();
    await cause.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('menuitem', { name: `Pause “${name}” into Gone dock only` }).click();
    const held = page.getByRole('region', { name: 'On hold' });
    const parked = held.getByRole('listitem').filter({ hasText: 'The policy is paused' });
    await expect(parked).toContainText('1 task');
    await expect(parked).not.toContainText('next try');
    await expectAccessible(page);
    await parked.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('menuitem', { name: `Resume “${name}” into Gone dock` }).click();
    await expect(cause).toBeVisible();

    await cause.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('menuitem', { name: `Pause “${name}”`, exact: true }).click();
    await expect(parked).toBeVisible();
    // Of several that can be taken back the last is this.
    await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).last().click();
    await expect(cause).toBeVisible();
  } finally {
    // A page that shows the policy would ask for it once more when it hears that it has changed.
    await page.goto('about:blank');
    await removePolicies(api, START);
    await removeRegistry(api, 'gone-dock');
  }
});

test('a platform that was typed is added once the click that leaves the field has arrived', async ({ page }) => {
  await openNewPolicy(page);
  const field = page.getByRole('combobox', { name: 'Only the platforms' });
  await field.pressSequentially('amd64');
  const checkbox = page.getByRole('checkbox', { name: 'testing', exact: true });
  await checkbox.scrollIntoViewIfNeeded();
  const box = await checkbox.boundingBox();
  if (box === null) throw new Error('The checkbox stands nowhere.');
  // As a hand does it: the page has time to move between the two.
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.mouse.up();
  await expect(checkbox).toBeChecked();
  await expect(page.getByText('Platforms such as linux/amd64', { exact: false })).toBeVisible();
});

test('what is said after saving covers no button of what comes next', async ({ page, api }) => {
  const name = `${START} said`;
  const repository = `e2e/said-${run}`;
  const id = await makePolicy(api, { name, from: 'development', to: ['testing'], repository, onPush: false });
  const said = page.getByRole('region', { name: 'Notices', exact: true });
  for (const [index, width] of [1440, 390].entries()) {
    await page.setViewportSize({ width, height: 844 });
    await page.goto(`/replication/policies/${id}/edit`);
    await page.getByRole('textbox', { name: 'Repositories matching', exact: true }).fill(`${repository}-${width}`);
    await page.getByRole('button', { name: `Save as version ${index + 2}` }).click();
    const words = said.getByText(`${name} was saved as version ${index + 2}.`);
    await expect(words).toBeVisible();
    // What the pointer is on stays.
    await words.hover();
    const edit = page.getByRole('link', { name: 'Edit', exact: true });
    await expectApart(said, edit);
    await expectApart(said, page.getByRole('button', { name: 'Run now' }));
    await edit.press('Enter');
    await expectApart(said, page.getByRole('button', { name: `Save as version ${index + 3}` }));
    await expectApart(said, page.getByRole('link', { name: 'Cancel' }));
    await expect(words).toBeVisible();
  }
});

/** Neither covers any of the other. */
async function expectApart(one: Locator, other: Locator): Promise<void> {
  await expect(other).toBeVisible();
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  if (a === null || b === null) throw new Error('One of them stands nowhere.');
  const isBeside = a.x + a.width <= b.x || b.x + b.width <= a.x;
  const isBelow = a.y + a.height <= b.y || b.y + b.height <= a.y;
  expect(isBeside || isBelow, `${JSON.stringify(a)} is apart from ${JSON.stringify(b)}`).toBe(true);
}

async function middleOf(part: Locator): Promise<number> {
  const box = await part.boundingBox();
  if (box === null) throw new Error('It stands nowhere.');
  return box.y + box.height / 2;
}
