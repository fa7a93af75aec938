import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findOnPath } from './executables.ts';
import { tieCommand } from './tied-command.ts';

const setpriv = process.platform === 'linux' ? await findOnPath('setpriv') : undefined;
const ways = [['a shell', undefined], ...(setpriv === undefined ? [] : [['setpriv', setpriv] as const])] as const;

/** Starts a process that itself starts `sleep`, tied to it, and prints the process ids of everything below. */
async function startParentOfSleep(program: string | undefined): Promise<{ parent: ChildProcess; sleepPid: number }> {
  const command = tieCommand(['sleep', '300'], 'SIGKILL', program);
  const script = `
    const child = require('node:child_process').spawn(${JSON.stringify(command[0])}, ${JSON.stringify(command.slice(1))},
      { detached: true, stdio: ['pipe', 'inherit', 'inherit'] });
    process.on('SIGTERM', () => { child.kill('SIGTERM'); child.on('exit', () => process.exit(0)); });
    console.log(child.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const childPid = Number(line.toString());
  return { parent, sleepPid: await until('sleep is running', () => findSleep(childPid)) };
}

/** The process itself with setpriv; a child of the shell without. */
async function findSleep(pid: number): Promise<number | undefined> {
  const below = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const candidate of [pid, ...below.trim().split(' ').filter(Boolean).map(Number)]) {
    if ((await readFile(`/proc/${candidate}/comm`, 'utf8').catch(() => '')).trim() === 'sleep') return candidate;
  }
  return undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until<Value>(what: string, look: () => Promise<Value | undefined> | Value | undefined): Promise<Value> {
  for (let tried = 0; tried < 600; tried += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error(`Waited 30 s in vain: ${what}.`);
}

describe.each(ways)('a command tied by %s', (_way, program) => {
  it('ends when the process that started it is killed', async () => {
    const { parent, sleepPid } = await startParentOfSleep(program);
    parent.kill('SIGKILL');
    await until('sleep has ended', () => (isRunning(sleepPid) ? undefined : true));
    expect(isRunning(sleepPid)).toBe(false);
  });

  it('ends when it is asked to', async () => {
    const { parent, sleepPid } = await startParentOfSleep(program);
    parent.kill('SIGTERM');
    await once(parent, 'exit');
    await until('sleep has ended', () => (isRunning(sleepPid) ? undefined : true));
    expect(parent.exitCode).toBe(0);
  });
});
