import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ran, run } from './run-skopeo.ts';

export interface DockerEngine {
  /** `args` as they are typed, separated by spaces. */
  readonly docker: (args: string) => Promise<Ran>;
  /** Where files may lie that are handed to it. */
  readonly directory: string;
  readonly stop: () => Promise<void>;
}

const startTimeoutMs = 60_000;
const programs = ['/usr/sbin/dockerd', '/usr/bin/dockerd', '/usr/local/bin/dockerd'];

/** An engine of its own, without networks. @returns why there is none where it cannot be started */
export async function startDockerEngine(): Promise<DockerEngine | string> {
  const program = programs.find((candidate) => existsSync(candidate));
  if (program === undefined) return 'dockerd is not installed (package docker.io)';
  if (process.getuid?.() !== 0) return 'dockerd starts as root only';
  const directory = await mkdtemp(path.join(tmpdir(), 'longshore-docker-'));
  const socket = `unix://${directory}/docker.sock`;
  const child = spawn(
    program,
    [
      '--iptables=false',
      '--ip6tables=false',
      '--bridge=none',
      '--storage-driver=vfs',
      `--data-root=${directory}/data`,
      `--exec-root=${directory}/exec`,
      `--pidfile=${directory}/pid`,
      `--host=${socket}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => void (said = `${said}${piece.toString('utf8')}`.slice(-4000)));
  }
  const environment = { DOCKER_HOST: socket, DOCKER_CONFIG: `${directory}/config` };
  const docker = (args: string): Promise<Ran> => run('docker', args.split(' '), environment);
  const stop = () => stopEngine(child, directory);
  const deadlineMs = Date.now() + startTimeoutMs;
  while (Date.now() < deadlineMs && child.exitCode === null) {
    if ((await docker('version')).code === 0) return { docker, directory, stop };
    await sleep(250);
  }
  await stop();
  return `dockerd cannot be started on this machine: ${said.trim().split('\n').at(-1) ?? ''}`;
}

async function stopEngine(child: ChildProcess, directory: string): Promise<void> {
  if (child.exitCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
