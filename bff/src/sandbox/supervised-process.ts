import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { type Command, findSetpriv, type LastSignal, tieCommand } from './tied-command.ts';

/** A process that is started again when it ends on its own, and that never outlives the sandbox. */
export interface SupervisedProcess {
  readonly name: string;
  /** Undefined while it waits for its next start. */
  pid(): number | undefined;
  /** Ends it and starts it again at once; resolves when the new one is spawned. */
  restart(graceMs?: number): Promise<void>;
  /** Asks it to end, insists after `graceMs`, and resolves when it is gone. */
  stop(graceMs?: number): Promise<void>;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last line of its standard error. */
  readonly lastWords: string;
}

export interface SupervisedProcessOptions {
  readonly name: string;
  readonly command: Command;
  readonly environment: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly lastSignal: LastSignal;
  readonly say: (line: string) => void;
  /** Each line of its standard output; without it standard output goes to the log as well. */
  readonly onLine?: (line: string) => void;
  /** Called at every unexpected end; false means: do not start it again. */
  readonly onExit?: (exit: ProcessExit, ranMs: number) => boolean;
}

const FIRST_RESTART_MS = 500;
const SLOWEST_RESTART_MS = 30_000;
/** After running this long an end counts as the first one again. */
const STABLE_AFTER_MS = 60_000;
const TAIL_KEPT_CHARACTERS = 2_000;

/** Starts `command` and keeps it running; resolves as soon as the first process is spawned. */
export async function superviseProcess(options: SupervisedProcessOptions): Promise<SupervisedProcess> {
  const [file, ...args] = tieCommand(options.command, options.lastSignal, await findSetpriv());
  const log = await openLog(options.logFile);
  let child: ChildProcess | undefined;
  let stopping = false;
  let isRestarting = false;
  let restartDelayMs = FIRST_RESTART_MS;
  let restartTimer: NodeJS.Timeout | undefined;

  const start = (): void => {
    const startedAt = performance.now();
    // A session of its own: Ctrl-C in the terminal reaches the sandbox only, which then stops everything in order.
    const started = spawn(file, args, {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: options.environment,
    });
    child = started;
    const lastWords = captureOutput(started, log, options.onLine);
    let ended = false;
    const onEnd = (exit: ProcessExit, reason: string): void => {
      if (ended) return;
      ended = true;
      child = undefined;
      if (stopping || isRestarting) return;
      const ranMs = performance.now() - startedAt;
      if (options.onExit?.(exit, ranMs) === false) return;
      if (ranMs > STABLE_AFTER_MS) restartDelayMs = FIRST_RESTART_MS;
      options.say(`${options.name} ${reason}; it is started again in ${(restartDelayMs / 1000).toFixed(1)} s.`);
      restartTimer = setTimeout(start, restartDelayMs);
      restartDelayMs = Math.min(restartDelayMs * 2, SLOWEST_RESTART_MS);
    };
    started.on('error', ({ message }) => {
      onEnd({ code: null, signal: null, lastWords: message }, `could not be started (${message})`);
    });
    // Not `exit`: what it said last may still be on its way.
    started.on('close', (code, signal) => {
      onEnd({ code, signal, lastWords: lastWords() }, `ended (${signal ?? `exit code ${String(code)}`})`);
    });
  };
  start();
  const hasStopped = () => stopping;

  return {
    name: options.name,
    pid: () => child?.pid,
    async restart(graceMs = 10_000) {
      if (stopping || isRestarting) return;
      isRestarting = true;
      clearTimeout(restartTimer);
      if (child !== undefined) await endProcess(child, graceMs);
      isRestarting = false;
      restartDelayMs = FIRST_RESTART_MS;
      if (!hasStopped()) start();
    },
    async stop(graceMs = 10_000) {
      stopping = true;
      clearTimeout(restartTimer);
      if (child !== undefined) await endProcess(child, graceMs);
      log.end();
    },
  };
}

/** Sends output to the log or to `onLine`; the returned function gives the last line of standard error so far. */
function captureOutput(
  child: ChildProcess,
  log: WriteStream,
  onLine: ((line: string) => void) | undefined,
): () => string {
  let errorTail = '';
  child.stdin?.on('error', () => undefined);
  child.stderr?.on('data', (chunk: Buffer) => {
    log.write(chunk);
    errorTail = (errorTail + chunk.toString()).slice(-TAIL_KEPT_CHARACTERS);
  });
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    if (onLine === undefined) {
      log.write(chunk);
      return;
    }
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  return () => errorTail.trimEnd().split('\n').at(-1) ?? '';
}

async function endProcess(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const insist = setTimeout(() => {
    // The whole group: a shell in between must not leave its child behind.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, graceMs);
  await ended;
  clearTimeout(insist);
}

const LOG_KEPT_BYTES = 8 * 1024 * 1024;

/** Appends to `file`; one that has grown large moves aside first, and replaces the one moved aside before. */
async function openLog(file: string): Promise<WriteStream> {
  const sizeBytes = await stat(file).then(
    (entry) => entry.size,
    () => 0,
  );
  if (sizeBytes > LOG_KEPT_BYTES) {
    await rm(`${file}.old`, { force: true });
    await rename(file, `${file}.old`);
  }
  return createWriteStream(file, { flags: 'a', mode: 0o600 });
}
