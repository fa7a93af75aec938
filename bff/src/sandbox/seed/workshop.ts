import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { SeedPlatform } from './image.ts';
import { buildLayer, type LayerEntry, type LayerSettings, type SeedLayer } from './layer.ts';
import { busyboxEntries, certificatesAndZones, findBusybox, programWithLibraries } from './machine-files.ts';

/** What every image of the seed is made with. */
export interface Workshop {
  /** Of this machine: its programs are what the images hold. */
  readonly platform: SeedPlatform;
  /** The first seeding's start; the same in every resumed run, so that digests are the same too. */
  readonly epoch: Date;
  /** Static busybox with its applets, and authorities and time zones; empty where there is no busybox. */
  readonly shellLayers: readonly SeedLayer[];
  readonly busybox: string | undefined;
  layer(entries: readonly LayerEntry[], settings: LayerSettings): Promise<SeedLayer>;
  daysAgo(days: number): Date;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export async function openWorkshop(scratchDirectory: string, epoch: Date): Promise<Workshop> {
  const layer: Workshop['layer'] = (entries, settings) =>
    buildLayer(path.join(scratchDirectory, `${randomUUID()}.tar.gz`), entries, settings);
  const busybox = await findBusybox();
  const shellLayers =
    busybox === undefined
      ? []
      : [
          await layer(await busyboxEntries(busybox), { createdBy: 'COPY busybox /bin/ # busybox and its applets' }),
          await layer(await certificatesAndZones(), {
            createdBy: 'COPY ca-certificates.crt zoneinfo / # authorities and time zones',
          }),
        ];
  return {
    platform: { os: 'linux', architecture: ARCHITECTURES[process.arch] ?? process.arch },
    epoch,
    shellLayers,
    busybox,
    layer,
    daysAgo: (days) => new Date(epoch.getTime() - days * 86_400_000),
  };
}

/** The Node runtime that runs this very process, with its libraries. */
export async function nodeLayer(workshop: Workshop): Promise<SeedLayer> {
  return workshop.layer(await programWithLibraries(process.execPath, 'usr/local/bin/node'), {
    createdBy: `COPY node /usr/local/bin/node # Node ${process.versions.node} and the libraries it loads`,
    // 127 MB: level 6 takes twice the CPU time of level 2 for 7 % less.
    compressionLevel: 2,
  });
}
