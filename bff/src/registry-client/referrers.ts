import { setTimeout as sleep } from 'node:timers/promises';
import type { ListReferrersOptions, Referrers as ReferrerList, RequestOptions } from './client-types.ts';
import { registryError } from './error-sentences.ts';
import type { Listings } from './listings.ts';
import type { Descriptor } from './manifest.ts';
import { descriptor, descriptorJson, ManifestError, parseManifest } from './manifest.ts';
import type { Manifests } from './manifests.ts';
import { mediaTypes } from './media-types.ts';
import { parseDigest, parseRepositoryName } from './reference.ts';
import { isRegistryError } from './registry-error.ts';
import type { SharedTags } from './shared-tags.ts';
import type { Answer } from './transport.ts';

// Signatures of a popular base image are hundreds; more is abuse.
const referrersMax = 5000;
// The fallback tag has no lock: another writer may win between our read and our write.
const mergeTries = 4;
const movingRestsMs = [20, 100, 500];

interface Stored {
  readonly descriptors: readonly Descriptor[];
  /** Undefined where there is no index under the tag. */
  readonly bytes: Buffer | undefined;
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers */
export class Referrers {
  readonly #listings: Listings;
  readonly #manifests: Manifests;
  readonly #name: string;
  readonly #merging = new Map<string, Promise<void>>();
  readonly #sharedTags: SharedTags;
  #hasApi: boolean | undefined;

  constructor(name: string, listings: Listings, manifests: Manifests, sharedTags: SharedTags) {
    this.#sharedTags = sharedTags;
    this.#name = name;
    this.#listings = listings;
    this.#manifests = manifests;
  }

  async list(repository: string, subjectDigest: string, options: ListReferrersOptions = {}): Promise<ReferrerList> {
    const { artifactType, signal } = options;
    const subject = parseDigest(subjectDigest);
    const fromApi = this.#hasApi === false ? undefined : await this.#fromApi(repository, subject, signal);
    const found = fromApi ?? (await this.#underFallbackTag(repository, subject, options));
    const descriptors =
      artifactType === undefined ? found : found.filter((entry) => entry.artifactType === artifactType);
    return { descriptors, by: fromApi ? 'api' : 'fallback-tag' };
  }

  /** Whether the API exists; undefined where a 404 may as well mean the repository. */
  async probe(repository: string, signal: AbortSignal | undefined): Promise<boolean | undefined> {
    const unknownDigest = parseDigest(`sha256:${'0'.repeat(64)}`);
    await this.#fromApi(repository, unknownDigest, signal);
    return this.#hasApi;
  }

  async mergeFallback(
    repository: string,
    subjectDigest: string,
    referrers: readonly Descriptor[],
    options: RequestOptions = {},
  ): Promise<void> {
    if (referrers.length === 0) return;
    const key = `${repository}@${subjectDigest}`;
    const before = this.#merging.get(key) ?? Promise.resolve();
    const merging = before
      .catch(() => undefined)
      .then(() => this.#merge(repository, subjectDigest, referrers, options.signal));
    this.#merging.set(key, merging);
    try {
      await merging;
    } finally {
      if (this.#merging.get(key) === merging) this.#merging.delete(key);
    }
  }

  async #fromApi(
    repository: string,
    subject: string,
    signal: AbortSignal | undefined,
  ): Promise<Descriptor[] | undefined> {
    const name = parseRepositoryName(repository);
    const descriptors: Descriptor[] = [];
    const pages = this.#listings.pages({
      operation: 'list-referrers',
      method: 'GET',
      path: `${name}/referrers/${subject}`,
      repository: name,
      reference: subject,
      scopes: [`repository:${name}:pull`],
      headers: { accept: mediaTypes.ociIndex },
      signal,
      expect: [200, 400, 404, 405],
    });
    for await (const { document, answer } of pages) {
      if (answer.status !== 200) {
        if (!saysNotFound(answer.bytes)) this.#hasApi = false;
        return undefined;
      }
      this.#hasApi = true;
      descriptors.push(...manifestsOf(document, answer));
      if (descriptors.length > referrersMax) {
        throw registryError(
          answer.occasion,
          'answer-too-large',
          `names more than ${referrersMax} referrers of ${subject}`,
        );
      }
    }
    return descriptors;
  }

