import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/** The full path of an executable on PATH. The sbin folders are looked into as well: Debian leaves them off for users. */
export async function findOnPath(name: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/local/bin', '/usr/bin', '/usr/sbin'];
  for (const folder of folders.filter(Boolean)) {
    const file = path.join(folder, name);
    try {
      await access(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

export async function canInstallPackages(): Promise<boolean> {
  return process.getuid?.() === 0 && (await findOnPath('apt-get')) !== undefined;
}

/** Installs a package of the distribution when that is possible at all; false when it is not. */
export async function installDebianPackage(name: string): Promise<boolean> {
  if (!(await canInstallPackages())) return false;
  const install = () => succeeds('apt-get', ['install', '-y', '--no-install-recommends', name]);
  // A fresh machine has no package lists; an up-to-date one should not wait for them.
  return (await install()) || ((await succeeds('apt-get', ['update'])) && (await install()));
}

/** Runs a command without showing anything of it. */
export function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: 'ignore',
      // Debian starts installed daemons at once; the sandbox runs its own.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}
