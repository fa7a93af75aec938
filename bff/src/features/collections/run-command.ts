import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

export interface CommandOptions {
  /** An argument list; no shell reads it. */
  readonly command: readonly string[];
  /** All that it sees of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** One that throws ends the command. */
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface CommandExit {
  /** Null where a signal ended it, or it could not be started. */
  readonly code: number | null;
  readonly signal: string | null;
  /** The last line that it said. */
  readonly lastWords: string;
}

const lineMaxLength = 2000;

// It lives no longer than this process: when the other end of its fd 3 is gone, its whole group is killed. The command
// and its arguments are parameters, never text of the script.
const tied = [
  'exec 3<&0',
  '"$@" </dev/null 3<&- & child=$!',
  '(cat <&3 >/dev/null; kill -KILL 0) >/dev/null 2>&1 & watcher=$!',
  'wait $child; code=$?',
  'kill $watcher 2>/dev/null; exit $code',
].join('\n');

/** Runs a command of the server's configuration to its end. Rejects with what `onLine` threw, or the signal's reason. */
export async function runCommand({ command, environment, onLine, signal }: CommandOptions): Promise<CommandExit> {
  signal.throwIfAborted();
  const child = spawn('/bin/sh', ['-c', tied, 'longshore-command', ...command], {
    detached: true,
    env: { ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let failure: { readonly error: unknown } | undefined;
  let lastWords = '';
  const kill = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended at this very moment.
    }
  };
  const take = (line: string): void => {
    if (failure !== undefined) return;
    lastWords = line.trim() === '' ? lastWords : line;
    try {
      onLine(line);
    } catch (error) {
      failure = { error };
      kill();
    }
  };
  const onAbort = (): void => {
    failure ??= { error: signal.reason };
    kill();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  child.stdin.on('error', () => undefined);
  for (const stream of [child.stdout, child.stderr]) readLines(stream, take);
  try {
    const exit = await new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.once('error', (error) => {
        lastWords = error.message;
        resolve({ code: null, signal: null });
      });
      // Lets go of the watcher, which would keep the output open.
      child.once('exit', () => child.stdin.destroy());
      child.once('close', (code, name) => resolve({ code, signal: name }));
    });
    if (failure !== undefined) throw failure.error;
    return { ...exit, lastWords };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function readLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (piece: Buffer) => {
    const lines = (rest + decoder.write(piece)).split('\n');
    // A program that never ends its line must not fill the memory.
    rest = (lines.pop() ?? '').slice(0, lineMaxLength);
    for (const line of lines) take(line.slice(0, lineMaxLength));
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}
