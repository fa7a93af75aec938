import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf, mediaTypes, type RegistryClient } from '../../../registry-client/index.ts';

export interface PushedManifest {
  readonly digest: string;
  /** The manifest, its config and layers; for an index, its children too. */
  readonly totalSizeBytes: number;
  readonly manifest: { readonly bytes: Buffer; readonly mediaType: string };
}

export interface ImageOptions {
  readonly layers: number;
  readonly architecture?: string;
  /** Merged into the config. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Merged into the manifest. */
  readonly manifest?: Readonly<Record<string, unknown>>;
}

async function pushBlob(client: RegistryClient, repository: string, bytes: Buffer, mediaType: string) {
  const digest = digestOf(bytes);
  await client.pushBlob(repository, { digest, sizeBytes: bytes.length }, () => Readable.from([bytes]));
  return { mediaType, digest, size: bytes.length };
}

/** A small image of random layers. */
export async function pushImage(
  client: RegistryClient,
  repository: string,
  reference: string | undefined,
  options: ImageOptions,
): Promise<PushedManifest> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: options.architecture ?? 'amd64',
      os: 'linux',
      created: '2026-01-02T03:04:05Z',
      config: { Env: ['PATH=/bin'], Cmd: ['/bin/app'], Labels: { team: 'payments' } },
      rootfs: { type: 'layers', diff_ids: [] },
      history: Array.from({ length: options.layers }, (_, index) => ({ created_by: `COPY ${index} /` })),
      ...options.config,
    }),
  );
  const layers = [];
  for (let index = 0; index < options.layers; index += 1) {
    layers.push(await pushBlob(client, repository, randomBytes(512), mediaTypes.ociLayerGzip));
  }
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: await pushBlob(client, repository, config, mediaTypes.ociConfig),
      layers,
      ...options.manifest,
    }),
  );
  const manifest = { bytes, mediaType: mediaTypes.ociManifest };
  const digest = digestOf(bytes);
  await client.putManifest(repository, reference ?? digest, manifest);
  const totalSizeBytes = bytes.length + config.length + layers.reduce((sum, { size }) => sum + size, 0);
  return { digest, totalSizeBytes, manifest };
}

/** An index of one image for each architecture, and an attestation that runs nowhere. */
export async function pushIndex(
  client: RegistryClient,
  repository: string,
  tag: string,
  architectures: readonly string[],
): Promise<PushedManifest> {
  const children = [];
  let totalSizeBytes = 0;
  for (const architecture of [...architectures, 'unknown']) {
    const child = await pushImage(client, repository, undefined, { layers: 1, architecture });
    const os = architecture === 'unknown' ? 'unknown' : 'linux';
    totalSizeBytes += child.totalSizeBytes;
    children.push({
      mediaType: mediaTypes.ociManifest,
      digest: child.digest,
      size: child.manifest.bytes.length,
      platform: { architecture, os },
    });
  }
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: children }));
  const manifest = { bytes, mediaType: mediaTypes.ociIndex };
  await client.putManifest(repository, tag, manifest);
  return { digest: digestOf(bytes), totalSizeBytes: totalSizeBytes + bytes.length, manifest };
}

/** Where a registry's notifications go; what is done with them may change from test to test. */
export async function startEventReceiver() {
  let handler: ((envelope: unknown) => Promise<unknown>) | undefined;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const envelope: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'));
      Promise.resolve(handler?.(envelope)).then(
        () => response.writeHead(202).end(),
        () => response.writeHead(500).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    onEnvelope(next: ((envelope: unknown) => Promise<unknown>) | undefined) {
      handler = next;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const patienceMs = 30_000;

/** Waits for what happens by itself; the message says what did not. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const endsAt = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > endsAt) throw new Error(`Waited ${patienceMs / 1000} s in vain for ${what}.`);
    await sleep(20);
  }
}
