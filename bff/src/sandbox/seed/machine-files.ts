import { execFile } from 'node:child_process';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { LayerEntry } from './layer.ts';
import { findOnPath, installDebianPackage } from '../executables.ts';

/** `program` at `target` inside the image, with the shared libraries it needs at their own places. */
export async function programWithLibraries(program: string, target: string): Promise<LayerEntry[]> {
  const libraries = await sharedLibraries(program);
  return [
    ...libraries.map((library) => ({ path: library.slice(1), copyOf: library, mode: 0o755 })),
    { path: target, copyOf: await realpath(program), mode: 0o755 },
  ];
}

/** Paths as the loader looks for them; none for a static program. */
async function sharedLibraries(program: string): Promise<string[]> {
  const output = await outputOf('ldd', [program]);
  const paths = [...(output ?? '').matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map((match) => match[1] ?? '');
  return [...new Set(paths)].toSorted();
}

/** The busybox of this machine, installed when that is possible; undefined where there is none. */
export async function findBusybox(): Promise<string | undefined> {
  const present = await findOnPath('busybox');
  if (present !== undefined) return present;
  await installDebianPackage('busybox-static');
  return findOnPath('busybox');
}

export async function busyboxEntries(busybox: string): Promise<LayerEntry[]> {
  const applets = (await outputOf(busybox, ['--list'])) ?? 'sh\n';
  return [
    ...(await programWithLibraries(busybox, 'bin/busybox')),
    ...applets
      .split('\n')
      .filter((name) => /^[\w[-]+$/.test(name) && name !== 'busybox')
      .map((name) => ({ path: `bin/${name}`, linkTo: 'busybox' })),
    { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\napp:x:10001:10001:app:/home/app:/bin/sh\n' },
    { path: 'etc/group', content: 'root:x:0:\napp:x:10001:\n' },
    { path: 'home/app', directory: true },
    { path: 'root', directory: true, mode: 0o700 },
    { path: 'tmp', directory: true, mode: 0o1777 },
  ];
}

/** Authorities and time zones as this machine has them; what is missing is left out. */
export async function certificatesAndZones(): Promise<LayerEntry[]> {
  const entries: LayerEntry[] = [];
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  if (await exists(authorities)) entries.push({ path: authorities.slice(1), copyOf: authorities });
  for (const region of ['Asia', 'Europe', 'Etc']) {
    entries.push(...(await folderEntries(`/usr/share/zoneinfo/${region}`, `usr/share/zoneinfo/${region}`)));
  }
  return entries;
}

/** Every file below `source`, as `target/…`; none when the folder does not exist. */
export async function folderEntries(
  source: string,
  target: string,
  wanted: (file: string) => boolean = () => true,
): Promise<LayerEntry[]> {
  if (!(await exists(source))) return [];
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(source, path.join(entry.parentPath, entry.name)))
    .filter(wanted)
    .toSorted();
  return files.map((file) => ({ path: `${target}/${file}`, copyOf: path.join(source, file) }));
}

// dpkg-query's own placeholder.
const VERSION_FORMAT = '${Version}';

/** Name and version of the Debian package a file belongs to, for the SBOM; undefined elsewhere. */
export async function debianPackageOf(file: string): Promise<{ name: string; version: string } | undefined> {
  const owner = (await outputOf('dpkg-query', ['--search', file]))?.split(':')[0]?.trim();
  if (owner === undefined || owner === '') return undefined;
  const version = await outputOf('dpkg-query', ['--show', '--showformat', VERSION_FORMAT, owner]);
  return version === undefined ? undefined : { name: owner, version: version.trim() };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { encoding: 'utf8' }, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
}
