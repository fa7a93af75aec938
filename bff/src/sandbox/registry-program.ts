import { canInstallPackages, findOnPath, installDebianPackage, succeeds } from './executables.ts';
import { SandboxError } from './sandbox-error.ts';
import type { Command, LastSignal } from './tied-command.ts';

/** How to run one registry process for a given configuration file. */
export interface RegistryProgram {
  readonly name: string;
  command(configFile: string, registryId: string, dataDirectory: string): Command;
  /** Its own garbage collection, or a dry run of it. */
  collectCommand(configFile: string, dataDirectory: string, isDry: boolean): Command;
  /** What ends the process for certain: Docker's client passes TERM on to the container, but cannot pass on KILL. */
  readonly lastSignal: LastSignal;
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
  return {
    name: file,
    command: (configFile) => [file, 'serve', configFile],
    collectCommand: (configFile, _dataDirectory, isDry) => [file, ...collecting(configFile, isDry)],
    lastSignal: 'SIGKILL',
  };
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
    collectCommand: (configFile, dataDirectory, isDry) => [
      docker,
      'run',
      '--rm',
      '--network',
      'none',
      '--user',
      `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
      '--volume',
      `${dataDirectory}:${dataDirectory}`,
      'registry:3',
      ...collecting(configFile, isDry),
    ],
    lastSignal: 'SIGTERM',
  };
}

function collecting(configFile: string, isDry: boolean): string[] {
  return ['garbage-collect', ...(isDry ? ['--dry-run'] : []), configFile];
}
