import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RealRegistry } from '../testing/real-registry.ts';
import type { Image } from './bench-images.ts';
import { run } from './figures.ts';

/** It is beside us only where somebody has put it on PATH. */
export const hasRegsync = spawnSync('regsync', ['version'], { stdio: 'ignore' }).status === 0;

export async function regsyncOnce(
  source: RealRegistry,
  target: RealRegistry,
  images: readonly Image[],
  directory: string,
): Promise<void> {
  const file = path.join(directory, 'regsync.yml');
  const names = [...new Set(images.map(({ repository }) => repository))];
  const content = {
    version: 1,
    creds: [source, target].map(({ host }) => ({ registry: host, tls: 'disabled' })),
    // As many at once as the bound has connections.
    defaults: { parallel: 8 },
    sync: names.map((name) => ({
      source: `${source.host}/${name}`,
      target: `${target.host}/${name}`,
      type: 'repository',
    })),
  };
  // JSON is YAML.
  await writeFile(file, JSON.stringify(content));
  await run('regsync', ['once', '-c', file]);
}
