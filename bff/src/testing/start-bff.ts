import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ConfigSecret } from '../config/config-secret.ts';
import type { CollectionCommands, Config, ConfiguredRegistry } from '../config/config.ts';
import { createLogger } from '../observability/logger.ts';
import { type RunningLongshore, startLongshore } from '../wire.ts';
import { createApiClient, type TestApiClient } from './api-client.ts';
import { createPostgresDatabase, type DatabaseKind } from './test-database.ts';

export interface StartBffOptions {
  /** `embedded`, in memory, unless told otherwise. */
  database?: DatabaseKind | { kind: 'embedded'; folder: string } | { kind: 'postgres'; url: string };
  registries?: Array<Pick<ConfiguredRegistry, 'id' | 'environment' | 'endpointUrls'> & Partial<ConfiguredRegistry>>;
  server?: Partial<Config['server']>;
  redisUrl?: string;
  /** What is run to collect garbage. */
  collections?: CollectionCommands[];
  allowedRegistryHosts?: string[];
  allowedWebhookHosts?: string[];
  webhooksToPrivateNetworks?: boolean;
  mail?: { url: string; from: string };
  outageAfterMinutes?: number;
  /** null lets the server generate one, as at a first start. */
  adminPassword?: string | null;
  encryptionKey?: string;
  sessionSecret?: string;
}

export interface TestBff {
  /** `http://127.0.0.1:PORT`, whatever the public URL is. */
  readonly url: string;
  readonly adminPassword: string;
  readonly running: RunningLongshore;
  readonly config: Config;
  /** Everything it logged so far, every level. */
  logs(): string;
  /** A client with a cookie jar of its own, signed in as the administrator. */
  signIn(username?: string, password?: string): Promise<TestApiClient>;
  /** One that is nobody yet. */
  anonymous(): TestApiClient;
  close(): Promise<void>;
}

/** A whole console in this process, on a port of the system's choice. */
export async function startBff(options: StartBffOptions = {}): Promise<TestBff> {
  const dataDirectory = await mkdtemp(path.join(os.tmpdir(), 'longshore-bff-'));
  const config = await testConfig(options, dataDirectory);
  let logged = '';
  const logger = createLogger('debug', { write: (line: string) => void (logged += line) });
  const running = await startLongshore(config, { logger, version: '0.0.0-test' });
  const adminPassword = config.admin.password?.reveal() ?? running.administrator.generatedPassword ?? '';
  const anonymous = () => createApiClient(running.listenUrl);
  return {
    url: running.listenUrl,
    adminPassword,
    running,
    config,
    logs: () => logged,
    anonymous,
    signIn: async (username = 'admin', password = adminPassword) => {
      const client = anonymous();
      await client.signIn(username, password);
      return client;
    },
    close: async () => {
      await running.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

async function testConfig(options: StartBffOptions, dataDirectory: string): Promise<Config> {
  const { adminPassword = `Pw-${randomBytes(12).toString('hex')}` } = options;
  return {
    server: { host: '127.0.0.1', port: 0, publicUrl: null, trustedProxies: [], webDirectory: null, ...options.server },
    database: await databaseOf(options.database ?? 'embedded'),
    redis: options.redisUrl === undefined ? null : { url: new ConfigSecret(options.redisUrl) },
    dataDirectory,
    secrets: {
      encryptionKey: new ConfigSecret(options.encryptionKey ?? randomBytes(32).toString('base64')),
      session: new ConfigSecret(options.sessionSecret ?? randomBytes(32).toString('base64')),
      proxyKey: null,
    },
    admin: { password: adminPassword === null ? null : new ConfigSecret(adminPassword) },
    registries: (options.registries ?? []).map((registry, position) => ({
      name: registry.id,
      position,
      username: null,
      password: null,
      caPem: null,
      notificationSecret: null,
      trustsLongshore: false,
      redirectHosts: [],
      ...registry,
    })),
    replication: { forgetAfterDays: 90 },
    storage: { untaggedAfterHours: 168 },
    collections: { commands: options.collections ?? [], environment: { PATH: process.env['PATH'] ?? '' } },
    network: {
      allowedRegistryHosts: options.allowedRegistryHosts ?? [],
      allowedWebhookHosts: options.allowedWebhookHosts ?? [],
      webhooksToPrivateNetworks: options.webhooksToPrivateNetworks ?? true,
    },
    mail: options.mail === undefined ? null : { url: new ConfigSecret(options.mail.url), from: options.mail.from },
    notices: { outageAfterMinutes: options.outageAfterMinutes ?? 10 },
    log: { level: 'debug' },
  };
}

async function databaseOf(asked: NonNullable<StartBffOptions['database']>): Promise<Config['database']> {
  if (asked === 'embedded') return { kind: 'embedded', folder: null };
  if (asked === 'postgres') return { kind: 'postgres', url: new ConfigSecret(await createPostgresDatabase()) };
  return asked.kind === 'postgres' ? { kind: 'postgres', url: new ConfigSecret(asked.url) } : asked;
}
