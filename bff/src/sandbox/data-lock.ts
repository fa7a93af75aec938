import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SandboxError } from './sandbox-error.ts';

export interface DataLock {
  /** What a second start on this data is told about the first one. */
  describe(text: string): void;
  release(): Promise<void>;
}

/**
 * Holds `dataDirectory` for this process by listening on a socket. The kernel closes it however the process ends, so
 * there is no stale lock to judge by process id.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<DataLock> {
  const socketPath = lockSocketPath(dataDirectory);
  let description = `process ${process.pid}`;
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(description);
  });
  if (!(await tryListen(server, socketPath))) {
    const holder = await askHolder(socketPath);
    if (holder !== undefined) throw alreadyRunning(dataDirectory, holder);
    await rm(socketPath, { force: true });
    if (!(await tryListen(server, socketPath))) throw alreadyRunning(dataDirectory, 'another start');
  }
  server.unref();
  return {
    describe: (text) => {
      description = text;
    },
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function alreadyRunning(dataDirectory: string, holder: string): SandboxError {
  return new SandboxError(
    `Longshore already runs on ${dataDirectory} (${holder}). Stop it first, or name another directory in LONGSHORE_DATA.`,
  );
}

/** Socket paths are limited to about 100 bytes, which a deep checkout exceeds. */
function lockSocketPath(dataDirectory: string): string {
  const beside = path.join(dataDirectory, 'sandbox.sock');
  if (Buffer.byteLength(beside) < 100) return beside;
  const name = createHash('sha256').update(dataDirectory).digest('hex').slice(0, 16);
  return path.join(tmpdir(), `longshore-${name}.sock`);
}

function tryListen(server: net.Server, socketPath: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    server.once('error', onError);
    server.listen(socketPath, () => {
      server.off('error', onError);
      resolve(true);
    });
  });
}

/** What the holder says of itself; undefined when nobody listens any more. */
function askHolder(socketPath: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect(socketPath);
    socket.setTimeout(2_000, () => {
      socket.destroy();
      resolve('it does not answer');
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('error', () => resolve(undefined));
    socket.on('end', () => resolve(answer));
  });
}