  async #underFallbackTag(
    repository: string,
    subject: string,
    { signal, sinceMs }: ListReferrersOptions,
  ): Promise<readonly Descriptor[]> {
    const has = sinceMs === undefined || (await this.#sharedTags.has(repository, fallbackTag(subject), sinceMs));
    return has === false ? [] : (await this.#fromFallback(repository, subject, signal)).descriptors;
  }

  async #fromFallback(repository: string, subject: string, signal: AbortSignal | undefined): Promise<Stored> {
    try {
      const { bytes, descriptor: found } = await this.#manifests.get(repository, fallbackTag(subject), { signal });
      const index = parseManifest(bytes, found.mediaType);
      // Anything else under this tag is somebody's image with an unlucky name.
      return index.kind === 'index'
        ? { descriptors: [...index.manifests], bytes }
        : { descriptors: [], bytes: undefined };
    } catch (error) {
      if (isRegistryError(error, 'not-found') || error instanceof ManifestError)
        return { descriptors: [], bytes: undefined };
      throw error;
    }
  }

  /**
   * Distribution empties a tag's file before it writes the new digest into it, and answers 500 to whoever reads between:
   * with several writers that is to be expected, and over at once.
   */
  async #fromMovingFallback(repository: string, subject: string, signal: AbortSignal | undefined): Promise<Stored> {
    for (const restMs of movingRestsMs) {
      try {
        return await this.#fromFallback(repository, subject, signal);
      } catch (error) {
        if (!isRegistryError(error, 'server-error')) throw error;
        await sleep(restMs, undefined, { signal });
      }
    }
    return this.#fromFallback(repository, subject, signal);
  }

  /** Read, unite, write, read again: until ours are seen in what is stored. */
  async #merge(
    repository: string,
    subject: string,
    referrers: readonly Descriptor[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#hasApi === undefined) await this.#fromApi(repository, subject, signal);
    if (this.#hasApi === true) return;
    for (let attempt = 1; attempt <= mergeTries; attempt += 1) {
      const { descriptors, bytes } = await this.#fromMovingFallback(repository, subject, signal);
      const known = new Set<string>(descriptors.map((entry) => entry.digest));
      const added = referrers.filter((entry) => !known.has(entry.digest));
      if (added.length === 0) return;
      const united = Buffer.from(JSON.stringify(uniteIndex(bytes, added)));
      const manifest = { bytes: united, mediaType: mediaTypes.ociIndex };
      await this.#manifests.put(repository, fallbackTag(subject), manifest, { signal });
    }
    const { descriptors } = await this.#fromMovingFallback(repository, subject, signal);
    const known = new Set<string>(descriptors.map((entry) => entry.digest));
    if (referrers.every((entry) => known.has(entry.digest))) return;
    throw registryError(
      { name: this.#name, host: this.#name, operation: 'put-manifest', method: 'PUT', repository, hasCredential: true },
      'server-error',
      `does not keep the list of referrers of ${subject}: another writer replaces it`,
      { retryable: true },
    );
  }
}

/** `<algorithm>-<encoded>`, cut as the specification says. */
export function fallbackTag(subjectDigest: string): string {
  const [algorithm = '', encoded = ''] = subjectDigest.split(':');
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`;
}

/** What others wrote stays as they wrote it, unknown fields too. */
function uniteIndex(bytes: Buffer | undefined, added: readonly Descriptor[]): unknown {
  const document = (bytes === undefined ? {} : JSON.parse(bytes.toString('utf8'))) as { manifests?: unknown[] };
  const entries = [...(document.manifests ?? []), ...added.map(descriptorJson)];
  return { ...document, schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: entries };
}

function manifestsOf(document: unknown, answer: Answer): Descriptor[] {
  const list =
    typeof document === 'object' && document !== null ? (document as { manifests?: unknown }).manifests : undefined;
  if (list === null || list === undefined) return [];
  try {
    if (!Array.isArray(list)) throw new ManifestError('The referrers are not a list.');
    return list.map((entry: unknown, position) => descriptor(entry, `referrers[${position}]`));
  } catch (error) {
    throw registryError(answer.occasion, 'answer-invalid', 'sent a list of referrers that cannot be read', {
      cause: error,
    });
  }
}

/** An API that knows no such repository or manifest speaks so in its errors; where there is no API nobody does. */
function saysNotFound(bytes: Buffer): boolean {
  return /NAME_UNKNOWN|MANIFEST_UNKNOWN/.test(bytes.toString('utf8'));
}
