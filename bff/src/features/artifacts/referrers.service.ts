import { type Descriptor, isDigest, isRegistryError, type RegistryClient } from '../../registry-client/index.ts';
import type { RegistriesService } from '../registries/registries.service.ts';
import type { ArtifactsView, Place, ReferrerRow } from './artifacts.view.ts';
import { instant, textRecord } from './image-config.ts';

/** What refers to an artifact: a signature, an SBOM; with what refers to that. */
export interface Referrer {
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly sizeBytes: number;
  readonly createdAt: string | null;
  readonly annotations: Record<string, string>;
  readonly referrers: Referrer[];
}

export interface ReferrersDeps {
  readonly view: Pick<ArtifactsView, 'listReferrers'>;
  readonly registries: Pick<RegistriesService, 'clientFor'>;
}

type Leaf = Omit<Referrer, 'referrers'>;

// Signatures of attestations of an image: real trees have two levels, hostile ones have no end.
const depthMax = 4;
const referrersMax = 200;
const answerWithinMs = 3_000;
const createdAnnotation = 'org.opencontainers.image.created';

export type ReferrersService = ReturnType<typeof createReferrersService>;

export function createReferrersService({ view, registries }: ReferrersDeps) {
  /** By subject: what the catalog knows, and what the registry says as long as it answers in time. */
  const level = async (
    at: Place,
    subjects: readonly string[],
    client: RegistryClient | undefined,
    within: AbortSignal,
  ) => {
    const found = new Map<string, Map<string, Leaf>>(subjects.map((subject) => [subject, new Map()]));
    for (const row of await view.listReferrers(at, subjects)) found.get(row.subject)?.set(row.digest, leafOf(row));
    if (client === undefined || within.aborted) return found;
    await Promise.all(
      subjects.map(async (subject) => {
        for (const descriptor of await askRegistry(client, at.repository, subject, within)) {
          const known = found.get(subject);
          if (known !== undefined && !known.has(descriptor.digest))
            known.set(descriptor.digest, leafOfDescriptor(descriptor));
        }
      }),
    );
    return found;
  };

  return {
    async listReferrers(at: Place, digest: string, signal: AbortSignal): Promise<Referrer[]> {
      const within = AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]);
      const client = await registries.clientFor(at.registryId).catch(() => undefined);
      const seen = new Set([digest]);
      const top: Referrer[] = [];
      let parents = new Map<string, Referrer[]>([[digest, top]]);
      for (let depth = 0; depth < depthMax && parents.size > 0; depth += 1) {
        const found = await level(at, [...parents.keys()].filter(isDigest), client, within);
        const next = new Map<string, Referrer[]>();
        for (const [subject, leaves] of found) {
          for (const leaf of leaves.values()) {
            if (seen.has(leaf.digest) || seen.size > referrersMax) continue;
            seen.add(leaf.digest);
            const referrer: Referrer = { ...leaf, referrers: [] };
            parents.get(subject)?.push(referrer);
            next.set(leaf.digest, referrer.referrers);
          }
        }
        parents = next;
      }
      return top;
    },
  };
}

async function askRegistry(
  client: RegistryClient,
  repository: string,
  subject: string,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  try {
    return (await client.listReferrers(repository, subject, { signal })).descriptors.slice(0, referrersMax);
  } catch (error) {
    if (isRegistryError(error) || signal.aborted) return [];
    throw error;
  }
}

function leafOf(row: ReferrerRow): Leaf {
  return {
    digest: row.digest,
    mediaType: row.mediaType,
    artifactType: row.artifactType,
    sizeBytes: row.sizeBytes,
    createdAt: row.createdAt?.toISOString() ?? null,
    annotations: annotationsOf(row.content),
  };
}

function leafOfDescriptor({ digest, mediaType, artifactType, sizeBytes, annotations }: Descriptor): Leaf {
  return {
    digest,
    mediaType,
    artifactType: artifactType ?? null,
    sizeBytes,
    createdAt: instant(annotations?.[createdAnnotation]),
    annotations: textRecord(annotations),
  };
}

function annotationsOf(content: Buffer): Record<string, string> {
  try {
    const document: unknown = JSON.parse(content.toString('utf8'));
    const isObject = typeof document === 'object' && document !== null;
    return textRecord(isObject ? (document as Record<string, unknown>)['annotations'] : undefined);
  } catch {
    return {};
  }
}
