import type { Readable } from 'node:stream';
import type { Descriptor } from './manifest.ts';
import type { RegistryError } from './registry-error.ts';
import type { Secret } from './secret.ts';

export interface Credential {
  readonly username: string;
  readonly password: Secret;
}

/** Time and chance, handed in so that tests can hold them still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Timeouts {
  readonly connectMs: number;
  /** Until the first byte of an answer to a small request. */
  readonly answerMs: number;
  /** Until the answer to a finished upload: the registry hashes and moves the blob first. */
  readonly uploadAnswerMs: number;
  /** Between two pieces of a body. */
  readonly idleMs: number;
  /** A blob slower than this on average over `minimumRateWindowMs` gives its slot back. */
  readonly minimumRateBytesPerSecond: number;
  readonly minimumRateWindowMs: number;
}

export interface RequestRecord {
  /** Such as `get-manifest`. */
  readonly operation: string;
  readonly method: string;
  readonly host: string;
  readonly status: number | undefined;
  /** To the answer's headers. */
  readonly durationMs: number;
  readonly error: RegistryError | undefined;
}

/** Makes a token for these scopes, such as `repository:a/b:pull`. A failure is no fault of the registry: `token-not-made`. */
export type MintToken = (scopes: readonly string[]) => Promise<{ readonly token: string; readonly expiresAt: Date }>;

export interface AnswerMark {
  readonly header: string;
  readonly value: string;
}

export interface RegistryClientOptions {
  /** How people call the registry; begins sentences such as “branch-north refused the connection.” */
  readonly name: string;
  /** Several addresses of one shared storage, in order of preference. */
  readonly endpoints: readonly { readonly url: string }[];
  readonly credential?: Credential | undefined;
  /** Instead of a credential, for a registry that trusts the caller's own tokens. */
  readonly mintToken?: MintToken | undefined;
  /** Trusted instead of the machine's own authorities. */
  readonly caPem?: string | undefined;
  readonly userAgent: string;
  /** A header by which the caller's own answers are known: whoever sends it is no registry but the caller itself. */
  readonly ownMark?: AnswerMark | undefined;
  /** `host[:port]` of the stores that blob reads may be redirected to; the endpoints themselves always are. */
  readonly allowedRedirectHosts?: readonly string[] | undefined;
  /** Origins, or whole URLs, that may be given the credential for a token; the endpoints' own origins always may. */
  readonly allowedTokenRealms?: readonly string[] | undefined;
  /** Requests at once for each endpoint and kind: small ones, blobs from it, blobs to it. */
  readonly slotsPerEndpoint?: number | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: (() => number) | undefined;
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Told when an endpoint is found down or up again by the traffic itself. */
  readonly onEndpointState?: ((state: EndpointState) => void) | undefined;
}

export interface EndpointState {
  readonly url: string;
  readonly state: 'up' | 'down' | 'unknown';
  /** Milliseconds since the epoch since when it is in this state. */
  readonly sinceMs: number | undefined;
  readonly error: RegistryError | undefined;
}

export interface EndpointCheck {
  readonly url: string;
  readonly state: 'up' | 'down';
  readonly latencyMs: number;
  readonly apiVersion: string | undefined;
  readonly error: RegistryError | undefined;
}

/** How busy a registry is with this process's requests, over all its endpoints. */
export interface RegistryLoad {
  /** Blobs that are being read from it and written to it, and how many of each there may be. */
  readonly reading: number;
  readonly writing: number;
  readonly slots: number;
  /** It asked to be left alone for so long. */
  readonly quietForMs: number;
}

