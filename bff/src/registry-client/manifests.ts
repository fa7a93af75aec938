import type { ManifestBytes, ManifestLookup, RequestOptions } from './client-types.ts';
import type { Descriptor } from './manifest.ts';
import { manifestMaxBytes } from './manifest.ts';
import { isSchema1, manifestAccept } from './media-types.ts';
import type { Digest } from './reference.ts';
import { isDigest, parseReference, parseRepositoryName } from './reference.ts';
import { registryError } from './error-sentences.ts';
import { isRegistryError } from './registry-error.ts';
import type { Answer, Transport } from './transport.ts';
import { digestOf, hashFor } from './verified-blob.ts';

/** Manifests by tag or digest. The bytes are sacred: hashed as they came, sent as they were given. */
export class Manifests {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async head(
    repository: string,
    reference: string,
    options: RequestOptions & { readonly ifNoneMatch?: string | undefined } = {},
  ): Promise<ManifestLookup> {
    // By digest Distribution 2.8 answers 304 before it has looked whether there is such a manifest at all.
    const ifNoneMatch = isDigest(reference) ? undefined : options.ifNoneMatch;
    const answer = await this.#transport.receive({
      ...target('head-manifest', repository, reference, 'pull'),
      method: 'HEAD',
      headers: {
        accept: manifestAccept,
        // Distribution answers 304 from one link and tells nobody; a plain HEAD is a pull to its listeners.
        ...(ifNoneMatch === undefined ? {} : { 'if-none-match': `"${ifNoneMatch}"` }),
      },
      signal: options.signal,
      expect: [200, 304, 404],
    });
    if (answer.status === 304) return 'not-modified';
    refuseWebPage(answer);
    if (answer.status === 404) return undefined;
    const digest = answer.header('docker-content-digest');
    const sizeBytes = Number(answer.header('content-length') ?? Number.NaN);
    if (digest === undefined || !isDigest(digest) || !Number.isSafeInteger(sizeBytes)) {
      return this.#headByReading(repository, reference, options);
    }
    if (isDigest(reference) && reference !== digest) throw mismatch(answer, reference);
    if (digest === options.ifNoneMatch) return 'not-modified';
    return { mediaType: mediaTypeOf(answer), digest, sizeBytes };
  }

  async get(repository: string, reference: string, options: RequestOptions = {}): Promise<ManifestBytes> {
    const call = {
      ...target('get-manifest', repository, reference, 'pull'),
      method: 'GET' as const,
      headers: { accept: manifestAccept },
      signal: options.signal,
      expect: [200],
    };
    const answer = await this.#transport.send(call);
    if (Number(answer.header('content-length') ?? 0) > manifestMaxBytes) {
      answer.body.destroy();
      throw tooLarge(answer);
    }
    const bytes = await this.#transport.read(answer, call, manifestMaxBytes).catch((error: unknown) => {
      throw isRegistryError(error, 'answer-too-large') ? tooLarge(answer) : error;
    });
    refuseWebPage(answer);
    return { bytes, descriptor: describe(answer, reference, bytes) };
  }

  async put(
    repository: string,
    reference: string,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
    options: RequestOptions = {},
  ): Promise<{ readonly digest: string }> {
    const answer = await this.#transport.receive({
      ...target('put-manifest', repository, reference, 'pull,push'),
      method: 'PUT',
      headers: { 'content-type': manifest.mediaType, 'content-length': String(manifest.bytes.byteLength) },
      body: manifest.bytes,
      signal: options.signal,
      expect: [200, 201, 202],
    });
    const digest = digestOf(manifest.bytes);
    const stored = answer.header('docker-content-digest');
    if (stored !== undefined && stored.startsWith('sha256:') && stored !== digest) throw mismatch(answer, digest);
    return { digest };
  }

  async delete(repository: string, reference: string, options: RequestOptions = {}): Promise<boolean> {
    const answer = await this.#transport.receive({
      ...target('delete-manifest', repository, reference, 'pull,delete'),
      method: 'DELETE',
      signal: options.signal,
      expect: [200, 202, 204, 404],
    });
    return answer.status !== 404;
  }

  /** For a registry that does not say the digest: read and hash. */
  async #headByReading(
    repository: string,
    reference: string,
    options: RequestOptions & { readonly ifNoneMatch?: string | undefined },
  ): Promise<ManifestLookup> {
    try {
      const { descriptor } = await this.get(repository, reference, options);
      return descriptor.digest === options.ifNoneMatch ? 'not-modified' : descriptor;
    } catch (error) {
      if (isRegistryError(error, 'not-found')) return undefined;
      throw error;
    }
  }
}

function target(operation: string, repository: string, reference: string, actions: string) {
  const name = parseRepositoryName(repository);
  parseReference(reference);
  return {
    operation,
    path: `${name}/manifests/${reference}`,
    repository: name,
    reference,
    scopes: [`repository:${name}:${actions}`],
  };
}

function describe(answer: Answer, reference: string, bytes: Buffer): Descriptor {
  const claimed = answer.header('docker-content-digest');
  const asked = isDigest(reference) ? reference : undefined;
  const digest = asked ? hashedAs(asked, bytes, answer) : digestOf(bytes);
  if (asked && digest !== asked) throw mismatch(answer, asked);
  if (claimed !== undefined && claimed.startsWith(`${algorithmOf(digest)}:`) && claimed !== digest)
    throw mismatch(answer, claimed);
  return { mediaType: mediaTypeOf(answer, bytes), digest, sizeBytes: bytes.byteLength };
}

function hashedAs(digest: Digest, bytes: Buffer, answer: Answer): Digest {
  const hash = hashFor(digest);
  if (!hash)
    throw registryError(answer.occasion, 'unsupported', `uses a digest algorithm that cannot be checked: ${digest}`);
  return `${algorithmOf(digest)}:${hash.update(bytes).digest('hex')}` as Digest;
}

function algorithmOf(digest: string): string {
  return digest.slice(0, digest.indexOf(':'));
}

/** Of the answer; some registries say only `application/json`, then the document's own word counts. */
function mediaTypeOf(answer: Answer, bytes?: Buffer): string {
  const type = (answer.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (bytes === undefined || (type !== '' && type !== 'application/json' && type !== 'text/plain') || isSchema1(type))
    return type;
  try {
    const document = JSON.parse(bytes.toString('utf8')) as { mediaType?: unknown } | null;
    return typeof document?.mediaType === 'string' ? document.mediaType : type;
  } catch {
    return type;
  }
}

/** A proxy's error page or a wiki at the wrong address. */
export function refuseWebPage(answer: Answer): void {
  if (!/^text\/html/i.test(answer.header('content-type') ?? '')) return;
  if (answer.header('docker-distribution-api-version') !== undefined) return;
  throw registryError(
    answer.occasion,
    'not-a-registry',
    'answered with a web page where a registry answers with data',
    {
      status: answer.status,
    },
  );
}

function tooLarge(answer: Answer): Error {
  const { repository = '', reference = '' } = answer.occasion;
  const predicate = `has a manifest larger than 4 MiB at ${repository} ${reference}, which is refused`;
  return registryError(answer.occasion, 'manifest-too-large', predicate);
}

function mismatch(answer: Answer, digest: string): Error {
  const predicate = `sent other bytes than ${digest} names in ${answer.occasion.repository ?? ''}`;
  return registryError(answer.occasion, 'digest-mismatch', predicate, { params: { digest } });
}
