import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface ControlSocket {
  readonly path: string;
  close(): Promise<void>;
}

// The kernel takes no longer path of a socket.
const pathMaxLength = 100;
const lineMaxLength = 200;

/** Where the console asks the sandbox to restart a registry: only the owner of the data directory reaches it. */
export async function openControlSocket(
  dataDirectory: string,
  restart: (registryId: string) => Promise<boolean>,
): Promise<ControlSocket> {
  const usual = path.join(dataDirectory, 'control.sock');
  const elsewhere = usual.length > pathMaxLength ? await mkdtemp(path.join(tmpdir(), 'longshore-')) : undefined;
  const socketPath = elsewhere === undefined ? usual : path.join(elsewhere, 'control.sock');
  // Of a sandbox that was killed: the lock on the data directory says that nobody listens.
  await rm(socketPath, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    answer(socket, restart).catch(() => socket.destroy());
  });
  server.listen(socketPath);
  await once(server, 'listening');
  await chmod(socketPath, 0o600);
  return {
    path: socketPath,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      await rm(elsewhere ?? socketPath, { recursive: true, force: true });
    },
  };
}

async function answer(socket: Socket, restart: (registryId: string) => Promise<boolean>): Promise<void> {
  let said = '';
  for await (const piece of socket.setEncoding('utf8')) {
    said += String(piece);
    if (said.length > lineMaxLength) break;
  }
  const registryId = /^restart ([a-z0-9-]+)\n$/.exec(said)?.[1];
  const isDone = registryId !== undefined && (await restart(registryId));
  socket.end(isDone ? 'done\n' : 'There is no such registry here.\n');
}
