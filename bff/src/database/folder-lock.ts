import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export class DatabaseFolderInUseError extends Error {
  override readonly name = 'DatabaseFolderInUseError';
  readonly folder: string;
  constructor(folder: string) {
    super(`Another Longshore process uses the embedded database in ${folder}: stop it first, or use another folder.`);
    this.folder = folder;
  }
}

function listenOn(socketPath: string): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', reject);
    server.listen(socketPath, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Linux refuses longer socket paths; macOS already at 104. */
const SOCKET_PATH_LIMIT_BYTES = 103;

/**
 * Beside the folder. Where that is too long, in the folder for temporary files under a name made from the path: still the
 * same for every process of this machine. An abstract name would not be, as containers have their own.
 */
function socketPathFor(folder: string): string {
  const beside = path.resolve(`${folder}.lock`);
  if (Buffer.byteLength(beside) <= SOCKET_PATH_LIMIT_BYTES) return beside;
  const name = createHash('sha256').update(path.resolve(folder)).digest('hex').slice(0, 32);
  return path.join(os.tmpdir(), `longshore-${name}.lock`);
}

/**
 * Holds a folder for this process by listening on a socket beside it. The kernel lets go of the socket with the process,
 * however it ends, so that a crash leaves no lock behind; a file with a process id would.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const socketPath = socketPathFor(folder);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const server = await listenOn(socketPath);
      return () => new Promise((resolve) => server.close(() => resolve()));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (attempt >= 3 || (await answers(socketPath))) throw new DatabaseFolderInUseError(folder);
      // Left by a process that was killed: nobody answers on it.
      await rm(socketPath, { force: true });
    }
  }
}
