import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listRegistries, type Registry } from '../contract/registries.ts';
import { createApiClient, type TestApiClient } from '../testing/api-client.ts';
import { freePort } from '../testing/free-port.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const built = path.join(root, 'bff/dist/longshore.js');
const password = 'bench-of-the-console';
/** As `npm start` runs it; `BENCH_NODE_FLAGS` may add `--cpu-prof` and the like. */
const nodeFlags = ['--max-semi-space-size=4', ...(process.env['BENCH_NODE_FLAGS']?.split(' ') ?? [])];

export interface ServedConsole {
  readonly url: string;
  /** Signed in as the administrator. */
  readonly api: TestApiClient;
  /** Of the administrator, `admin`. */
  readonly password: string;
  rssMb(): Promise<number>;
  /** The most that it had at once since it began. */
  peakRssMb(): Promise<number>;
  /** That it has used so far: unlike elapsed time it says the same on a busy machine. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

export interface ServedOptions {
  readonly notificationSecret?: string;
  /** Of a PostgreSQL; without one the console has an embedded database of its own. */
  readonly databaseUrl?: string;
}

/** The built console over these registries. */
export async function serveConsole(
  registries: Readonly<Record<string, { readonly url: string }>>,
  { notificationSecret, databaseUrl }: ServedOptions = {},
): Promise<ServedConsole> {
  execFileSync(process.execPath, [path.join(root, 'scripts/build.ts')], { stdio: ['ignore', 'ignore', 'inherit'] });
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'longshore-bench-console-'));
  const port = await freePort();
  const configFile = path.join(dataDirectory, 'longshore.yaml');
  const config = {
    server: { host: '127.0.0.1', port },
    dataDirectory,
    admin: { password },
    log: { level: 'warn' },
    ...(databaseUrl === undefined ? {} : onPostgres(databaseUrl)),
    registries: Object.entries(registries).map(([id, { url }], position) => ({
      id,
      environment: id,
      position,
      endpoints: [url],
      ...(notificationSecret === undefined ? {} : { notificationSecret }),
    })),
  };
  // JSON is YAML.
  await writeFile(configFile, JSON.stringify(config), { mode: 0o600 });
  const child = spawn(process.execPath, [...nodeFlags, built, 'serve', '--config', configFile], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const api = createApiClient(url);
  for (let attempt = 0; ; attempt += 1) {
    if (child.exitCode !== null || attempt > 1200) throw new Error('The console did not start.');
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) break;
    await sleep(50);
  }
  await api.signIn('admin', password);
  return {
    url,
    api,
    password,
    rssMb: async () => memoryMb(child.pid, 'VmRSS'),
    peakRssMb: async () => memoryMb(child.pid, 'VmHWM'),
    cpuMs: async () => {
      const fields = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
      // utime and stime, in hundredths of a second.
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Which takes keys that every instance would need. */
function onPostgres(url: string) {
  const key = () => randomBytes(32).toString('base64');
  return { database: { url }, secrets: { encryptionKey: key(), session: key() } };
}

async function memoryMb(pid: number | undefined, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round((Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 1024) / 1e6);
}

/** Resolves when every registry has been read from end to end; of a scan that was asked for, when that one is done. */
export async function waitForScan(
  api: TestApiClient,
  isDone: (registry: Registry) => boolean = ({ catalog }) => catalog.scannedAt !== null,
): Promise<void> {
  for (let shown = 0; ; shown += 1) {
    const { items } = await api.call(listRegistries, {});
    if (shown % 20 === 0) console.error(items.map(({ id, catalog }) => `${id}: ${catalog.tagCount} tags`).join(', '));
    if (items.every((registry) => isDone(registry) && registry.catalog.scanState === 'idle')) return;
    const failed = items.find(({ catalog }) => catalog.scanState === 'failed');
    if (failed !== undefined) throw new Error(`The scan of ${failed.id} failed: ${JSON.stringify(failed.catalog)}`);
    await sleep(500);
  }
}
