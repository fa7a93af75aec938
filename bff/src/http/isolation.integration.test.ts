import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPlaceAction } from '../access/decide.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import type { Problem } from '../contract/errors.ts';
import { contract } from '../contract/index.ts';
import { rolesWith } from '../contract/permission-table.ts';
import { type PlaceAction, type Role, roles } from '../contract/permissions.ts';
import { mediaTypes } from '../registry-client/index.ts';
import { endpointPath, type TestApiClient } from '../testing/api-client.ts';
import { signInAs } from '../testing/people.ts';
import type { TestBff } from '../testing/start-bff.ts';
import { mountedEndpoints } from './mount-endpoint.ts';
import { isolationRows, type RowInput } from './testing/isolation-rows.ts';
import { addProject, type Ids, inventIds, snapshotOf, startIsolationBff } from './testing/isolation-world.ts';
import { measureAll, untaggedBytes } from './testing/isolation-storage.ts';

type Name = keyof typeof contract;
const endpoints = Object.entries(contract) as Array<[name: Name, endpoint: Endpoint]>;
const projectEndpoints = endpoints.filter(([, { path, permission }]) => {
  return isPlaceAction(permission) && path.startsWith('/projects/:project');
}) as Array<[name: Name, endpoint: Endpoint & { permission: PlaceAction }]>;
const environments = ['development', 'production'];
const places = { registryId: 'development', destinationId: 'production' };

let bff: TestBff;
let alpha: Ids;
let beta: Ids;
/** Project admin of alpha everywhere, and nothing anywhere else. */
let mara: TestApiClient & { readonly userId: string };
/** By role and environment: people who have that role in alpha in that environment, and nothing else. */
const cast = new Map<string, TestApiClient>();
/** Endpoints of the contract that no feature of this console serves; their rows wait for them. */
let notYetMounted: Name[];

beforeAll(async () => {
  bff = await startIsolationBff();
  alpha = await addProject(bff, 'alpha');
  beta = await addProject(bff, 'beta');
  await measureAll(bff);
  mara = await signInAs(bff, 'mara', { alpha: { '': 'project-admin' } });
  for (const environment of environments) {
    cast.set(`none ${environment}`, await signInAs(bff, `none-${environment}`));
    for (const role of roles) {
      const person = await signInAs(bff, `${role}-${environment}`, { alpha: { [environment]: role } });
      cast.set(`${role} ${environment}`, person);
    }
  }
  const mounted = new Set(
    bff.running.features.flatMap(({ router }) => (router === undefined ? [] : [...mountedEndpoints(router)])),
  );
  notYetMounted = endpoints.filter(([, endpoint]) => !mounted.has(endpoint)).map(([name]) => name);
});
afterAll(() => bff?.close());

