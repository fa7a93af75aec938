import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import { createApiClient, type TestApiClient } from '../../../testing/api-client.ts';

export interface LongshoreProcess {
  readonly url: string;
  readonly client: TestApiClient;
  readonly pid: number;
  /** What it said so far, its log included. */
  log(): string;
  isAlive(): boolean;
  readonly signal: (name: 'SIGSTOP' | 'SIGCONT') => void;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
}

const password = 'a-password-for-tests';
// The same for every process over one database.
const encryptionKey = randomBytes(32).toString('base64');
const sessionSecret = randomBytes(32).toString('base64');

/** The real program, so that it can be killed and frozen; signed in as the administrator. */
export async function startLongshoreProcess(options: {
  folder: string;
  databaseUrl?: string;
  /** By id: an address, or more of its configuration. */
  registries: Readonly<Record<string, string | ({ endpoints: readonly string[] } & Readonly<Record<string, unknown>>)>>;
  environment?: Readonly<Record<string, string>>;
  /** More of the configuration file. */
  configuration?: Readonly<Record<string, unknown>>;
  /** Of the system's choice unless said otherwise. */
  port?: number;
}): Promise<LongshoreProcess> {
  const configFile = path.join(options.folder, 'longshore.yaml');
  const registries = Object.entries(options.registries).map(([id, given], position) => ({
    id,
    name: id,
    environment: id,
    position,
    ...(typeof given === 'string' ? { endpoints: [given] } : given),
  }));
  const server = { host: '127.0.0.1', port: options.port ?? 0 };
  await writeFile(
    configFile,
    stringify({ server, dataDirectory: options.folder, registries, ...options.configuration }),
  );
  const program = path.join(import.meta.dirname, '../../../main.ts');
  const child = spawn(process.execPath, [program, 'serve', '--config', configFile], {
    cwd: options.folder,
    env: {
      PATH: process.env['PATH'],
      LONGSHORE_ADMIN_PASSWORD: password,
      LONGSHORE_ENCRYPTION_KEY: encryptionKey,
      LONGSHORE_SESSION_SECRET: sessionSecret,
      ...options.environment,
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
    },
  });
  let said = '';
  const exit = once(child, 'close');
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (piece: Buffer): void => {
      said += piece.toString('utf8');
      const found = /ready at (http:\/\/\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    void exit.then(() => reject(new Error(`The console ended before it was ready:\n${said}`)));
  });
  const client = createApiClient(url);
  await client.signIn('admin', password);
  return {
    url,
    client,
    pid: child.pid ?? 0,
    log: () => said,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    signal: (name) => void child.kill(name),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await exit;
    },
  };
}
