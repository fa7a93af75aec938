import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort } from './free-port.ts';

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
  /** With what it had when it last saved. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT: connections stay open, new ones are taken, and nobody answers. */
  freeze(): void;
  thaw(): void;
  /** Sends one command. */
  run(...command: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** A real Redis on a port of its own. */
export async function startRedis(): Promise<TestRedis> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'longshore-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let server: ReturnType<typeof spawn> | undefined;

  const run = async (...command: string[]): Promise<unknown> => {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on('error', () => {});
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  };
  const start = async () => {
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
    server = spawn('redis-server', settings, { stdio: 'ignore' });
    const [failed] = await Promise.race([once(server, 'error'), once(server, 'spawn').then(() => [undefined])]);
    if (failed !== undefined) throw new Error('redis-server is not installed: apt-get install redis-server.');
    for (let attempt = 0; ; attempt += 1) {
      try {
        await run('PING');
        return;
      } catch (error) {
        if (attempt > 200) throw error;
        await sleep(50);
      }
    }
  };
  const stop = async () => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  await start();
  return {
    url,
    start,
    stop,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    run,
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