export interface Ping {
  /** Such as `registry/2.0`; not every registry says it. */
  readonly apiVersion: string | undefined;
  readonly latencyMs: number;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ManifestBytes {
  readonly descriptor: Descriptor;
  /** As the registry sent them: never re-serialised. */
  readonly bytes: Buffer;
}

export interface GetBlobOptions extends RequestOptions {
  readonly offsetBytes?: number | undefined;
}

/** What one endpoint says of a blob. */
export interface BlobSight {
  readonly host: string;
  /** By HEAD, which a registry may answer from memory. */
  readonly isKnown: boolean;
  /** By GET; `broken`: it began to answer and could not go on. */
  readonly content: 'readable' | 'missing' | 'broken';
}

export interface PushBlobOptions extends RequestOptions {
  /** Bytes handed to the connection, as they go. */
  readonly onBytes?: ((byteCount: number) => void) | undefined;
  /** A repository of the same registry that may hold the blob; where it does, no byte is sent. */
  readonly mountFrom?: string | undefined;
}

export interface ListReferrersOptions extends RequestOptions {
  readonly artifactType?: string | undefined;
  /**
   * A reading of `performance.now()`: what the registry had then, or later, will do. Where several ask so for artifacts of
   * one repository and there is no API, one listing of its tags answers them.
   */
  readonly sinceMs?: number | undefined;
}

export interface Referrers {
  readonly descriptors: readonly Descriptor[];
  readonly by: 'api' | 'fallback-tag';
}

export const capabilityNames = ['catalog', 'deleteByDigest', 'deleteByTag', 'referrers', 'mount', 'push'] as const;
export type CapabilityName = (typeof capabilityNames)[number];

/** Why a capability is missing or could not be found out. */
export const capabilityReasonCodes = [
  'catalog-disabled',
  'catalog-forbidden',
  'deletion-disabled',
  'delete-forbidden',
  'delete-by-tag-unsupported',
  'referrers-unsupported',
  'registry-read-only',
  'push-forbidden',
  'probe-inconclusive',
  'probe-failed',
] as const;
export type CapabilityReasonCode = (typeof capabilityReasonCodes)[number];

export interface CapabilityResult {
  readonly state: 'yes' | 'no' | 'unknown';
  readonly reason?: {
    readonly code: CapabilityReasonCode;
    /** What follows from it, and how to turn it on. */
    readonly sentence: string;
    readonly params: Readonly<Record<string, string>>;
  };
}

export interface RegistryCapabilities extends Readonly<Record<CapabilityName, CapabilityResult>> {
  readonly apiVersion: string | undefined;
}

export type ManifestLookup = Descriptor | 'not-modified' | undefined;

/** One address of a registry, for whoever passes the requests of others on to it over connections of its own. */
export interface ForwardingEndpoint {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The path before `/v2/`, without a slash at its end. */
  readonly basePath: string;
  /** Trusted instead of the machine's own authorities. */
  readonly caPem: string | undefined;
  /** When it was asked for last, nobody was there. */
  readonly isDown: boolean;
  /**
   * The Authorization header for a request, as far as is known what the registry wants.
   * @param scopes such as `repository:a/b:pull`
   * @throws RegistryError
   */
  authorize(scopes: readonly string[]): Promise<string | undefined>;
  /** Finds out what the registry wants, once, for a request that cannot be sent twice. @throws RegistryError */
  learn(): Promise<void>;
  /** After a 401: learns from it. @returns whether another try can go better */
  challenged(
    wwwAuthenticate: string | readonly string[] | undefined,
    scopes: readonly string[],
    sent: string | undefined,
  ): boolean;
  answered(): void;
  /** Notes, where the failure says so, that nobody is there. */
  failed(error: unknown): { readonly error: RegistryError; readonly isUnreachable: boolean };
}

/**
 * One registry. References are tags or digests as text; repository names and references are checked against the
 * grammar before they reach a URL. Every method rejects with RegistryError.
 */
export interface RegistryClient {
  readonly name: string;
  /** Of the first endpoint; for pull commands and logs. */
  readonly host: string;

  /** Of the first healthy endpoint, with the credential. */
  ping(options?: RequestOptions): Promise<Ping>;
  /** Every endpoint by itself; failures are results. */
  checkEndpoints(options?: RequestOptions): Promise<EndpointCheck[]>;
  /** What the traffic and the last check showed, without asking. */
  endpointStates(): EndpointState[];
  /** Learns the capabilities without changing anything. `knownRepository` makes the answer on referrers certain. */
  probe(options?: RequestOptions & { readonly knownRepository?: string }): Promise<RegistryCapabilities>;