function send(client: TestApiClient, endpoint: Endpoint, { params, query, body }: RowInput): Promise<Response> {
  return client.fetch(endpointPath(endpoint.path, params, query), {
    method: endpoint.method,
    headers: { origin: bff.url, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const volatile = new Set(['requestId', 'id', 'secret', 'createdAt', 'expiresAt', 'at', 'asOf']);

/** Status and body, with the caller's own words taken out of it: what the names are of must make no difference. */
async function plainAnswer(client: TestApiClient, endpoint: Endpoint, input: RowInput, ids: Ids): Promise<string> {
  const response = await send(client, endpoint, input);
  const text = await response.text();
  const body: unknown =
    text === '' ? null : JSON.parse(text, (key: string, value: unknown) => (volatile.has(key) ? undefined : value));
  let answer = `${response.status} ${JSON.stringify(body)}`;
  // The longest first: a repository's name has its project's in it.
  const words = (Object.entries(ids) as Array<[string, string]>).toSorted(([, a], [, b]) => b.length - a.length);
  for (const [key, word] of words) {
    if (word !== ids.registryId && word !== ids.destinationId) answer = answer.replaceAll(word, `<${key}>`);
  }
  return answer;
}

/** Answers about all places that the caller may see, and takes the name of none. */
const withoutPlaces: ReadonlySet<string> = new Set(['listRegistryDirectory', 'countPromotionApprovals']);

describe('The table of rows', () => {
  it('has one for each endpoint of the contract, which names something where the path does', () => {
    expect(Object.keys(isolationRows).toSorted()).toEqual(Object.keys(contract).toSorted());
    const empty = endpoints.filter(([name, { path, permission }]) => {
      const namesAPlace = isPlaceAction(permission) || path.includes(':project');
      return namesAPlace && !withoutPlaces.has(name) && isolationRows[name](beta, alpha).length === 0;
    });
    expect(empty.map(([name]) => name)).toEqual([]);
  });
});

describe('Of another project, by a member of one', () => {
  it.for(endpoints.filter(([name]) => isolationRows[name](inventIds(places), inventIds(places)).length > 0))(
    '%s answers as it does for names of nothing, and changes nothing',
    async ([name, endpoint], { skip }) => {
      skip(notYetMounted.includes(name), 'not mounted yet');
      const before = await snapshotOf(bff, mara);
      const invented = inventIds(beta);
      const random = isolationRows[name](invented, alpha);
      for (const [index, input] of isolationRows[name](beta, alpha).entries()) {
        const about = `${endpoint.method} ${endpoint.path} ${JSON.stringify(input)}`;
        const theirs = await plainAnswer(mara, endpoint, input, beta);
        expect(theirs, about).toBe(await plainAnswer(mara, endpoint, random[index] ?? {}, invented));
        expect(theirs, about).not.toMatch(/^(?:400|401|405|415|500)/);
      }
      expect(await snapshotOf(bff, mara)).toBe(before);
    },
  );
});

describe('One role below what it needs', () => {
  const rows = projectEndpoints.flatMap(([name, endpoint]) =>
    environments.map((environment) => ({ name, endpoint, environment })),
  );

  it.for(rows)('$name in $environment is refused, with what would be needed', async (row, { skip }) => {
    const { name, endpoint, environment } = row;
    skip(notYetMounted.includes(name), 'not mounted yet');
    const [least] = rolesWith(endpoint.permission);
    const below = roleBelow(least);
    const before = await snapshotOf(bff, mara);
    const client = cast.get(`${below ?? 'none'} ${environment}`);
    if (client === undefined) throw new Error(`Nobody is ${below}.`);
    const [input = {}] = isolationRows[name](alpha, alpha);
    const response = await send(client, endpoint, input);
    const problem = (await response.json()) as Problem;
    if (below === null) {
      expect(problem).toMatchObject({ status: 404, code: 'project-not-found' });
    } else {
      expect(problem).toMatchObject({ status: 403, code: 'permission-missing' });
      const action = endpoint.permission;
      expect(problem.needed).toEqual({ action, roles: rolesWith(action), project: 'alpha', environment });
      expect(problem.detail).toContain(`in ${environment} of alpha`);
    }
    expect(await snapshotOf(bff, mara)).toBe(before);
  });

  it.for(rows)('$name in $environment is open to the role itself', async (row, { skip }) => {
    const { name, endpoint, environment } = row;
    skip(notYetMounted.includes(name), 'not mounted yet');
    const [least] = rolesWith(endpoint.permission);
    const client = cast.get(`${least} ${environment}`);
    if (client === undefined) throw new Error(`Nobody is ${least}.`);
    // Things that do not exist and bodies that say nothing: the right is looked at first.
    const [input = {}] = isolationRows[name]({ ...inventIds(alpha), project: 'alpha', repository: 'alpha/x' }, alpha);
    const hasBody = endpoint.body !== undefined;
    const response = await send(client, endpoint, hasBody ? { ...input, body: { unknown: true } } : input);
    const answer = (await response.json()) as Partial<Problem>;
    if (hasBody) expect(answer.code).toBe('request-invalid');
    else if (endpoint.method === 'GET') expect(response.status).toBe(200);
    else expect(answer).toMatchObject({ status: 404, code: expect.not.stringMatching('project-not-found') as string });
  });

  function roleBelow(least: Role | undefined): Role | null {
    return least === undefined ? null : (roles[roles.indexOf(least) + 1] ?? null);
  }
});

describe('Private names', () => {
  // The log of one's own project keeps what one asked for in vain, in one's own words; what was done holds nothing else.
  const fixedQueries: Partial<Record<Name, Record<string, string>>> = { listProjectAudit: { outcome: 'done' } };
  beforeAll(async () => {
    fixedQueries.listTags = { repository: alpha.repository };
    fixedQueries.listTagHistory = { repository: alpha.repository, tag: alpha.tag };
    const body = { version: 1, description: 'Changed, so that there is a line in the log' };
    const changed = await send(mara, contract.updateProject, { params: { project: 'alpha' }, body });
    expect(changed.status).toBe(200);
  });
  const lists = endpoints.filter(([, endpoint]) => {
    const { method, permission, query } = endpoint;
    const shape = (query as { shape?: Record<string, unknown> } | undefined)?.shape ?? {};
    const answer = (endpoint.response as { shape?: Record<string, unknown> } | null)?.shape ?? {};
    return method === 'GET' && isPlaceAction(permission) && 'cursor' in shape && 'items' in answer;
  });

  it.for(lists)('are in no page, no total and no cursor of %s', async ([name, endpoint], { skip }) => {
    skip(notYetMounted.includes(name), 'not mounted yet');
    const params = { project: 'alpha', policyId: alpha.policyId, retentionRunId: alpha.retentionRunId };
    const fixed = fixedQueries[name] ?? {};
    let seen = 0;
    let total: number | null = null;
    let cursor: string | null = null;
    do {
      const query: Record<string, string> = { ...fixed, limit: '1', ...(cursor === null ? {} : { cursor }) };
      const response = await send(mara, endpoint, { params, query });
      const text = await response.text();
      expect(response.status, text).toBe(200);
      expect(text).not.toContain('beta');
      expect(text).not.toContain(beta.digest);
      const page = JSON.parse(text) as { items: unknown[]; nextCursor: string | null; total: number | null };
      expect(Buffer.from(page.nextCursor ?? '', 'base64url').toString()).not.toContain('beta');
      ({ total, nextCursor: cursor } = page);
      seen += page.items.length;
    } while (cursor !== null);
    expect(seen).toBeGreaterThan(0);
    if (total !== null) expect(total).toBe(seen);
  });

  it('are found by no words', async () => {
    const prefixes = Array.from('0123456789abcdef', (digit) => `sha256:${digit}`);
    const words = ['b', 'beta', 'e', '/', '-', 'service', 'release', 'beta/beta-service:', ':', 'sha256:', ...prefixes];
    for (const q of words) {
      const text = await (await send(mara, contract.search, { query: { q } })).text();
      expect(text, q).not.toContain('beta');
    }
    const found = await send(mara, contract.search, { query: { q: alpha.digest } });
    expect(await found.text()).toContain(alpha.repository);
  });

  it('are not in the directory of registries, nor is an environment in which nothing may be read', async () => {
    const guest = cast.get('guest production') ?? mara;
    const text = await (await send(guest, contract.listRegistryDirectory, {})).text();
    expect((JSON.parse(text) as { items: unknown[] }).items).toMatchObject([{ id: 'production', pullHost: null }]);
    expect(text).not.toContain('development');
  });
});

describe('Bytes', () => {
  const asked = [contract.getProjectStorage, contract.listProjectStorage] as const;
  const answersOf = async (client: TestApiClient) => {
    const texts = [];
    for (const endpoint of asked) {
      const response = await send(client, endpoint, { params: { project: 'alpha' } });
      expect(response.status).toBe(200);
      texts.push(await response.text());
    }
    return texts;
  };

  it.each([
    ['development', 'production'],
    ['production', 'development'],
  ] as const)('of %s are all that is seen by who sees nothing else', async (own, other) => {
    const [places = '', repositories = ''] = await answersOf(cast.get(`guest ${own}`) ?? mara);
    const content = JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: [],
      project: 'alpha',
    });
    const total = untaggedBytes[own] + content.length;
    expect(JSON.parse(places)).toMatchObject({
      items: [
        { registryId: own, totalBytes: total, uniqueBytes: total, series: [{ bytes: total, uniqueBytes: total }] },
      ],
    });
    expect((JSON.parse(places) as { items: unknown[] }).items).toHaveLength(1);
    expect(JSON.parse(repositories)).toMatchObject({
      total: 1,
      items: [{ repository: alpha.repository, bytes: total, uniqueBytes: total, places: [{ registryId: own }] }],
    });
    for (const text of [places, repositories]) {
      expect(text).not.toContain(other);
      expect(text).not.toContain('beta');
      expect(text).not.toContain(String(untaggedBytes[other]));
    }
  });

  it('are no others after something has changed where one sees nothing', async () => {
    const guest = cast.get('guest production') ?? mara;
    const withoutTimes = (text: string) =>
      text.replaceAll(/"(?:measuredAt|catalogAt)":(?:null|"[^"]*")/g, '').replaceAll(/"isMeasuring":\w+/g, '');
    const before = (await answersOf(guest)).map(withoutTimes);
    await addProject(bff, 'delta');
    await measureAll(bff);
    expect((await answersOf(guest)).map(withoutTimes)).toEqual(before);
  });

  it('of what is untagged are listed, and put in the trash, only where one may delete', async () => {
    const maintainer = cast.get('maintainer production') ?? mara;
    const list = await send(maintainer, contract.listProjectUntagged, { params: { project: 'alpha' } });
    const text = await list.text();
    expect(JSON.parse(text)).toMatchObject({ total: 1, items: [{ registryId: 'production' }] });
    expect(text).not.toMatch(/development|beta/);
    const filtered = await send(maintainer, contract.listProjectUntagged, {
      params: { project: 'alpha' },
      query: { registryId: 'development' },
    });
    expect(await filtered.json()).toMatchObject({ total: 0, items: [] });
    const put = (registryId: string) =>
      send(maintainer, contract.trashProjectUntagged, { params: { project: 'alpha' }, body: { registryId } });
    const hidden = await put('development');
    expect(hidden.status).not.toBe(202);
    expect(await hidden.json()).toMatchObject({ code: 'registry-not-found' });
    expect(await (await put('nowhere')).json()).toMatchObject({ code: 'registry-not-found' });
    // It is young.
    expect(await (await put('production')).json()).toEqual({ total: 0 });
  });

  it('are measured by a project’s admin where the project is theirs', async () => {
    const admin = cast.get('project-admin production') ?? mara;
    const asking = await send(admin, contract.measureProjectStorage, { params: { project: 'alpha' }, body: {} });
    expect(await asking.json()).toEqual({ registryIds: ['production'] });
  });
});

describe('Somebody who is not signed in', () => {
  beforeAll(async () => {
    const { database, access } = bff.running.foundation;
    await addProject(bff, 'gamma');
    await database.kysely
      .updateTable('projects')
      .set({ is_public: true, public_environments: JSON.stringify({ development: false }) })
      .where('name', '=', 'gamma')
      .execute();
    access.forget();
  });
  const allow = async (isAllowed: boolean) => {
    const { database, access } = bff.running.foundation;
    await database.kysely.updateTable('settings').set({ allows_anonymous: isAllowed }).execute();
    access.forget();
  };
  const read = async (endpoint: Endpoint, input: RowInput) => {
    const response = await send(bff.anonymous(), endpoint, input);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const reads: Array<[Endpoint, (project: string) => RowInput]> = [
    [contract.listProjects, () => ({})],
    [contract.getProject, (project) => ({ params: { project } })],
    [contract.getMatrix, (project) => ({ params: { project } })],
    [contract.listRepositories, () => ({})],
    [contract.getRepository, (project) => ({ query: { name: `${project}/${project}-service` } })],
    [contract.listTags, (project) => ({ query: { repository: `${project}/${project}-service` } })],
    [contract.search, () => ({ query: { q: 'service' } })],
    [contract.listRegistryDirectory, () => ({})],
  ];
  const artifact = (registryId: string, project: string): RowInput => ({
    query: { registryId, repository: `${project}/${project}-service`, reference: `${project}-release` },
  });

  it('sees nothing at all while the administrator does not allow it', async () => {
    await allow(false);
    for (const [endpoint, input] of reads) expect((await read(endpoint, input('gamma'))).status).toBe(401);
    expect((await read(contract.getArtifact, artifact('production', 'gamma'))).status).toBe(401);
  });

  it('sees exactly what is public where it is allowed', async () => {
    await allow(true);
    for (const [endpoint, input] of reads) {
      const { status, body } = await read(endpoint, input('gamma'));
      expect(status, endpoint.path).toBe(200);
      const text = JSON.stringify(body);
      expect(text, endpoint.path).toContain(endpoint.path === '/registry-directory' ? 'production' : 'gamma');
      expect(text, endpoint.path).not.toMatch(/alpha|beta|development/);
      expect(text, endpoint.path).not.toContain('"actions":["catalog.read","artifact.pull",');
      if ('total' in body) expect(body['total'], endpoint.path).toBe(1);
    }
    expect((await read(contract.getArtifact, artifact('production', 'gamma'))).status).toBe(200);
  });

  it('is asked to sign in for anything else, whether it is there or not', async () => {
    await allow(true);
    const problems = new Set<string>();
    for (const project of ['alpha', 'beta', 'missing']) {
      for (const [endpoint, input] of reads.filter(([, of]) => JSON.stringify(of('nix')).includes('nix'))) {
        const { body } = await read(endpoint, input(project));
        problems.add(`${String(body['status'])} ${String(body['code'])} ${String(body['detail'])}`);
      }
    }
    for (const registryId of ['development', 'nowhere']) {
      const { body } = await read(contract.getArtifact, artifact(registryId, 'gamma'));
      problems.add(`${String(body['status'])} ${String(body['code'])} ${String(body['detail'])}`);
    }
    expect([...problems]).toEqual(['401 not-signed-in Sign in first: nobody is signed in here.']);
  });
});
