import path from 'node:path';
import { makeDirectory } from '../config/make-directory.ts';
import { type DataLock, lockDataDirectory } from './data-lock.ts';
import { createPortChooser } from './ports.ts';
import { findRegistryProgram, type RegistryProgram } from './registry-program.ts';
import {
  type CollectionCommands,
  type PlacedRegistry,
  registryConfigFile,
  registryUrl,
  SANDBOX_REGISTRIES,
  writeConsoleConfig,
  writeRegistryConfig,
} from './sandbox-registries.ts';
import { type ControlSocket, openControlSocket } from './control-socket.ts';
import { EXIT_BAD_CONFIGURATION, SandboxError } from './sandbox-error.ts';
import { readSavedState, writeSavedState } from './saved-state.ts';
import type { Command } from './tied-command.ts';
import { type ProcessExit, type SupervisedProcess, superviseProcess } from './supervised-process.ts';

export interface SandboxOptions {
  readonly dataDirectory: string;
  /** The port asked for with PORT. */
  readonly port: number | undefined;
  /** Runs the console; the arguments `serve --config FILE` are appended. */
  readonly consoleCommand: Command;
  /** The program of the sandbox's own commands. */
  readonly controlModule: string;
  readonly environment: NodeJS.ProcessEnv;
  /** One line for the person at the terminal. */
  readonly say: (line: string) => void;
}

