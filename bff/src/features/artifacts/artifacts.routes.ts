import { Router } from 'express';
import * as contract from '../../contract/artifacts.ts';
import { isInScope, isRegistryInScope, type Scope } from '../../access/scope.ts';
import { projectOf } from '../../access/subject.ts';
import type { MatrixColumn } from '../../contract/projects.ts';
import { ApiError } from '../../http/api-error.ts';
import { mountEndpoint, type RequestContext } from '../../http/mount-endpoint.ts';
import {
  type ArtifactFacts,
  ArtifactNotFoundError,
  ArtifactRegistryNotFoundError,
  type ArtifactsService,
  ArtifactUnavailableError,
  type Coordinates,
} from './artifacts.service.ts';
import { instant, textRecord } from './image-config.ts';
import type { ReferrersService } from './referrers.service.ts';

export interface ArtifactsRoutesDeps {
  readonly artifacts: ArtifactsService;
  readonly referrers: ReferrersService;
  readonly listColumns: () => Promise<MatrixColumn[]>;
}

export function artifactsRoutes({ artifacts, referrers, listColumns }: ArtifactsRoutesDeps): Router {
  const router = Router();
  const getFacts = async (at: Coordinates, context: RequestContext): Promise<ArtifactFacts> => {
    const scope = await visibleScope(at, context);
    try {
      return await artifacts.getArtifact(at, scope, context.signal);
    } catch (error) {
      throw answerFor(error, at);
    }
  };

  mountEndpoint(router, contract.getArtifact, async ({ query }, context) => {
    const facts = await getFacts(query, context);
    const column = (await listColumns()).find(({ registryId }) => registryId === query.registryId);
    return artifactOf(query, facts, column?.asOf ?? null);
  });

  mountEndpoint(router, contract.listReferrers, async ({ query }, context) => {
    const { row } = await getFacts(query, context);
    return { items: await referrers.listReferrers(query, row.digest, context.signal) };
  });
  return router;
}

/** Asked before the registry is: what is hidden takes no longer, and makes no more noise, than what is not there. */
async function visibleScope(at: Coordinates, { access, audit }: RequestContext): Promise<Scope> {
  const scope = await access.scope('catalog.read');
  const project = projectOf(at.repository);
  if (scope.isEverything || isInScope(scope, project, at.registryId)) return scope;
  audit.note({ project, target: `${at.registryId} ${nameOf(at)}` });
  return access.refuseUnseen(() =>
    isRegistryInScope(scope, at.registryId) ? artifactNotFound(at) : registryNotFound(at),
  );
}

function nameOf({ repository, reference }: Coordinates): string {
  return `${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
}

/** The same words for what does not exist and for what the caller may not know of. */
function registryNotFound({ registryId, repository }: Coordinates): ApiError {
  const project = projectOf(repository);
  const sentence = `There is no registry “${registryId}”, or you may not see what it has of ${project}: a project admin can give you a role in its environment.`;
  return new ApiError('registry-not-found', sentence);
}

function artifactNotFound(at: Coordinates): ApiError {
  return new ApiError('artifact-not-found', `${at.registryId} has no ${nameOf(at)}.`);
}

function answerFor(error: unknown, at: Coordinates): unknown {
  if (error instanceof ArtifactRegistryNotFoundError) return registryNotFound(at);
  if (error instanceof ArtifactNotFoundError) return artifactNotFound(at);
  if (error instanceof ArtifactUnavailableError) {
    return new ApiError('registry-unavailable', error.message, { reason: error.code }, { cause: error });
  }
  return error;
}

function artifactOf(at: Coordinates, facts: ArtifactFacts, asOf: string | null): contract.Artifact {
  const { row, tag, tags, platforms, config, elsewhere } = facts;
  const [platform] = row.platforms;
  return {
    registryId: at.registryId,
    repository: at.repository,
    tag,
    digest: row.digest,
    mediaType: row.mediaType,
    artifactType: row.artifactType,
    kind: row.kind,
    sizeBytes: row.content.length,
    totalSizeBytes: row.totalSizeBytes,
    createdAt: row.createdAt?.toISOString() ?? null,
    ...pushOf(tags.find(({ name }) => name === tag) ?? tags[0]),
    annotations: textRecord(facts.manifest?.annotations),
    tags: tags.map(({ name }) => name),
    platform: row.kind === 'image' && platform !== undefined ? platform : null,
    platforms: [...platforms],
    layers: layersOf(facts),
    history: config?.history ?? [],
    config: config?.config ?? null,
    configJson: config?.json ?? null,
    manifestJson: row.content.toString('utf8'),
    subject: facts.manifest?.subject?.digest ?? null,
    elsewhere: elsewhere.map(({ pushedAt, ...place }) => ({ ...place, pushedAt: pushedAt?.toISOString() ?? null })),
    asOf: instant(asOf),
  };
}

function pushOf(tag: ArtifactFacts['tags'][number] | undefined): Pick<contract.Artifact, 'pushedAt' | 'pushedBy'> {
  return { pushedAt: tag?.pushedAt?.toISOString() ?? null, pushedBy: tag?.pushedBy ?? null };
}

function layersOf({ manifest, holders }: ArtifactFacts): contract.Artifact['layers'] {
  if (manifest === undefined || manifest.kind === 'index') return [];
  const blobs = manifest.kind === 'manifest' ? manifest.layers : manifest.blobs;
  return blobs.map((layer) => ({
    digest: layer.digest,
    mediaType: layer.mediaType,
    sizeBytes: layer.sizeBytes,
    title: layer.annotations?.['org.opencontainers.image.title'] ?? null,
    alsoInRepositories: holders.get(layer.digest) ?? 0,
  }));
}
