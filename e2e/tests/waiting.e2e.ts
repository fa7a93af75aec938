import { expectAccessible } from '../fixtures/accessibility.ts';
import { addRegistry, registryUrl, removeRegistry } from '../fixtures/copies.ts';
import { expectKnown, makePolicy, removePolicies } from '../fixtures/policies.ts';
import { pushImage } from '../fixtures/push-image.ts';
import { expect, test } from '../fixtures/test.ts';
import { startThrottledRegistry } from '../fixtures/throttled-registry.ts';

const MEGABYTE = 1_000_000;
/** Of this run alone: what is nowhere yet is what is tested. */
const run = Date.now().toString(36);
const name = `e2e waiting ${run}`;

test('what only waits is called running nowhere, and says for what', async ({ page, api }) => {
  const repository = `e2e/waiting-${run}`;
  const development = await registryUrl(api, 'development');
  const gone = await startThrottledRegistry(development, MEGABYTE);
  await addRegistry(api, 'lost-mole', 'Lost mole', gone.url);
  await gone.close();
  try {
    for (const tag of ['1.0', '2.0']) {
      await pushImage(development, repository, tag, [1000]);
      await expectKnown(api, { repository, tag, registry: 'development' });
    }
    const to = ['lost-mole', 'testing'];
    const id = await makePolicy(api, { name, from: 'development', to, repository, onPush: true });

    const cause = 'Lost mole cannot be reached';
    await page.goto(`/replication?q=${encodeURIComponent(name)}`);
    const row = page.getByRole('row').filter({ hasText: name });
    await expect(row).toContainText('Lost mole refused the connection.');
    await expect(row).toContainText('waiting');
    await expect(row).toContainText('2 tasks wait');
    await expect(row).not.toContainText('running');

    await page.goto(`/replication/policies/${id}?tab=runs`);
    await expect(page.getByText(`waiting · ${cause}`)).toBeVisible();
    await page.getByRole('link', { name: 'All its copies' }).click();
    await page.getByRole('button', { name: 'waiting', exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`policy=${id}&state=waiting|state=waiting&policy=${id}`));
    const copies = page.getByRole('grid', { name: 'Copies' });
    const copy = copies.getByRole('row').filter({ hasText: repository });
    await expect(copy).toContainText(cause);
    await expect(copy).not.toContainText('running');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'running', exact: true }).click();
    await expect(page.getByText('No copy is in this state')).toBeVisible();
    await page.goBack();
    await expect(copy).toBeVisible();
    await copy.getByRole('link').first().click();
    await expect(page.getByText(`waiting · ${cause}`)).toBeVisible();

    await page.goto('/replication/topology');
    const ways = page.getByRole('region', { name: 'Ways' });
    const way = ways.getByRole('listitem').filter({ hasText: 'Lost mole' });
    await expect(way).toContainText(`waiting · ${cause}`);
    const other = ways.getByRole('listitem').filter({ hasText: name }).filter({ hasNotText: 'Lost mole' });
    await expect(other).toContainText('up to date');
  } finally {
    await removePolicies(api, name);
    await removeRegistry(api, 'lost-mole');
  }
});