export interface Sandbox {
  readonly registries: readonly PlacedRegistry[];
  /** Resolves when the console said that it is ready; rejects when it ended instead. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

function makeDataDirectory(directory: string): void {
  try {
    makeDirectory(path.join(directory, 'logs'));
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    throw new SandboxError(
      `LONGSHORE_DATA is ${directory}, where nothing can be written (${code}).`,
      EXIT_BAD_CONFIGURATION,
    );
  }
}

/** Starts the six registries and the console on `dataDirectory`. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  makeDataDirectory(options.dataDirectory);
  const lock = await lockDataDirectory(options.dataDirectory);
  const processes: SupervisedProcess[] = [];
  const running = new Map<string, SupervisedProcess>();
  const control = await openControlSocket(options.dataDirectory, async (registryId) => {
    await running.get(registryId)?.restart();
    return running.has(registryId);
  }).catch(async (error: unknown) => {
    await lock.release();
    throw error;
  });
  const stop = async () => {
    // The console first: it must not see its registries vanish one by one.
    for (const group of [processes.slice(-1), processes.slice(0, -1)]) {
      await Promise.all(group.map((running) => running.stop()));
    }
    await control.close();
    await lock.release();
  };
  try {
    const { consolePort, registries } = await placeEverything(options, lock);
    const program = await findRegistryProgram(options.say);
    for (const registry of registries) {
      const started = await startRegistry(registry, program, consolePort, options);
      running.set(registry.id, started);
      processes.push(started);
    }
    const collections = registries.map((registry) => collectionOf(registry, program, control, options));
    const console = await startConsole(consolePort, { registries, collections }, options);
    processes.push(console.process);
    return { registries, ready: console.ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Chooses every port, says where it differs from the usual one, and remembers the choice. */
async function placeEverything(
  { dataDirectory, port, say }: SandboxOptions,
  lock: DataLock,
): Promise<{ consolePort: number; registries: readonly PlacedRegistry[] }> {
  const state = await readSavedState(dataDirectory);
  const ports = createPortChooser();
  const wishedPort = port ?? 8080;
  const consolePort = await ports.choose([wishedPort]);
  if (consolePort !== wishedPort) say(`Port ${wishedPort} is taken; the console uses ${consolePort}.`);

  const registries: PlacedRegistry[] = [];
  const moved: string[] = [];
  // Behind all preferred ones: a registry that has to move must not push the next one from its place.
  const firstSparePort = Math.max(...SANDBOX_REGISTRIES.map((registry) => registry.preferredPort)) + 1;
  for (const registry of SANDBOX_REGISTRIES) {
    const kept = state.ports[registry.id] ?? registry.preferredPort;
    const chosen = await ports.choose([kept, registry.preferredPort, firstSparePort]);
    if (chosen !== kept) moved.push(`${registry.id} uses ${chosen} instead of ${kept}`);
    const directory = path.join(dataDirectory, 'registries', registry.id);
    makeDirectory(path.join(directory, 'storage'));
    registries.push({
      ...registry,
      port: chosen,
      directory,
      notificationSecretFile: path.join(directory, 'notification-secret'),
    });
  }
  if (moved.length > 0) say(`Ports are taken: ${moved.join(', ')}.`);
  const chosenPorts = Object.fromEntries(registries.map((registry) => [registry.id, registry.port]));
  await writeSavedState(dataDirectory, { ...state, ports: chosenPorts });
  lock.describe(`process ${process.pid}, http://127.0.0.1:${consolePort}`);
  return { consolePort, registries };
}

async function startRegistry(
  registry: PlacedRegistry,
  program: RegistryProgram,
  consolePort: number,
  options: SandboxOptions,
): Promise<SupervisedProcess> {
  const configFile = await writeRegistryConfig(registry, consolePort);
  return superviseProcess({
    name: `The registry ${registry.id} (${registryUrl(registry)})`,
    command: program.command(configFile, registry.id, options.dataDirectory),
    // Distribution 3 sends traces to a collector by default and complains for ever that there is none.
    environment: { ...options.environment, OTEL_TRACES_EXPORTER: 'none' },
    logFile: path.join(options.dataDirectory, 'logs', `${registry.id}.log`),
    lastSignal: program.lastSignal,
    say: options.say,
  });
}

/** With the registry's own program, on its own storage; only the sandbox can restart what it has started. */
function collectionOf(
  registry: PlacedRegistry,
  program: RegistryProgram,
  control: ControlSocket,
  { controlModule, dataDirectory }: SandboxOptions,
): CollectionCommands {
  const configFile = registryConfigFile(registry);
  return {
    registry: registry.id,
    dryRun: program.collectCommand(configFile, dataDirectory, true),
    collect: program.collectCommand(configFile, dataDirectory, false),
    restart: [process.execPath, controlModule, 'restart', control.path, registry.id],
    measure: [process.execPath, controlModule, 'measure', path.join(registry.directory, 'storage')],
  };
}

async function startConsole(
  consolePort: number,
  {
    registries,
    collections,
  }: {
    readonly registries: readonly PlacedRegistry[];
    readonly collections: readonly CollectionCommands[];
  },
  options: SandboxOptions,
): Promise<{ process: SupervisedProcess; ready: Promise<void> }> {
  const configFile = await writeConsoleConfig(options.dataDirectory, consolePort, registries, collections);
  const logFile = path.join(options.dataDirectory, 'logs', 'console.log');
  // The environment is stronger than the file, and these three are what the sandbox has decided.
  const { PORT: _port, LONGSHORE_DATA: _data, LONGSHORE_CONFIG: _config, ...environment } = options.environment;
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  let isReady = false;
  const running = await superviseProcess({
    name: 'The console',
    command: [...options.consoleCommand, 'serve', '--config', configFile],
    environment,
    logFile,
    lastSignal: 'SIGKILL',
    say: options.say,
    onLine: (line) => {
      // Its only line says that it is ready; after a restart nobody needs it twice.
      if (!isReady) options.say(line);
      isReady = true;
      resolve();
    },
    onExit: (exit: ProcessExit) => {
      if (isReady) return true;
      reject(new SandboxError(whyConsoleEnded(exit, logFile), exit.code ?? 1));
      return false;
    },
  });
  return { process: running, ready };
}

/** A sentence for people stands as it is; anything else is in the log. */
function whyConsoleEnded({ code, signal, lastWords }: ProcessExit, logFile: string): string {
  if (code === EXIT_BAD_CONFIGURATION && lastWords !== '') return lastWords;
  return `The console ended before it was ready (${signal ?? `exit code ${String(code)}`}). ${logFile} says why.`;
}
