import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startSandbox } from './sandbox.ts';
import { EXIT_BAD_CONFIGURATION, SandboxError } from './sandbox-error.ts';

/** What `npm start` runs: reads the environment, starts the sandbox, and stays until it is told to stop. */
async function main(): Promise<void> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const stopSignal = waitForStop();
  const sandbox = await startSandbox({
    dataDirectory: dataDirectory(),
    port: wishedPort(process.env['PORT']),
    consoleCommand: consoleCommand(),
    environment: process.env,
    say,
  });
  try {
    const first = await Promise.race([sandbox.ready.then(() => 'ready' as const), stopSignal]);
    if (first === 'ready') await stopSignal;
  } finally {
    await sandbox.stop();
  }
}

function dataDirectory(): string {
  const asked = process.env['LONGSHORE_DATA'];
  // npm runs scripts in the package's folder; INIT_CWD is where the person typed the command.
  const from = process.env['INIT_CWD'] ?? process.cwd();
  return asked === undefined || asked === '' ? path.resolve('.longshore') : path.resolve(from, asked);
}

function wishedPort(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new SandboxError(`PORT is "${text}"; it must be a number from 1 to 65535.`, EXIT_BAD_CONFIGURATION);
}

/** The built server lies beside the built sandbox, the source of the one beside the source of the other. */
function consoleCommand(): readonly [string, ...string[]] {
  const here = path.dirname(realpathSync(fileURLToPath(import.meta.url)));
  const built = path.join(here, 'longshore.js');
  return [process.execPath, existsSync(built) ? built : path.join(here, '../main.ts')];
}

/** Resolves at the first signal to stop, or when the process that started this one is gone. */
function waitForStop(): Promise<'stop'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('stop'));
    process.on('disconnect', () => resolve('stop'));
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof SandboxError ? error.message : `The sandbox stopped: ${String(error)}`}\n`,
    );
    process.exit(error instanceof SandboxError ? error.exitCode : 1);
  },
);
