import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { AuditRecord } from '../../access/audit-record.ts';
import type { RegistryAction, RegistryCredentials, TokenGrant } from '../../access/credentials.ts';
import { actionsAt, decideAt } from '../../access/decide.ts';
import type { CellRole, ProjectDirectory, RoleRow, Subject } from '../../access/subject.ts';
import { projectOf } from '../../access/subject.ts';
import { publicOriginFinder } from '../../http/public-origin.ts';
import { createLogger } from '../../observability/logger.ts';
import { createMetrics } from '../../observability/metrics.ts';
import { createRegistryClient, type RegistryClientOptions, Secret } from '../../registry-client/index.ts';
import { createFrontDoor } from '../front-door.ts';
import type { FrontDoorDeps, ManifestChange } from '../front-door-deps.ts';

export interface TestRegistry {
  readonly urls: readonly string[];
  readonly environment?: string;
  readonly credential?: { readonly username: string; readonly password: string };
  readonly options?: Partial<RegistryClientOptions>;
}

export interface FrontDoorServerOptions {
  readonly registries: Readonly<Record<string, TestRegistry>>;
  /** User → project → role, or roles by environment. */
  readonly people?: Readonly<Record<string, Readonly<Record<string, CellRole | Readonly<Record<string, CellRole>>>>>>;
  readonly publicProjects?: readonly string[];
  readonly secret?: string;
  readonly trustedProxies?: readonly string[];
  readonly deps?: Partial<FrontDoorDeps>;
}

export interface FrontDoorServer {
  readonly url: string;
  readonly host: string;
  readonly password: string;
  readonly audit: AuditRecord[];
  readonly changes: ManifestChange[];
  /** `registry/repository@digest` of what went into the trash. */
  readonly deletions: string[];
  /** Of `registry`, until it is taken off again. */
  readonly maintenance: Map<string, { until: Date; message: string }>;
  /** Rights as the front door looks them up, for what changes while it runs. */
  readonly rowsOf: Map<string, Map<string, RoleRow[]>>;
  readonly forgetRights: () => void;
  readonly tokenFor: (username: string | null, scopes: readonly string[]) => Promise<string>;
  readonly metrics: () => Promise<string>;
  readonly close: () => Promise<void>;
}

const actionNames = { pull: 'artifact.pull', push: 'artifact.push', delete: 'artifact.delete' } as const;
const password = 'pw-of-the-front-door-test';
const verbs = Object.keys(actionNames) as RegistryAction[];

/** The front door over real registries, with people in memory and decisions by the product's own table. */
export async function startFrontDoor(options: FrontDoorServerOptions): Promise<FrontDoorServer> {
  const rights = createRights(options);
  const clients = new Map(
    Object.entries(options.registries).map(([id, { urls, credential, options: more }]) => [
      id,
      createRegistryClient({
        name: id,
        endpoints: urls.map((url) => ({ url })),
        userAgent: 'longshore/test',
        credential: credential && { username: credential.username, password: new Secret(credential.password) },
        ...more,
      }),
    ]),
  );
  const audit: AuditRecord[] = [];
  const changes: ManifestChange[] = [];
  const deletions: string[] = [];
  const maintenance = new Map<string, { until: Date; message: string }>();
  const metrics = createMetrics();
  const listeners: Array<() => void> = [];
  const door = createFrontDoor({
    credentials: rights.credentials,
    decide: rights.decide,
    findRegistry: async (id) => {
      const client = clients.get(id);
      if (client === undefined) return undefined;
      const environment = options.registries[id]?.environment ?? id;
      return { name: id, environment, maintenance: maintenance.get(id) ?? null, client };
    },
    listRepositories: async () => [],
    noteWrite: () => undefined,
    findImmutable: async () => undefined,
    holdTag: async (_tag, { decide, move }) => {
      await decide();
      return move();
    },
    // A trash that keeps nothing.
    moveToTrash: async ({ registryId, repository, tag, digest }) => {
      try {
        const isDeleted = await clients.get(registryId)?.deleteManifest(repository, tag ?? digest);
        if (isDeleted === true) deletions.push(`${registryId}/${repository}@${digest}`);
        return { outcome: isDeleted === true ? 'deleted' : 'gone' };
      } catch (error) {
        return { outcome: 'unsupported', sentence: error instanceof Error ? error.message : '' };
      }
    },
    isInTrash: async () => false,
    notePull: () => {},
    noteManifest: (change) => void changes.push(change),
    recordAudit: async (record) => void audit.push(record),
    onAccessChanged: (listener) => void listeners.push(listener),
    publicOriginOf: publicOriginFinder({ publicUrl: null, host: '127.0.0.1' }),
    secret: options.secret ?? 'secret-of-the-front-door-test',
    proxyKey: null,
    userAgent: 'longshore/test',
    clock: { now: () => new Date() },
    logger: createLogger('silent'),
    metrics,
    ...options.deps,
  });
  const app = express();
  app.set('trust proxy', options.trustedProxies === undefined ? false : [...options.trustedProxies]);
  app.use(door.handler);
  app.get('/service/token', (request, response, next) => {
    const [, pair = ''] = (request.get('authorization') ?? '').split(' ');
    const [username = '', given] = Buffer.from(pair, 'base64').toString('utf8').split(':');
    if (pair !== '' && given !== password) {
      response.status(401).json({ errors: [{ code: 'UNAUTHORIZED', message: 'wrong', detail: null }] });
      return;
    }
    const scopes = new URL(request.url, 'http://test.invalid').searchParams.getAll('scope');
    rights
      .tokenFor(
        pair === '' ? null : username,
        scopes.flatMap((scope) => scope.split(' ')),
      )
      .then((token) => response.json({ token, access_token: token, expires_in: 300 }), next);
  });
  const server = createServer(app);
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    password,
    audit,
    changes,
    deletions,
    maintenance,
    rowsOf: rights.rowsOf,
    forgetRights: () => {
      for (const listener of listeners) listener();
    },
    tokenFor: rights.tokenFor,
    metrics: () => metrics.registry.metrics(),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      door.close();
      await Promise.all([...clients.values()].map((client) => client.close()));
    },
  };
}

