import { createConnection } from 'node:net';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

// What the console of the sandbox is configured to run for its garbage collections, beside the registry's own program:
//   restart SOCKET REGISTRY   has the sandbox restart one of its registries
//   measure FOLDER            says how many bytes the files in it take
const [what, where = '', registryId = ''] = process.argv.slice(2);

if (what === 'restart') process.exitCode = await restart(where, registryId);
else if (what === 'measure') process.stdout.write(`${await sizeOf(where)}\n`);
else process.exitCode = 64;

async function restart(socket: string, id: string): Promise<number> {
  const connection = createConnection(socket);
  connection.end(`restart ${id}\n`);
  let said = '';
  for await (const piece of connection.setEncoding('utf8')) said += String(piece);
  process.stdout.write(said);
  return said.startsWith('done') ? 0 : 1;
}

async function sizeOf(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // What goes while it is counted takes no room.
    const found = await stat(path.join(entry.parentPath, entry.name)).catch(() => undefined);
    sizeBytes += found?.size ?? 0;
  }
  return sizeBytes;
}
