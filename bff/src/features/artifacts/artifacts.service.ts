import type { Scope } from '../../access/scope.ts';
import {
  isDigest,
  isIndex,
  isManifest,
  isRegistryError,
  type Manifest,
  ManifestError,
  parseManifest,
  type RegistryError,
} from '../../registry-client/index.ts';
import type { CatalogService } from '../catalog/catalog.service.ts';
import type { RegistriesService } from '../registries/registries.service.ts';
import type { ArtifactsView, ManifestRow, Place, TagOfDigest } from './artifacts.view.ts';
import { type ReadConfig, readImageConfig } from './image-config.ts';

export interface Coordinates extends Place {
  readonly reference: string;
}

export class ArtifactNotFoundError extends Error {
  override readonly name = 'ArtifactNotFoundError';
}

export class ArtifactRegistryNotFoundError extends Error {
  override readonly name = 'ArtifactRegistryNotFoundError';
}

/** The catalog does not hold it and its registry does not answer. */
export class ArtifactUnavailableError extends Error {
  override readonly name = 'ArtifactUnavailableError';
  readonly code: string;

  constructor(error: RegistryError | undefined, registryName: string) {
    super(error?.sentence ?? `${registryName} did not answer in time.`, { cause: error });
    this.code = error?.code ?? 'timeout';
  }
}

export interface PlatformEntry {
  readonly digest: string;
  readonly mediaType: string;
  readonly platform: { os: string; architecture: string; variant: string | null; osVersion: string | null } | null;
  readonly isAttestation: boolean;
  readonly totalSizeBytes: number | null;
  readonly isPresent: boolean;
}

export interface ArtifactFacts {
  readonly tag: string | null;
  readonly row: ManifestRow;
  /** Undefined for what cannot be read, such as schema 1. */
  readonly manifest: Manifest | undefined;
  readonly tags: readonly TagOfDigest[];
  readonly platforms: readonly PlatformEntry[];
  readonly holders: ReadonlyMap<string, number>;
  readonly config: ReadConfig | undefined;
  readonly elsewhere: Awaited<ReturnType<ArtifactsView['listElsewhere']>>;
}

export interface ArtifactsDeps {
  readonly view: ArtifactsView;
  readonly registries: Pick<RegistriesService, 'clientFor' | 'findRegistry'>;
  readonly catalog: Pick<CatalogService, 'refreshTag' | 'refreshManifest'>;
}

// A page that waits longer for one registry is a page that hangs.
const answerWithinMs = 3_000;
const configWithinMs = 2_000;
const configMaxBytes = 4 * 1024 * 1024;

export class ArtifactsService {
  readonly #deps: ArtifactsDeps;

  constructor(deps: ArtifactsDeps) {
    this.#deps = deps;
  }

  /**
   * @param scope what may be told of other places
   * @throws ArtifactRegistryNotFoundError, ArtifactNotFoundError, ArtifactUnavailableError
   */
  async getArtifact(at: Coordinates, scope: Scope, signal: AbortSignal): Promise<ArtifactFacts> {
    const registry = await this.#deps.registries.findRegistry(at.registryId);
    if (registry === undefined) throw new ArtifactRegistryNotFoundError(at.registryId);
    let row = await this.#fromCatalog(at);
    if (row === undefined) {
      await this.#fromRegistry(at, registry.name, signal);
      row = await this.#fromCatalog(at);
    }
    if (row === undefined) throw new ArtifactNotFoundError(at.reference);
    const manifest = tryParse(row);
    const tag = isDigest(at.reference) ? null : at.reference;
    const layers =
      manifest?.kind === 'manifest' ? manifest.layers : manifest?.kind === 'artifact' ? manifest.blobs : [];
    return {
      tag,
      row,
      manifest,
      tags: await this.#deps.view.listTags(at, row.digest),
      platforms: await platformsOf(this.#deps.view, at, manifest),
      holders: await this.#deps.view.countHolders(
        at.repository,
        layers.map(({ digest }) => digest),
        scope,
      ),
      config: await this.#readConfig(at, row, manifest, signal),
      elsewhere: await this.#deps.view.listElsewhere(at, tag, row.digest, scope),
    };
  }

  async #fromCatalog(at: Coordinates): Promise<ManifestRow | undefined> {
    const digest = isDigest(at.reference) ? at.reference : await this.#deps.view.findTagDigest(at, at.reference);
    return digest === undefined ? undefined : this.#deps.view.findManifest(at, digest);
  }

  async #fromRegistry(at: Coordinates, registryName: string, signal: AbortSignal): Promise<void> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
    const { registryId, repository, reference } = at;
    try {
      if (isDigest(reference))
        await this.#deps.catalog.refreshManifest(registryId, repository, reference, { signal: within });
      else await this.#deps.catalog.refreshTag(registryId, repository, reference, { how: 'scan', signal: within });
    } catch (error) {
      if (isRegistryError(error)) {
        throw new ArtifactUnavailableError(within.aborted ? undefined : error, registryName);
      }
      if (within.aborted) throw new ArtifactUnavailableError(undefined, registryName);
      throw error;
    }
  }

  async #readConfig(
    at: Coordinates,
    row: ManifestRow,
    manifest: Manifest | undefined,
    signal: AbortSignal,
  ): Promise<ReadConfig | undefined> {
    if (row.kind !== 'image' || manifest?.kind !== 'manifest') return undefined;
    const known = await this.#deps.view.findConfig(manifest.config.digest);
    const bytes = known ?? (await this.#configFromRegistry(at, manifest.config.digest, signal));
    return bytes === undefined ? undefined : readImageConfig(bytes, manifest.layers.length);
  }

  /** The page is worth showing without it. */
  async #configFromRegistry(at: Coordinates, digest: string, signal: AbortSignal): Promise<Buffer | undefined> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(configWithinMs)]);
    try {
      const client = await this.#deps.registries.clientFor(at.registryId);
      return await client.readBlob(at.repository, digest, { signal: within, maxBytes: configMaxBytes });
    } catch (error) {
      if (isRegistryError(error) || within.aborted) return undefined;
      throw error;
    }
  }
}

export function createArtifactsService(deps: ArtifactsDeps): ArtifactsService {
  return new ArtifactsService(deps);
}

function tryParse(row: ManifestRow): Manifest | undefined {
  try {
    return parseManifest(row.content, row.mediaType);
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}

async function platformsOf(view: ArtifactsView, at: Place, manifest: Manifest | undefined): Promise<PlatformEntry[]> {
  if (manifest?.kind !== 'index') return [];
  const sizes = await view.listChildSizes(
    at,
    manifest.manifests.map(({ digest }) => digest),
  );
  return manifest.manifests.map((child) => {
    const { platform } = child;
    const isUnknown = platform?.os === 'unknown';
    const isBlob = !isIndex(child.mediaType) && !isManifest(child.mediaType);
    return {
      digest: child.digest,
      mediaType: child.mediaType,
      platform:
        platform === undefined || isUnknown
          ? null
          : {
              os: platform.os,
              architecture: platform.architecture,
              variant: platform.variant ?? null,
              osVersion: platform.osVersion ?? null,
            },
      isAttestation: isUnknown || child.annotations?.['vnd.docker.reference.type'] !== undefined,
      totalSizeBytes: isBlob ? child.sizeBytes : (sizes.get(child.digest) ?? null),
      isPresent: isBlob || sizes.has(child.digest),
    };
  });
}
