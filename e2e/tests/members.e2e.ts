import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expectAccessible } from '../fixtures/accessibility.ts';
import { addPerson, frontDoor, openAs, type Person, pull, push } from '../fixtures/people.ts';
import { registryHost } from '../fixtures/skopeo.ts';
import { expect, test } from '../fixtures/test.ts';

const run = promisify(execFile);
const PROJECT = 'payments';
const IMAGE = 'payments/api:2.7.3';

interface Right {
  readonly pulls: readonly string[];
  readonly pushes: readonly string[];
}
const ENVIRONMENTS = ['development', 'testing', 'staging', 'production'];

/** Five people and a robot, each with the places where they may pull and push. */
const people: Record<string, Right & { cells: Array<{ environment: string | null; role: string }> }> = {
  // The project's manager.
  mara: { cells: [{ environment: null, role: 'project-admin' }], pulls: ENVIRONMENTS, pushes: ENVIRONMENTS },
  // Operations: reads in development, writes in production.
  otto: {
    cells: [
      { environment: 'development', role: 'guest' },
      { environment: 'production', role: 'maintainer' },
    ],
    pulls: ['development', 'production'],
    pushes: ['production'],
  },
  dana: {
    cells: [
      { environment: null, role: 'guest' },
      { environment: 'development', role: 'developer' },
    ],
    pulls: ENVIRONMENTS,
    pushes: ['development'],
  },
  tess: { cells: [{ environment: 'testing', role: 'guest' }], pulls: ['testing'], pushes: [] },
  stranger: { cells: [], pulls: [], pushes: [] },
};

let folder: string;
const known = new Map<string, Person>();
function who(name: string): Person {
  const person = known.get(name);
  if (person === undefined) throw new Error(`${name} was not made.`);
  return person;
}

test.beforeAll(async ({ playwright }) => {
  const api = await playwright.request.newContext({
    baseURL: `${process.env['LONGSHORE_URL']}/api/v1/`,
    storageState: process.env['LONGSHORE_E2E_SESSION'] ?? '',
  });
  folder = await mkdtemp(path.join(tmpdir(), 'longshore-e2e-image-'));
  const host = await registryHost(api, 'development');
  await run('skopeo', ['copy', '--quiet', '--src-tls-verify=false', `docker://${host}/${IMAGE}`, `dir:${folder}`]);
  for (const environment of ENVIRONMENTS) {
    // Whatever the other tests have copied: here it is everywhere.
    const target = `docker://${await registryHost(api, environment)}/payments/people:1.0`;
    await run('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', `dir:${folder}`, target]);
  }
  const suffix = Date.now().toString(36);
  for (const [name, { cells }] of Object.entries(people)) {
    known.set(name, await addPerson(api, { username: `${name}-${suffix}`, project: PROJECT, cells }));
  }
  await api.dispose();
});

test.afterAll(() => rm(folder, { recursive: true, force: true }));

for (const [name, { pulls, pushes }] of Object.entries(people)) {
  test(`${name} pulls and pushes where the role says so, and is told why not elsewhere`, async () => {
    for (const environment of ENVIRONMENTS) {
      const pulled = await pull(who(name), `${environment}/payments/people:1.0`);
      if (pulls.includes(environment)) expect(pulled, `pull from ${environment}`).toBe('done');
      else expect(pulled, `pull from ${environment}`).not.toBe('done');

      const pushed = await push(who(name), folder, `${environment}/payments/people:by-${name}`);
      if (pushes.includes(environment)) expect(pushed, `push to ${environment}`).toBe('done');
      else if (pulls.includes(environment)) {
        expect(pushed, `push to ${environment}`).toHaveProperty(
          'refused',
          expect.stringMatching(new RegExp(`${environment} of payments.*developer or higher`, 's')),
        );
      } else expect(pushed, `push to ${environment}`).not.toBe('done');
    }
  });
}

