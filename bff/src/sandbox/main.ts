import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startSandbox } from './sandbox.ts';
import { seedOnce } from './seed-once.ts';
import type { Command } from './tied-command.ts';
import { registryUrl } from './sandbox-registries.ts';
import { EXIT_BAD_CONFIGURATION, SandboxError } from './sandbox-error.ts';

/** What `npm start` runs: reads the environment, starts the sandbox, and stays until it is told to stop. */
async function main(): Promise<void> {
  const stopping = stopSignal();
  const { root, consoleCommand, controlModule, seedModule } = installation();
  const data = dataDirectory();
  const sandbox = await startSandbox({
    dataDirectory: data,
    port: wishedPort(process.env['PORT']),
    consoleCommand,
    controlModule,
    environment: process.env,
    say,
  });
  try {
    await Promise.race([sandbox.ready, aborted(stopping)]);
    if (!stopping.aborted) {
      const registries = sandbox.registries.map((registry) => ({ id: registry.id, url: registryUrl(registry) }));
      await Promise.all([
        aborted(stopping),
        seedOnce({ dataDirectory: data, root, registries, seedModule, signal: stopping, say }),
      ]);
    }
  } finally {
    await sandbox.stop();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
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

/** A console at rest keeps what its young generation has grown to. docs/decisions/001 has what it saves. */
const SMALL_HEAP_FLAGS = ['--max-semi-space-size=4'];

interface Installation {
  readonly root: string;
  readonly consoleCommand: Command;
  readonly controlModule: string;
  readonly seedModule: string;
}

/** Built, everything lies in bff/dist; from the sources, each part where it is written. */
function installation(): Installation {
  const here = path.dirname(realpathSync(fileURLToPath(import.meta.url)));
  const built = path.join(here, 'longshore.js');
  const isBuilt = existsSync(built);
  return {
    root: path.resolve(here, isBuilt ? '../..' : '../../..'),
    consoleCommand: [process.execPath, ...SMALL_HEAP_FLAGS, isBuilt ? built : path.resolve(here, '../main.ts')],
    controlModule: path.join(here, isBuilt ? 'control.js' : 'control/main.ts'),
    seedModule: path.join(here, isBuilt ? 'seed.js' : 'seed/main.ts'),
  };
}

/** Aborts at the first signal to stop, or when the process that started this one is gone. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  process.on('disconnect', stop);
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
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