function createRights({ registries, people = {}, publicProjects = [] }: FrontDoorServerOptions) {
  const rowsOf = new Map<string, Map<string, RoleRow[]>>();
  for (const [name, projects] of Object.entries(people)) {
    const rows = Object.entries(projects).map(([project, role]): [string, RoleRow[]] => [
      project,
      [
        typeof role === 'string'
          ? { defaultRole: role, environmentRoles: new Map() }
          : { defaultRole: null, environmentRoles: new Map(Object.entries(role)) },
      ],
    ]);
    rowsOf.set(name, new Map(rows));
  }
  const facts = { isPublic: true, publicEnvironments: new Map<string, boolean>(), isArchived: false };
  const directory: ProjectDirectory = new Map(publicProjects.map((project) => [project, facts]));
  const tokens = new Map<string, { username: string | null; grants: TokenGrant[] }>();
  const subjectOf = (name: string | null): Subject =>
    name === null
      ? { kind: 'anonymous', isAllowed: true }
      : { kind: 'user', id: `id-${name}`, name, isSystemAdmin: name === 'root', rows: rowsOf.get(name) ?? new Map() };
  const placeOf = (registryId: string, repository: string) => ({
    project: projectOf(repository),
    environment: registries[registryId]?.environment ?? registryId,
    repository,
  });
  const credentials: RegistryCredentials = {
    authenticate: async (username, given) => {
      const isKnown = (rowsOf.has(username) || username === 'root') && given === password;
      return isKnown ? subjectOf(username) : undefined;
    },
    anonymous: async () => subjectOf(null),
    grantsAt: async (subject, registryId, repository) => {
      if (registries[registryId] === undefined) return [];
      const held = actionsAt(subject, placeOf(registryId, repository), directory);
      return verbs.filter((verb) => held.includes(actionNames[verb]));
    },
    verify: async (token) => {
      const known = tokens.get(token);
      if (known === undefined) return undefined;
      return { subject: subjectOf(known.username), grants: known.grants, expiresAt: new Date(Date.now() + 300_000) };
    },
  };
  return {
    rowsOf,
    credentials,
    decide: (async (subject, action, { registryId, repository }) =>
      registries[registryId] === undefined
        ? { allowed: false, code: 'hidden', sentence: '', needed: null }
        : decideAt(
            subject,
            actionNames[action],
            placeOf(registryId, repository),
            directory,
          )) as FrontDoorDeps['decide'],
    tokenFor: async (username: string | null, scopes: readonly string[]): Promise<string> => {
      const grants: TokenGrant[] = [];
      for (const scope of scopes) {
        const [, name = '', asked = ''] = /^repository:(.+):([a-z,*]+)$/.exec(scope) ?? [];
        const slash = name.indexOf('/');
        if (slash < 1) continue;
        const allowed = await credentials.grantsAt(subjectOf(username), name.slice(0, slash), name.slice(slash + 1));
        grants.push({ name, actions: allowed.filter((action) => asked.split(',').includes(action)) });
      }
      const token = `t.${randomBytes(18).toString('base64url')}`;
      tokens.set(token, { username, grants });
      return token;
    },
  };
}