test('a robot account pushes to development and nowhere else', async ({ browser }) => {
  const page = await openAs(browser, who('mara'), `/projects/${PROJECT}/robots`);
  const answer = await page.request.post(`/api/v1/projects/${PROJECT}/robots`, {
    data: {
      name: `ci-${Date.now().toString(36)}`,
      expiresAt: null,
      permissions: [
        { actions: ['artifact.pull', 'artifact.push'], environments: ['development'], repositories: ['people'] },
      ],
    },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  const { loginName, secret } = (await answer.json()) as { loginName: string; secret: string };
  const robot = { username: loginName, password: secret };
  expect(await push(robot, folder, 'development/payments/people:by-robot')).toBe('done');
  expect(await push(robot, folder, 'production/payments/people:by-robot')).not.toBe('done');
  expect(await push(robot, folder, 'development/payments/api:by-robot')).not.toBe('done');
  expect(await pull(robot, 'development/payments/people:by-robot')).toBe('done');
  await page.context().close();
});

test('nobody pulls without signing in, unless the project is public and the administrator allows it', async ({
  api,
}) => {
  const image = 'production/payments/people:1.0';
  expect(await pull(null, image)).not.toBe('done');
  const settings = (await (await api.get('settings')).json()) as { version: number };
  const project = (await (await api.get(`projects/${PROJECT}`)).json()) as { version: number };
  await api.put('settings', { data: { version: settings.version, allowsAnonymous: true } });
  await api.patch(`projects/${PROJECT}`, {
    data: { version: project.version, publicEnvironments: { production: true } },
  });
  try {
    expect(await pull(null, image)).toBe('done');
    expect(await pull(null, 'development/payments/people:1.0')).not.toBe('done');
  } finally {
    await api.patch(`projects/${PROJECT}`, { data: { version: project.version + 1, publicEnvironments: {} } });
    await api.put('settings', { data: { version: settings.version + 1, allowsAnonymous: false } });
  }
  expect(await pull(null, image)).not.toBe('done');
});

test('a tester sees the environment of the role, and no control that would be refused', async ({ browser }) => {
  const page = await openAs(browser, who('tess'), `/projects/${PROJECT}`);
  await expect(page.getByRole('heading', { name: PROJECT, level: 1 })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: /testing/ })).toBeVisible();
  await expect(page.getByRole('columnheader', { name: /production/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: /Copy to/ })).toHaveCount(0);
  const navigation = page.getByRole('navigation', { name: 'Main navigation' });
  await expect(navigation.getByRole('link', { name: /Projects/ })).toBeVisible();
  for (const hidden of [/Registries/, /Operations/, /People/, /Audit/, /Settings/]) {
    await expect(navigation.getByRole('link', { name: hidden })).toHaveCount(0);
  }
  await page.context().close();
});

test('somebody without a role is shown nothing of the project, as if it were not there', async ({ browser }) => {
  const page = await openAs(browser, who('stranger'), `/projects/${PROJECT}`);
  await expect(page.getByText(/There is no project “payments”/)).toBeVisible();
  await page.context().close();
});

test('what was refused is in the project’s audit log, with who and why', async ({ browser }) => {
  expect(await push(who('dana'), folder, 'production/payments/people:refused')).not.toBe('done');
  const page = await openAs(browser, who('mara'), `/projects/${PROJECT}/activity?outcome=refused`);
  await expect(page.getByText(who('dana').username).first()).toBeVisible();
  await page.context().close();
});

test('the pull command of the page is the one that works', async ({ browser }) => {
  const page = await openAs(browser, who('tess'), `/projects/${PROJECT}/artifacts/people/1.0`);
  await expect(page.getByText(`docker pull ${frontDoor()}/testing/payments/people:1.0`).first()).toBeVisible();
  await page.context().close();
});

test('on a phone each person has the roles below the name, all in sight, and they can be changed there', async ({
  browser,
}) => {
  const page = await openAs(browser, who('mara'), `/projects/${PROJECT}/members`);
  await page.setViewportSize({ width: 390, height: 844 });
  const row = page.getByRole('row', { name: new RegExp(`^${who('otto').username}`) });
  // Of many members only those in view are drawn.
  await page.getByRole('searchbox', { name: 'Find a member' }).fill(who('otto').username);
  const cells = row.getByRole('gridcell');
  await expect(cells).toHaveCount(ENVIRONMENTS.length + 1);
  for (const cell of await cells.all()) await expect(cell).toBeInViewport({ ratio: 1 });
  await cells.nth(ENVIRONMENTS.indexOf('production') + 1).click();
  await expect(page.getByRole('menuitemradio', { name: /^maintainer/ })).toHaveAttribute('aria-checked', 'true');
  await page.getByRole('menuitemradio', { name: /^developer/ }).click();
  const effects = page.getByRole('region', { name: 'What this would do' });
  await expect(effects.getByText(/^Loses: .*delete/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Undo all' }).click();
  await page.context().close();
});

test('a page of the project that is not for the role says which one it needs, and where to get it', async ({
  browser,
}) => {
  const page = await openAs(browser, who('tess'), `/projects/${PROJECT}/activity`);
  await expect(page.getByText(/testing of payments you need the role maintainer or higher/)).toBeVisible();
  await page.getByRole('link', { name: `See the members of ${PROJECT}` }).click();
  await expect(page.getByRole('grid', { name: 'Who has which role where' })).toBeVisible();
  await page.context().close();
});
