import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseFolderInUseError, lockFolder } from './folder-lock.ts';

describe('The lock of a database folder', () => {
  let parent: string;
  beforeEach(async () => {
    parent = await mkdtemp(path.join(os.tmpdir(), 'longshore-lock-'));
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  it('lets one in, and the next after it', async () => {
    const folder = path.join(parent, 'database');
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(DatabaseFolderInUseError);
    await unlock();
    const unlockAgain = await lockFolder(folder);
    await unlockAgain();
  });

  it('is gone with a process that was killed', async () => {
    const folder = path.join(parent, 'database');
    const module = path.join(import.meta.dirname, 'folder-lock.ts');
    const script = `
      const { lockFolder } = await import(${JSON.stringify(module)});
      await lockFolder(${JSON.stringify(folder)});
      process.stdout.write('held');
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    await once(child.stdout, 'data');
    await expect(lockFolder(folder)).rejects.toThrow(/Another Longshore process uses the embedded database/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const unlock = await lockFolder(folder);
    await unlock();
  });

  it('works in a folder whose path is longer than a socket’s may be', async () => {
    const folder = path.join(parent, 'a'.repeat(60), 'b'.repeat(60));
    await expect(lockFolder(folder).then((unlock) => unlock())).resolves.toBeUndefined();
  });
});
