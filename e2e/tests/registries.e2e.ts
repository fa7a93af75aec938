import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { registryUrl, removeRegistry } from '../fixtures/copies.ts';
import { lockedPassword, lockedUsername, startLockedRegistry } from '../fixtures/locked-registry.ts';
import { expect, test } from '../fixtures/test.ts';

const form = (page: Page) => page.getByRole('dialog', { name: /Add a registry|Edit / });

async function openForm(page: Page): Promise<void> {
  await page.goto('/registries');
  await page.getByRole('button', { name: 'Add registry' }).click();
  await expect(form(page)).toBeVisible();
}

async function testConnection(page: Page): Promise<void> {
  await form(page).getByRole('button', { name: 'Test connection' }).click();
}

test('the list shows every registry with its health, environment and numbers', async ({ page }) => {
  await page.goto('/registries');
  const table = page.getByRole('grid', { name: 'Registries' });
  for (const name of ['development', 'testing', 'staging', 'production', 'branch-north', 'branch-south']) {
    const row = table.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    await expect(row).toContainText('up');
  }
  await table.getByRole('link', { name: 'staging', exact: true }).click();
  await expect(page).toHaveURL(/\/registries\/staging$/);
  await expect(page.getByRole('heading', { level: 1, name: 'staging' })).toBeVisible();
});

test('what is missing in the form is said at the fields', async ({ page }) => {
  await openForm(page);
  await form(page).getByRole('button', { name: 'Add registry' }).click();
  await expect(form(page).getByLabel('Name', { exact: true })).toHaveAccessibleDescription('Give it a name.');
  await expect(form(page).getByLabel('Environment')).toHaveAccessibleDescription(/environment it serves/);
  await expect(form(page).getByLabel('Address 1')).toHaveAccessibleDescription(/Give the address/);
  await form(page).getByLabel('Address 1').fill('ftp://registry.example');
  await form(page).getByRole('button', { name: 'Add registry' }).click();
  await expect(form(page).getByLabel('Address 1')).toHaveAccessibleDescription(/http:\/\/ or https:\/\//);
  await expectAccessible(page);
});

test('a test of the connection says what is wrong, and where', async ({ page }) => {
  const locked = await startLockedRegistry();
  // The console itself would be one: its front door answers as a registry does.
  const website = createServer((_request, response) => response.end('<!doctype html><title>Hello</title>'));
  await new Promise<void>((resolve) => website.listen(0, '127.0.0.1', resolve));
  try {
    await openForm(page);
    const address = form(page).getByLabel('Address 1');
    const result = form(page).getByRole('status').filter({ hasText: 'work' });

    await address.fill(`http://127.0.0.1:${(website.address() as AddressInfo).port}`);
    await testConnection(page);
    await expect(result).toContainText('It does not work.');
    await expect(result).toContainText(/is no registry/);

    await address.fill('http://127.0.0.1:1');
    await testConnection(page);
    await expect(result).toContainText(/refused the connection/);

    await address.fill(locked.url);
    await testConnection(page);
    await expect(result).toContainText(/asks for a user name and password/);
    await form(page).getByRole('textbox', { name: 'User name' }).fill(lockedUsername);
    await form(page).getByLabel('Password', { exact: true }).fill('not the password');
    await testConnection(page);
    await expect(result).toContainText(/refused the user name or password/);
    await form(page).getByLabel('Password', { exact: true }).fill(lockedPassword);
    await testConnection(page);
    await expect(result).toContainText('It works.');
    await expectAccessible(page);
  } finally {
    website.close();
    await locked.close();
  }
});

test('a registry is added, edited and removed, and its password is never shown again', async ({
  page,
  api,
  faults,
}) => {
  // News of its removal may come before the answer to it.
  faults.allow(/404.*registries\/branch-east/);
  const locked = await startLockedRegistry();
  try {
    await openForm(page);
    await form(page).getByLabel('Name', { exact: true }).fill('Branch East');
    await expect(form(page).getByLabel('Identifier')).toHaveValue('branch-east');
    await form(page).getByLabel('Environment').fill('production');
    await form(page).getByLabel('Address 1').fill(locked.url);
    await form(page).getByRole('textbox', { name: 'User name' }).fill(lockedUsername);
    await form(page).getByLabel('Password', { exact: true }).fill(lockedPassword);
    await form(page).getByRole('button', { name: 'Add registry' }).click();
    await expect(form(page)).toBeHidden();
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'Branch East' }) });
    await expect(row).toContainText('up');

    await row.getByRole('button', { name: 'Actions for Branch East' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    const password = form(page).getByLabel('Password', { exact: true });
    await expect(password).toHaveValue('');
    await expect(password).toHaveAccessibleDescription('Stored. Leave empty to keep it.');
    await form(page).getByLabel('Name', { exact: true }).fill('Branch Far East');
    await form(page).getByRole('button', { name: 'Save' }).click();
    await expect(form(page)).toBeHidden();
    await page.getByRole('link', { name: 'Branch Far East' }).click();
    await expect(page.getByRole('heading', { name: 'Capabilities' })).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Check now' }).click();
    // The stored password still opens it.
    await expect(page.getByText(/to answer/)).toBeVisible();

    await page.getByRole('button', { name: 'Remove' }).click();
    const question = page.getByRole('dialog', { name: 'Remove Branch Far East?' });
    await expect(question).toContainText('Nothing in the registry itself is touched');
    await expect(question.getByRole('list', { name: /touched/i })).toContainText('stored credentials');
    await question.getByRole('button', { name: 'Remove registry' }).click();
    await expect(page).toHaveURL(/\/registries$/);
    await expect(page.getByRole('link', { name: 'Branch Far East' })).toHaveCount(0);
  } finally {
    await removeRegistry(api, 'branch-east');
    await locked.close();
  }
});

test('the second of two people who edit one registry sees what the first has changed', async ({
  page,
  api,
  faults,
}) => {
  faults.allow(/412/);
  const url = await registryUrl(api, 'development');
  const draft = { name: 'Quay', environment: 'testing', endpointUrls: [url] };
  await api.post('registries', { data: { id: 'quay', ...draft } });
  try {
    await page.goto('/registries/quay?edit=1');
    await form(page).getByLabel('Name', { exact: true }).fill('Quay of mine');
    const { version } = (await (await api.get('registries/quay')).json()) as { version: number };
    await api.patch('registries/quay', { data: { version, ...draft, name: 'Quay of theirs' } });
    await form(page).getByRole('button', { name: 'Save' }).click();
    const conflict = form(page).getByRole('alert').filter({ hasText: 'Somebody else changed' });
    await expect(conflict.getByRole('row', { name: /Name/ })).toContainText('Quay of theirs');
    await expect(conflict.getByRole('row', { name: /Name/ })).toContainText('Quay of mine');
    await form(page).getByRole('button', { name: 'Save' }).click();
    await expect(form(page)).toBeHidden();
    await expect(page.getByRole('heading', { level: 1, name: 'Quay of mine' })).toBeVisible();
  } finally {
    await removeRegistry(api, 'quay');
  }
});

test('a registry of the configuration says where it is changed', async ({ page }) => {
  await page.goto('/registries/production');
  await expect(page.getByText(/described in the configuration of this server/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Edit' })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Capabilities' })).toBeVisible();
  await expect(page.getByText(/has no referrers API|Signatures and SBOMs are found/)).toBeVisible();
});

test('a registry that does not exist says so', async ({ page, faults }) => {
  faults.allow(/404/);
  await page.goto('/registries/nowhere');
  await expect(page.getByText('There is no registry “nowhere”.')).toBeVisible();
});
