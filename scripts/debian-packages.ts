import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** What the tests run against, and where each package puts its proof of presence. */
const NEEDED: ReadonlyArray<{ package: string; program?: string; file?: string }> = [
  { package: 'chromium', program: 'chromium' },
  { package: 'docker-registry', program: 'docker-registry' },
  { package: 'skopeo', program: 'skopeo' },
  { package: 'nginx-light', program: 'nginx' },
  { package: 'docker.io', program: 'dockerd' },
  { package: 'postgresql', file: '/usr/lib/postgresql/*/bin/postgres' },
  { package: 'redis-server', program: 'redis-server' },
  { package: 'fonts-noto-cjk', file: '/usr/share/fonts/opentype/noto/NotoSansCJK*' },
];

/** Installs the Debian packages the tests need. Returns a sentence when some are missing and stay so. */
export function ensureDebianPackages(): string | undefined {
  const missing = NEEDED.filter((needed) => !isPresent(needed)).map((needed) => needed.package);
  if (missing.length === 0) return undefined;
  const byHand = `apt-get install ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) return `The tests need ${missing.join(', ')}. As root: ${byHand}.`;
  if (onPath('apt-get') === undefined) return `The tests need ${missing.join(', ')}, as on Debian: ${byHand}.`;

  console.log(`Installing ${missing.join(', ')} from the distribution’s packages (once) …`);
  const lists = '/var/lib/apt/lists';
  const hasLists = existsSync(lists) && readdirSync(lists).some((file) => file.includes('_Packages'));
  if (!hasLists) aptGet(['update']);
  let result = aptGet(['install', '-y', '--no-install-recommends', ...missing]);
  if (result.status !== 0 && hasLists) {
    // Old lists name versions that the archive no longer has.
    aptGet(['update']);
    result = aptGet(['install', '-y', '--no-install-recommends', ...missing]);
  }
  if (result.status === 0) return undefined;
  return `${byHand} failed:\n${result.stdout}${result.stderr}`;
}

function isPresent({ program, file }: { program?: string; file?: string }): boolean {
  if (program !== undefined) return onPath(program) !== undefined;
  return file !== undefined && globSync(file).length > 0;
}

function onPath(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/local/bin', '/usr/bin', '/usr/sbin'];
  return folders.map((folder) => path.join(folder, program)).find((candidate) => existsSync(candidate));
}

function aptGet(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('apt-get', args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    // Run level 1 keeps Debian from starting the daemons it installs: the tests run their own.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
}
