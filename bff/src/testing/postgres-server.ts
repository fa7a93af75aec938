import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { launchPostgres, makeClusterFolder, makePostgresContent } from './postgres-cluster.ts';

/** A PostgreSQL of a test's own, to do harm to. What was committed survives the harm. */
export interface TestPostgres {
  readonly url: string;
  readonly port: number;
  /** SIGKILL to every process of it. */
  kill(): Promise<void>;
  /** On the same port, with what it had. Resolves when it answers. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT to every process of it: connections stay open, new ones are taken, and nobody answers. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Kills it and removes its files. */
  close(): Promise<void>;
}

export async function startPostgres(): Promise<TestPostgres> {
  const folder = await makeClusterFolder();
  await makePostgresContent(folder);
  const port = await freePort();
  const start = () => launchPostgres(folder, port, { max_connections: '60', synchronous_commit: 'on' });
  await start();
  let frozen: readonly number[] = [];
  /** `runuser` stops itself when what it started is stopped, and would never hear that it ended. */
  let starter: number | undefined;
  const signal = (pids: readonly number[], name: NodeJS.Signals): void => {
    for (const pid of pids) {
      try {
        process.kill(pid, name);
      } catch {
        // It has ended by itself.
      }
    }
  };
  const kill = async (): Promise<void> => {
    const pids = await processesOf(folder);
    signal(pids, 'SIGKILL');
    // While one of them lives the next start is refused.
    for (const pid of pids) while ((await processState(pid)) !== undefined) await sleep(20);
  };
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    kill,
    start,
    freeze: async () => {
      frozen = await processesOf(folder);
      starter = (await processState(frozen[0] ?? 0))?.parent;
      signal(frozen, 'SIGSTOP');
    },
    thaw: async () => {
      signal(starter === undefined ? frozen : [...frozen, starter], 'SIGCONT');
      frozen = [];
    },
    close: async () => {
      await kill();
      if (starter !== undefined) signal([starter], 'SIGCONT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The one that listens first, so that it makes no more of the others. */
async function processesOf(folder: string): Promise<number[]> {
  const pidFile = await readFile(path.join(folder, 'content/postmaster.pid'), 'utf8').catch(() => '');
  const first = Number(pidFile.split('\n')[0]);
  if (!Number.isInteger(first) || (await processState(first)) === undefined) return [];
  const others: number[] = [];
  for (const name of await readdir('/proc')) {
    if (/^\d+$/.test(name) && (await processState(Number(name)))?.parent === first) others.push(Number(name));
  }
  return [first, ...others];
}

/** Undefined where it has ended, whether or not its parent has heard of that. */
async function processState(pid: number): Promise<{ readonly parent: number } | undefined> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Behind the program's name, which may hold anything: state, parent, …
  const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return state === undefined || state === '' || state === 'Z' ? undefined : { parent: Number(parent) };
}
