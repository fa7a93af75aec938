import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

export interface RealRegistryOptions {
  readonly isReadOnly?: boolean;
  /** On unless said otherwise. */
  readonly isDeletionEnabled?: boolean;
  /** A whole htpasswd file: lines of `user:bcrypt`. */
  readonly htpasswd?: string;
  readonly tls?: { readonly certificatePem: string; readonly keyPem: string };
  readonly notifications?: { readonly url: string; readonly headers?: Readonly<Record<string, string>> };
  /** Distribution's in-memory cache of blob descriptors; on by default, as in its own example configuration. */
  readonly hasBlobCache?: boolean;
  readonly token?: {
    readonly realm: string;
    readonly service: string;
    readonly issuer: string;
    readonly rootCertificatePem: string;
  };
  /** Lines of configuration of its own, such as those that a page shows. */
  readonly moreYaml?: string;
  /** Keep the storage of a registry that was stopped. */
  readonly storageDirectory?: string;
  readonly port?: number;
}

export interface RealRegistry {
  /** `http://127.0.0.1:<port>`, or https with a certificate. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly storageDirectory: string;
  readonly pid: number;
  /** What the process said so far. */
  log(): string;
  /** SIGSTOP and SIGCONT: connections stay open and nobody answers. */
  freeze(): void;
  thaw(): void;
  /** SIGKILL; the storage stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and storage. */
  restart(options?: Partial<RealRegistryOptions>): Promise<RealRegistry>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

const startTimeoutMs = 30_000;

/** A CNCF Distribution process of the distribution's package `docker-registry` (or `registry` on PATH). */
export async function startRealRegistry(options: RealRegistryOptions = {}): Promise<RealRegistry> {
  const directory = await mkdtemp(path.join(tmpdir(), 'longshore-registry-'));
  const storageDirectory = options.storageDirectory ?? path.join(directory, 'storage');
  // Another process may take the port between our asking and the registry's listening.
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const configFile = path.join(directory, 'config.yml');
    await writeFile(configFile, await configuration({ ...options, storageDirectory }, port, directory));
    const registry = launch(configFile, port, options, { directory, storageDirectory });
    if (await isReady(registry)) return registry;
    await registry.kill();
    if (attempt === 3 || options.port !== undefined) {
      throw new Error(`The registry for this test did not start:\n${registry.log()}`);
    }
  }
}

function launch(
  configFile: string,
  port: number,
  options: RealRegistryOptions,
  directories: { directory: string; storageDirectory: string },
): RealRegistry & { hasExited(): boolean } {
  const child = spawn('docker-registry', ['serve', configFile], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let hasExited = false;
  const listen = (piece: Buffer): void => {
    said = `${said}${piece.toString('utf8')}`.slice(-200_000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  child.once('error', (error) => {
    said += `docker-registry cannot be run: ${error.message}`;
    hasExited = true;
  });
  child.once('exit', () => {
    hasExited = true;
  });
  const kill = async (): Promise<void> => {
    if (hasExited) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    port,
    storageDirectory: directories.storageDirectory,
    pid: child.pid ?? 0,
    log: () => said,
    hasExited: () => hasExited,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
    restart: async (changes = {}) => {
      await kill();
      return startRealRegistry({ ...options, ...changes, storageDirectory: directories.storageDirectory, port });
    },
    stop: async () => {
      await kill();
      await rm(directories.directory, { recursive: true, force: true, maxRetries: 3 });
      await rm(directories.storageDirectory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function configuration(
  options: RealRegistryOptions & { storageDirectory: string },
  port: number,
  directory: string,
): Promise<string> {
  const lines = [
    'version: 0.1',
    'log: { level: error, accesslog: { disabled: true } }',
    'storage:',
    `  filesystem: { rootdirectory: ${JSON.stringify(options.storageDirectory)} }`,
    `  delete: { enabled: ${options.isDeletionEnabled ?? true} }`,
    ...((options.hasBlobCache ?? true) ? ['  cache: { blobdescriptor: inmemory }'] : []),
    ...(options.isReadOnly ? ['  maintenance: { readonly: { enabled: true } }'] : []),
    'http:',
    `  addr: 127.0.0.1:${port}`,
    `  secret: ${randomBytes(16).toString('hex')}`,
  ];
  const write = async (name: string, content: string): Promise<string> => {
    const file = path.join(directory, name);
    await writeFile(file, content, { mode: 0o600 });
    return JSON.stringify(file);
  };
  if (options.tls) {
    const certificate = await write('certificate.pem', options.tls.certificatePem);
    lines.push(`  tls: { certificate: ${certificate}, key: ${await write('key.pem', options.tls.keyPem)} }`);
  }
  if (options.htpasswd !== undefined) {
    lines.push(`auth: { htpasswd: { realm: test, path: ${await write('htpasswd', options.htpasswd)} } }`);
  }
  if (options.token) {
    const { realm, service, issuer, rootCertificatePem } = options.token;
    const bundle = await write('token.pem', rootCertificatePem);
    lines.push(
      `auth: { token: { realm: "${realm}", service: "${service}", issuer: "${issuer}", rootcertbundle: ${bundle} } }`,
    );
  }
  if (options.notifications) lines.push(...notificationLines(options.notifications));
  if (options.moreYaml !== undefined) lines.push(options.moreYaml);
  return `${lines.join('\n')}\n`;
}

function notificationLines({ url, headers = {} }: NonNullable<RealRegistryOptions['notifications']>): string[] {
  return [
    'notifications:',
    '  endpoints:',
    '    - name: test',
    `      url: ${JSON.stringify(url)}`,
    `      headers: ${JSON.stringify(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])))}`,
    '      timeout: 2s',
    '      threshold: 5',
    '      backoff: 200ms',
  ];
}

/** It listens: whatever it answers, a wrong certificate or a 401 included, is its readiness. */
async function isReady(registry: RealRegistry & { hasExited(): boolean }): Promise<boolean> {
  const { connect } = await import('node:net');
  const deadlineMs = Date.now() + startTimeoutMs;
  while (Date.now() < deadlineMs && !registry.hasExited()) {
    const socket = connect(registry.port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen && !registry.hasExited()) return true;
    await sleep(20);
  }
  return false;
}

/** Random bytes with their digest: a layer that nothing else holds. */
export function randomBlob(sizeBytes: number): { bytes: Buffer; digest: string; sizeBytes: number } {
  const bytes = randomBytes(sizeBytes);
  return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, sizeBytes };
}
