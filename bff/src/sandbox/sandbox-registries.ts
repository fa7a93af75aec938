import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { notificationEndpoint } from '../registry-client/index.ts';
import type { Command } from './tied-command.ts';

/** One local registry of the sandbox, as it is known before a port is found for it. */
export interface SandboxRegistry {
  readonly id: string;
  readonly environment: string;
  readonly preferredPort: number;
}

/** Branch sites serve the environment `production`: they are further registries of it, not stages of their own. */
export const SANDBOX_REGISTRIES: readonly SandboxRegistry[] = [
  { id: 'development', environment: 'development', preferredPort: 5001 },
  { id: 'testing', environment: 'testing', preferredPort: 5002 },
  { id: 'staging', environment: 'staging', preferredPort: 5003 },
  { id: 'production', environment: 'production', preferredPort: 5004 },
  { id: 'branch-north', environment: 'production', preferredPort: 5005 },
  { id: 'branch-south', environment: 'production', preferredPort: 5006 },
];

const OWN_HOSTS = ['127.0.0.1', 'localhost'];

export interface PlacedRegistry extends SandboxRegistry {
  readonly port: number;
  readonly directory: string;
  readonly notificationSecretFile: string;
}

export function registryUrl(registry: PlacedRegistry): string {
  return `http://127.0.0.1:${registry.port}`;
}

/** Reads a secret kept in `file`, or makes one there that only the owner can read. */
export async function keptSecret(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const secret = randomBytes(32).toString('base64url');
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  return secret;
}

export function registryConfigFile({ directory }: PlacedRegistry): string {
  return path.join(directory, 'config.yml');
}

/**
 * Writes the Distribution configuration of one registry and returns its path. Only keys that both 2.8 and 3 know are
 * used: 3 refuses unknown ones. The file holds secrets.
 */
export async function writeRegistryConfig(registry: PlacedRegistry, consolePort: number): Promise<string> {
  const notificationSecret = await keptSecret(registry.notificationSecretFile);
  const httpSecret = await keptSecret(path.join(registry.directory, 'http-secret'));
  const config = {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: path.join(registry.directory, 'storage') },
      delete: { enabled: true },
      cache: { blobdescriptor: 'inmemory' },
    },
    http: {
      addr: `127.0.0.1:${registry.port}`,
      // Upload sessions are signed with it; a random one per start would break them at every restart.
      secret: httpSecret,
    },
    notifications: {
      endpoints: [
        notificationEndpoint(
          `http://127.0.0.1:${consolePort}/api/v1/registries/${registry.id}/notifications`,
          notificationSecret,
        ),
      ],
    },
  };
  const file = registryConfigFile(registry);
  await writeFile(file, stringify(config), { mode: 0o600 });
  return file;
}

/** How the console has the garbage of one registry collected. */
export interface CollectionCommands {
  readonly registry: string;
  readonly dryRun: Command;
  readonly collect: Command;
  readonly restart: Command;
  readonly measure: Command;
}

/** Writes the console's configuration, the same format as in production, and returns its path. */
export async function writeConsoleConfig(
  dataDirectory: string,
  consolePort: number,
  registries: readonly PlacedRegistry[],
  collections: readonly CollectionCommands[] = [],
): Promise<string> {
  const config = {
    server: { host: '127.0.0.1', port: consolePort, publicUrl: `http://127.0.0.1:${consolePort}` },
    dataDirectory,
    // On the machine itself people try registries and receivers of their own; elsewhere an administrator has to name such hosts.
    network: { allowedRegistryHosts: [...OWN_HOSTS], allowedWebhookHosts: [...OWN_HOSTS] },
    registries: registries.map((registry, position) => ({
      id: registry.id,
      name: registry.id,
      environment: registry.environment,
      position,
      endpoints: [registryUrl(registry)],
      notificationSecretFile: registry.notificationSecretFile,
    })),
    collections,
  };
  const file = path.join(dataDirectory, 'longshore.yaml');
  const heading = '# Written by the sandbox at every start; a change made here is lost. Copy it to begin your own.\n';
  await writeFile(file, heading + stringify(config), { mode: 0o600 });
  return file;
}
