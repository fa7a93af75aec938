import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { until } from '../replication/testing/waiting.ts';
import { runCommand } from './run-command.ts';

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'longshore-command-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const environment = { PATH: process.env['PATH'] ?? '' };

async function run(command: readonly string[], signal = new AbortController().signal) {
  const lines: string[] = [];
  const exit = await runCommand({ command, environment, onLine: (line) => lines.push(line), signal });
  return { lines, exit };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('A command', () => {
  test('is run as its argument list says, and tells its lines and how it ended', async () => {
    const { lines, exit } = await run(['/bin/sh', '-c', 'echo "$1"; echo two >&2; exit 7', 'name', '$(id); `id` "x"']);
    expect(lines.toSorted()).toEqual(['$(id); `id` "x"', 'two']);
    expect(exit).toMatchObject({ code: 7 });
  });

  test('sees nothing of the environment but what it is given', async () => {
    const { lines } = await run(['/usr/bin/env']);
    expect(
      lines.map((line) => line.split('=')[0]).filter((name) => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name ?? '')),
    ).toEqual(['PATH']);
  });

  test('that is not there says so', async () => {
    expect((await run(['/nowhere/at-all'])).exit).toMatchObject({ code: 127 });
  });

  test('is killed with all that it began, by a signal and by a line that must not be', async () => {
    const pidFile = path.join(folder, 'pid');
    const command = ['/bin/sh', '-c', `sleep 300 & echo $! > '${pidFile}'; echo ready; wait`];
    const stop = new AbortController();
    const running = run(command, stop.signal);
    await until('the command to run', () =>
      readFile(pidFile, 'utf8').then(
        (text) => text || undefined,
        () => undefined,
      ),
    );
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    const pid = Number(await readFile(pidFile, 'utf8'));
    await until('its child to be gone', async () => (isAlive(pid) ? undefined : true));
    const onLine = () => {
      throw new Error('not that');
    };
    const cut = runCommand({ command, environment, onLine, signal: new AbortController().signal });
    await expect(cut).rejects.toThrow('not that');
  });

  test('does not outlive the process that runs it', async () => {
    const pidFile = path.join(folder, 'pid');
    const program = path.join(folder, 'parent.ts');
    const command = ['/bin/sh', '-c', `sleep 300 & echo $! > '${pidFile}'; wait`];
    await writeFile(
      program,
      `import { runCommand } from ${JSON.stringify(path.join(import.meta.dirname, 'run-command.ts'))};
      await runCommand({ command: ${JSON.stringify(command)}, environment: ${JSON.stringify(environment)}, onLine() {}, signal: new AbortController().signal });`,
    );
    const parent = spawn(process.execPath, [program], { stdio: 'ignore' });
    const text = await until('the command to run', () =>
      readFile(pidFile, 'utf8').then(
        (found) => found || undefined,
        () => undefined,
      ),
    );
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await until('the command to be gone', async () => (isAlive(Number(text)) ? undefined : true));
  });
});
