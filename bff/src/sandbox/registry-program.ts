import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { SandboxError } from './sandbox-error.ts';

/** How to run one registry process for a given configuration file. */
export interface RegistryProgram {
  readonly name: string;
  command(configFile: string, registryId: string, dataDirectory: string): readonly [string, ...string[]];
  /** What ends the process for certain: Docker's client passes TERM on to the container, but cannot pass on KILL. */
  readonly lastSignal: 'SIGKILL' | 'SIGTERM';
}

/** Finds a Distribution registry: on PATH, from Debian's packages when root, or through Docker as `registry:3`. */
export async function findRegistryProgram(say: (line: string) => void): Promise<RegistryProgram> {
  const present = (await findOnPath('docker-registry')) ?? (await findOnPath('registry'));
  if (present !== undefined) return nativeProgram(present);

  if (await canInstallPackages()) {
    say('Installing docker-registry from the distribution’s packages (once).');
    const installed = await installDebianPackage('docker-registry');
    const program = installed ? await findOnPath('docker-registry') : undefined;
    if (program !== undefined) return nativeProgram(program);
  }

  if ((await findOnPath('docker')) !== undefined && (await succeeds('docker', ['version']))) {
    return dockerProgram('docker');
  }

  throw new SandboxError(
    'The sandbox needs a registry program and found none. Install one (on Debian: apt-get install docker-registry), ' +
      'put `registry` from github.com/distribution/distribution on PATH, or start a Docker engine, then run npm start again.',
  );
}

function nativeProgram(file: string): RegistryProgram {
  return { name: file, command: (configFile) => [file, 'serve', configFile], lastSignal: 'SIGKILL' };
}

/** Host networking and equal paths inside and outside let the container use the very same configuration file. */
function dockerProgram(docker: string): RegistryProgram {
  return {
    name: 'docker run registry:3',
    command: (configFile, registryId, dataDirectory) => [
      docker,
      'run',
      '--rm',
      '--name',
      `longshore-${registryId}-${process.pid}`,
      '--network',
      'host',
      '--user',
      `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
      '--env',
      'OTEL_TRACES_EXPORTER=none',
      '--volume',
      `${dataDirectory}:${dataDirectory}`,
      'registry:3',
      'serve',
      configFile,
    ],
    lastSignal: 'SIGTERM',
  };
}

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

async function canInstallPackages(): Promise<boolean> {
  return process.getuid?.() === 0 && (await findOnPath('apt-get')) !== undefined;
}

/** Installs a package of the distribution when that is possible at all; false when it is not. */
export async function installDebianPackage(name: string): Promise<boolean> {
  if (!(await canInstallPackages())) return false;
  const install = () => succeeds('apt-get', ['install', '-y', '--no-install-recommends', name]);
  // A fresh machine has no package lists; an up-to-date one should not wait for them.
  return (await install()) || ((await succeeds('apt-get', ['update'])) && (await install()));
}

function succeeds(command: string, args: readonly string[]): Promise<boolean> {
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
