import { rm } from 'node:fs/promises';
import net from 'node:net';
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

/** Linux refuses socket paths above 107 bytes; an abstract name is no substitute, as it is shared by network namespaces. */
const SOCKET_PATH_LIMIT_BYTES = 107;

/**
 * Holds a folder for this process by listening on a socket beside it. The kernel lets go of the socket with the process,
 * however it ends, so that a crash leaves no lock behind; a file with a process id would.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const whole = path.resolve(`${folder}.lock`);
  const relative = path.relative(process.cwd(), whole);
  const socketPath = Buffer.byteLength(whole) <= SOCKET_PATH_LIMIT_BYTES ? whole : relative;
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
