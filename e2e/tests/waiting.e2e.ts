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
    await expect(other).toContainText('idle');
  } finally {
    await removePolicies(api, name);
    await removeRegistry(api, 'lost-mole');
  }
});

test('a pause is seen from the monitor and from home, and a maintenance means one thing everywhere', async ({
  page,
  api,
}) => {
  const repository = `e2e/resting-${run}`;
  const development = await registryUrl(api, 'development');
  const slow = await startThrottledRegistry(development, 100 * MEGABYTE);
  await addRegistry(api, 'rest-mole', 'Rest mole', slow.url);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  try {
    await api.put('registries/rest-mole/maintenance', { data: { until, message: '' } });
    await pushImage(development, repository, '1.0', [1000]);
    await expectKnown(api, { repository, tag: '1.0', registry: 'development' });
    const id = await makePolicy(api, { name, from: 'development', to: ['rest-mole'], repository, onPush: true });
    const rests = /^in maintenance until /;

    await page.goto(`/replication/policies/${id}`);
    await expect(page.getByText('on hold · Rest mole is in maintenance')).toBeVisible();
    const because = page.getByText(/^Rest mole is in maintenance until .* waits until then\.$/);
    await expect(because.first()).toBeVisible();
    for (const words of await because.all()) await expect(words).not.toHaveAttribute('data-tone', 'danger');
    await page.goto('/registries/rest-mole');
    await expect(page.locator('header').getByText(rests).first()).toBeVisible();
    await page.goto('/operations');
    const drawing = page.getByRole('group', { name: 'Registries and what flows between them' });
    await expect(drawing.getByRole('link', { name: /^Rest mole in maintenance until/ })).toBeVisible();
    await expect(
      drawing.getByRole('link', { name: /development → Rest mole: .*Rest mole is in maintenance/ }),
    ).toHaveAttribute('data-tone', 'onHold');

    await api.post(`policies/${id}/pause`);
    await page.goto('/');
    const copies = page.getByRole('region', { name: 'Copies' });
    await expect(copies.getByRole('link', { name: '1 policy is paused · 1 task waits' })).toBeVisible();
    await page.goto('/operations');
    await expectAccessible(page);
    await page.getByRole('link', { name: '1 policy is paused · 1 task waits' }).click();
    await expect(page).toHaveURL(/\/replication\?state=paused/);
    const row = page.getByRole('row').filter({ hasText: name });
    await expect(row).toContainText('paused');
    await expect(row).toContainText('1 task waits');
    await expectAccessible(page);
    await api.post(`policies/${id}/resume`);
    await expect(page.getByText('No policy is paused')).toBeVisible();
  } finally {
    await removePolicies(api, name);
    await removeRegistry(api, 'rest-mole');
    await slow.close();
  }
});
