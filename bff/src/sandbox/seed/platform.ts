import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { composeImage } from './image.ts';
import type { SeedLayer } from './layer.ts';
import { folderEntries } from './machine-files.ts';
import type { Placement } from './push.ts';
import type { Workshop } from './workshop.ts';

const EVERYWHERE = ['development', 'testing', 'staging', 'production', 'branch-north', 'branch-south'];

/** busybox, as the single-segment repository `library/busybox`. */
export function busyboxPlacements(workshop: Workshop): Placement[] {
  const [files] = workshop.shellLayers;
  if (workshop.busybox === undefined || files === undefined) return [];
  const version = /v(\d+\.\d+\.\d+)/.exec(execFileSync(workshop.busybox, ['--help'], { encoding: 'utf8' }))?.[1];
  const artifact = composeImage({
    layers: [files],
    run: { Env: ['PATH=/bin'], Cmd: ['sh'], Labels: { 'org.opencontainers.image.title': 'busybox' } },
    createdAt: workshop.daysAgo(60),
    platform: workshop.platform,
  });
  const tags = version === undefined ? ['latest'] : [...shortened(version), 'latest'];
  return EVERYWHERE.map((registryId) => ({ registryId, repository: 'library/busybox', artifact, tags }));
}

/** The Node runtime that runs the sandbox itself. */
export function nodePlacements(workshop: Workshop, node: SeedLayer): Placement[] {
  const version = process.versions.node;
  const artifact = composeImage({
    layers: [...workshop.shellLayers, node],
    run: {
      Env: ['PATH=/usr/local/bin:/bin', `NODE_VERSION=${version}`],
      Entrypoint: ['node'],
      Labels: { 'org.opencontainers.image.title': 'node', 'org.opencontainers.image.version': version },
    },
    createdAt: workshop.daysAgo(21),
    platform: workshop.platform,
  });
  const tags = [...shortened(version), 'latest'];
  const registries = EVERYWHERE.filter((registryId) => registryId !== 'branch-south');
  return registries.map((registryId) => ({ registryId, repository: 'platform/node', artifact, tags }));
}

/** What the server needs beside its bundle, because it could not be bundled (see scripts/build.ts). */
const UNBUNDLED = ['@electric-sql/pglite', 'swagger-ui-dist'];

/** This build of Longshore, runnable: `docker run -p 8080:8080 …/platform/longshore`. */
export async function longshorePlacements(workshop: Workshop, node: SeedLayer, root: string): Promise<Placement[]> {
  const isShipped = (file: string) => !file.endsWith('.map') && !path.basename(file).startsWith('.');
  const entries = [
    { path: 'app/package.json', content: '{ "type": "module" }\n' },
    ...(await folderEntries(path.join(root, 'bff/dist'), 'app/bff/dist', isShipped)),
    ...(await folderEntries(path.join(root, 'web/dist'), 'app/web/dist', isShipped)),
  ];
  // Run from the sources there is no build to ship.
  if (!entries.some((entry) => entry.path === 'app/bff/dist/longshore.js')) return [];
  const description = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const packages = [];
  for (const name of UNBUNDLED) {
    packages.push(
      ...(await folderEntries(path.join(root, 'bff/node_modules', name), `app/bff/node_modules/${name}`, isShipped)),
    );
  }
  const artifact = composeImage({
    layers: [
      ...workshop.shellLayers,
      node,
      await workshop.layer(packages, { createdBy: 'COPY node_modules /app/bff/node_modules' }),
      await workshop.layer([...entries, { path: 'data', directory: true, mode: 0o777 }], {
        createdBy: `COPY dist /app # Longshore ${description.version}`,
      }),
    ],
    run: {
      Env: [
        'PATH=/usr/local/bin:/bin',
        'NODE_ENV=production',
        'HOST=0.0.0.0',
        'PORT=8080',
        'LONGSHORE_DATA=/data',
        'MALLOC_ARENA_MAX=2',
      ],
      ExposedPorts: { '8080/tcp': {} },
      Volumes: { '/data': {} },
      User: '10001:10001',
      WorkingDir: '/data',
      Entrypoint: ['node', '--max-semi-space-size=4', '/app/bff/dist/longshore.js'],
      Cmd: ['serve'],
      Labels: {
        'org.opencontainers.image.title': 'Longshore',
        'org.opencontainers.image.version': description.version,
        'org.opencontainers.image.base.name': `platform/node:${process.versions.node}`,
      },
    },
    createdAt: workshop.epoch,
    platform: workshop.platform,
  });
  const placed = { repository: 'platform/longshore', artifact, mountFrom: 'platform/node' };
  return ['development', 'testing'].map((registryId) => ({
    registryId,
    ...placed,
    tags: [description.version, 'edge'],
  }));
}

/** `1.35.0` as `1.35.0`, `1.35` and `1`. */
function shortened(version: string): string[] {
  const parts = version.split('.');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('.'));
}