  /** Pages of names that fit the grammar. `code: 'unsupported' | 'forbidden'` where the catalog is disabled. */
  listRepositories(options?: RequestOptions): AsyncIterable<string[]>;
  /** Pages of tags; none for a repository that does not exist. */
  listTags(repository: string, options?: RequestOptions): AsyncIterable<string[]>;
  /**
   * Whether the repository has the tag, from one listing that answers all who ask at the same time. Begun at `sinceMs` of
   * `performance.now()` or later; undefined where there is none, as for who asks alone: ask for the manifest then.
   */
  hasTagSince(repository: string, tag: string, sinceMs: number): Promise<boolean | undefined>;

  /** `undefined` where there is none; `not-modified` where the digest is still `ifNoneMatch` (no pull event then). */
  headManifest(
    repository: string,
    reference: string,
    options?: RequestOptions & { readonly ifNoneMatch?: string | undefined },
  ): Promise<ManifestLookup>;
  /** The raw bytes, checked against the digest asked for and the one the registry claims. */
  getManifest(repository: string, reference: string, options?: RequestOptions): Promise<ManifestBytes>;
  /** @returns the digest of the bytes */
  putManifest(
    repository: string,
    reference: string,
    manifest: { readonly bytes: Uint8Array; readonly mediaType: string },
    options?: RequestOptions,
  ): Promise<{ readonly digest: string }>;
  /** By digest it removes every tag of that digest. `false` where there was none. */
  deleteManifest(repository: string, reference: string, options?: RequestOptions): Promise<boolean>;

  /** `false` only where the registry says that the repository does not exist. */
  hasRepository(repository: string, options?: RequestOptions): Promise<boolean>;
  hasBlob(repository: string, digest: string, options?: RequestOptions): Promise<boolean>;
  /** Unverified bytes from `offsetBytes` on, failing with the connection's own error: see openVerifiedBlob. */
  getBlob(repository: string, digest: string, options?: GetBlobOptions): Promise<Readable>;
  /** A small blob such as a config, verified. */
  readBlob(
    repository: string,
    digest: string,
    options?: RequestOptions & { readonly maxBytes?: number },
  ): Promise<Buffer>;
  /** `false` where the registry would not mount (its upload session is then cancelled). */
  mountBlob(repository: string, digest: string, fromRepository: string, options?: RequestOptions): Promise<boolean>;
  /**
   * POST and one PUT. `open` is called at most once, after the registry has accepted the upload and a slot is free; an
   * error of its stream cuts the upload, so nothing is stored. The stream's pieces are not to be read by anybody else
   * after the upload has read them: their memory is used again.
   */
  pushBlob(
    repository: string,
    blob: { readonly digest: string; readonly sizeBytes: number },
    open: (signal: AbortSignal) => Promise<Readable> | Readable,
    options?: PushBlobOptions,
  ): Promise<'copied' | 'mounted'>;
  /**
   * Whether it checks what it is sent against the digest and refuses wrong bytes, as every registry should: found out once
   * a day by sending a few bytes under a digest that is not theirs, into this repository. (Distribution 2.8 keeps those among
   * its unfinished uploads, which it purges after a week.) Where it cannot be found out, `false`.
   */
  verifiesUploads(repository: string): Promise<boolean>;
  /**
   * Asks each endpoint for a small blob, by HEAD and by GET: a Distribution that was not restarted after its garbage was
   * collected knows by HEAD what it can no longer read.
   */
  sightBlob(repository: string, digest: string, options?: RequestOptions): Promise<BlobSight[]>;
  deleteBlob(repository: string, digest: string, options?: RequestOptions): Promise<boolean>;

  /** From the API, else from the fallback tag. */
  listReferrers(repository: string, subjectDigest: string, options?: ListReferrersOptions): Promise<Referrers>;
  /** Merges referrers into the fallback tag by union of digests; does nothing where the registry has the API. */
  pushReferrerFallback(
    repository: string,
    subjectDigest: string,
    referrers: readonly Descriptor[],
    options?: RequestOptions,
  ): Promise<void>;

  load(): RegistryLoad;
  /** For whoever passes the requests of others on: the endpoints, the one to try first at the head. */
  forwardingEndpoints(): ForwardingEndpoint[];
  /** `host[:port]` that blob reads may be redirected to, besides the endpoints. */
  readonly allowedRedirectHosts: readonly string[];

  /** Cuts what still runs. */
  close(): Promise<void>;
}
