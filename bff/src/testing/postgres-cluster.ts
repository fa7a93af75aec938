import { execFile, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from './free-port.ts';

const run = promisify(execFile);
const startTimeoutMs = 120_000;

/** One PostgreSQL server for a whole test run, in a folder that all workers know; started by the first that needs it. */
export interface PostgresCluster {
  /** Of the server, without a database name. */
  readonly url: string;
}

export async function makeClusterFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-postgres-'));
  // PostgreSQL refuses to run as root; its own user must be able to reach its folder.
  await chmod(folder, 0o755);
  return folder;
}

/** `prepare` runs once, in the process that started the server, before anybody else gets it. */
export async function joinCluster(
  folder: string,
  prepare: (cluster: PostgresCluster) => Promise<void>,
): Promise<PostgresCluster> {
  try {
    await mkdir(path.join(folder, 'starting'));
  } catch {
    return waitForCluster(folder);
  }
  try {
    const cluster = await startCluster(folder);
    await prepare(cluster);
    await writeFile(path.join(folder, 'ready.tmp'), JSON.stringify(cluster));
    await rename(path.join(folder, 'ready.tmp'), path.join(folder, 'ready.json'));
    return cluster;
  } catch (error) {
    await writeFile(path.join(folder, 'failed.txt'), String(error));
    throw error;
  }
}

async function waitForCluster(folder: string): Promise<PostgresCluster> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const ready = await readFile(path.join(folder, 'ready.json'), 'utf8').catch(() => null);
    if (ready !== null) return JSON.parse(ready) as PostgresCluster;
    const failed = await readFile(path.join(folder, 'failed.txt'), 'utf8').catch(() => null);
    if (failed !== null) throw new Error(`Another worker could not start PostgreSQL: ${failed}`);
    await sleep(50);
  }
  throw new Error(`PostgreSQL in ${folder} was not ready within ${startTimeoutMs} ms.`);
}

async function startCluster(folder: string): Promise<PostgresCluster> {
  await makePostgresContent(folder);
  const port = await freePort();
  // Nobody reads it after the test run, so that nothing need be safe on the disk.
  await launchPostgres(folder, port, { max_connections: '200', synchronous_commit: 'off' });
  return { url: `postgres://postgres@127.0.0.1:${port}` };
}

/** `initdb` in the folder. */
export async function makePostgresContent(folder: string): Promise<void> {
  const content = path.join(folder, 'content');
  await mkdir(content, { mode: 0o700 });
  const asServer = await serverUser();
  if (asServer !== null) await chown(content, asServer.uid, asServer.gid);
  const [initdb, args] = await command('initdb', ['-D', content, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '-N']);
  await run(initdb, args, { env: { ...process.env, LC_ALL: 'C.UTF-8' }, cwd: '/' });
}

/** Resolves when it answers. */
export async function launchPostgres(
  folder: string,
  port: number,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const content = path.join(folder, 'content');
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: content,
    shared_buffers: '32MB',
    fsync: 'off',
    full_page_writes: 'off',
    ...more,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const [postgres, args] = await command('postgres', ['-D', content, ...flags]);
  const log = path.join(folder, 'postgres.log');
  const output = openSync(log, 'a');
  spawn(postgres, args, { detached: true, stdio: ['ignore', output, output], cwd: '/' }).unref();
  await waitForPort(port, log);
}

/** PostgreSQL refuses to run as root. */
async function command(program: string, args: string[]): Promise<[string, string[]]> {
  const file = path.join(await findPostgresBinaries(), program);
  return (await serverUser()) === null ? [file, args] : ['runuser', ['-u', 'postgres', '--', file, ...args]];
}

/** Stops the server if one was started, by the id in its own pid file, and removes the folder. */
export async function removeCluster(folder: string): Promise<void> {
  const pidFile = await readFile(path.join(folder, 'content/postmaster.pid'), 'utf8').catch(() => null);
  const pid = Number(pidFile?.split('\n')[0]);
  if (Number.isInteger(pid) && pid > 1) {
    // SIGQUIT: immediate shutdown; nobody needs the content any more.
    process.kill(pid, 'SIGQUIT');
    for (let waited = 0; waited < 10_000 && isAlive(pid); waited += 50) await sleep(50);
  }
  await rm(folder, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function serverUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const uid = await run('id', ['-u', 'postgres']);
  const gid = await run('id', ['-g', 'postgres']);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

async function findPostgresBinaries(): Promise<string> {
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => []);
  const newest = versions
    .map(Number)
    .filter(Number.isInteger)
    .toSorted((a, b) => b - a)[0];
  if (newest !== undefined) return path.join(debian, String(newest), 'bin');
  const found = await run('sh', ['-c', 'command -v postgres']).catch(() => null);
  if (found !== null) return path.dirname(found.stdout.trim());
  throw new Error('PostgreSQL is not installed: apt-get install postgresql (15 or later), then run the tests again.');
}

async function waitForPort(port: number, log: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  for (;;) {
    const client = new pg.Client({ connectionString: `postgres://postgres@127.0.0.1:${port}/postgres` });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      if (Date.now() > deadline) {
        const lines = await readFile(log, 'utf8').catch(() => '');
        throw new Error(`PostgreSQL did not come up on port ${port}:\n${lines}`, { cause: error });
      }
      await sleep(100);
    }
  }
}
