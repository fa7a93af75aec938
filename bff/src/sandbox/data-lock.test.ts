import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDirectory } from './data-lock.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'longshore-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the lock of the data directory', () => {
  it('refuses a second holder and says where the first one is', async () => {
    const lock = await lockDataDirectory(directory);
    lock.describe('process 1, http://127.0.0.1:8080');
    await expect(lockDataDirectory(directory)).rejects.toThrow(
      `Longshore already runs on ${directory} (process 1, http://127.0.0.1:8080). Stop it first, or name another directory in LONGSHORE_DATA.`,
    );
    await lock.release();
  });

  it('is free again after its release', async () => {
    await (await lockDataDirectory(directory)).release();
    await (await lockDataDirectory(directory)).release();
  });

  it('is not held by what a killed holder left behind', async () => {
    await writeFile(path.join(directory, 'sandbox.sock'), '');
    await (await lockDataDirectory(directory)).release();
  });

  it('works in a directory whose path is too long for a socket', async () => {
    const deep = path.join(directory, 'deep'.repeat(30));
    const lock = await lockDataDirectory(deep);
    await expect(lockDataDirectory(deep)).rejects.toThrow('already runs');
    await lock.release();
  });
});
