import type { Descriptor, ManifestBytes, Platform, RegistryError } from '../registry-client/index.ts';
import type { CopyLimiter } from './copy-limiter.ts';
import type { FanOutMember } from './fan-out.ts';
import type { ReadOnlyTarget, Target } from './target.ts';

export interface PlannedBlob {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly kind: 'config' | 'layer';
  /** Of the first manifest that names it. */
  readonly platform: Platform | undefined;
}

export interface PlannedManifest {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  readonly platform: Platform | undefined;
  readonly isReferrer: boolean;
}

export interface CopyPlan {
  /** Each once, largest first. Foreign layers are not among them. */
  readonly blobs: readonly PlannedBlob[];
  /** Children before their parents. */
  readonly manifests: readonly PlannedManifest[];
  /** Of blobs and manifests. */
  readonly bytesTotal: number;
}

/** How a blob came to the destination. */
export type BlobOutcome = 'copied' | 'mounted' | 'existed';

/** Told in order for each blob; blobs run at the same time. A listener must not throw. */
export interface CopyObserver {
  planned(plan: CopyPlan): void;
  blobStarted(digest: string): void;
  /** Bytes since the last call. */
  blobBytes(digest: string, byteCount: number): void;
  /** It starts again at its first byte: what was counted counts no more. */
  blobRestarted(digest: string, error: RegistryError): void;
  blobDone(digest: string, outcome: BlobOutcome, sizeBytes: number): void;
  manifestDone(digest: string, outcome: 'pushed' | 'existed'): void;
  tagged(tag: string, digest: string): void;
}

export interface CopyLimits {
  /** Blobs and manifests of one artifact with its referrers. */
  readonly entriesMax: number;
  readonly blobMaxBytes: number;
  /** Of one artifact, together: they are held in memory. */
  readonly manifestBytesMax: number;
}

/** The last step of a copy. */
export interface TagMove {
  /** Throws where the tag may not be moved. */
  readonly decide: () => Promise<void>;
  readonly move: () => Promise<void>;
  /** Whether a move that failed is certainly over: else its request may still arrive. */
  readonly hasEnded: (error: unknown) => boolean;
  readonly signal: AbortSignal | undefined;
}

export interface CopyOptions {
  readonly source: ReadOnlyTarget;
  readonly target: Target;
  readonly sourceRepository: string;
  /** The digest to copy, pinned when the work was planned: a tag that moves meanwhile changes nothing. */
  readonly digest: string;
  /** The manifest of the digest, where the caller has read it already. */
  readonly root?: ManifestBytes | undefined;
  readonly targetRepository: string;
  /** Moved last, and only where the fence holds. Without one the artifact is pushed by digest. */
  readonly targetTag?: string | undefined;
  /**
   * Only these of an index, with what belongs to them. The index itself is pushed as it is, so that its digest and its
   * signatures hold: the destination must take one without all its children.
   */
  readonly platforms?: readonly Platform[] | undefined;
  /** The destination may have the index without all its children: that its tag is there says nothing of them. */
  readonly isPerhapsSparse?: boolean | undefined;
  readonly includeReferrers: boolean;
  /** By `performance.now()`: the referrers that the source had then, or later, come with it. Else those it has now. */
  readonly begunAtMs?: number | undefined;
  readonly limiter: CopyLimiter;
  /** Of the copies of this artifact to several destinations that run at the same time. */
  readonly fanOut?: FanOutMember | undefined;
  readonly limits?: Partial<CopyLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether this worker may still move the tag; asked directly before. */
  readonly fence?: (() => Promise<boolean>) | undefined;
  /** Lets one at a time ask and move the tag, whoever else does. */
  readonly holdTag?: ((move: TagMove) => Promise<void>) | undefined;
  /**
   * An earlier attempt may have left blobs at the destination. Distribution says of a repository without manifests that it
   * does not exist, although it holds blobs: then each blob is asked for.
   */
  readonly isResumed?: boolean | undefined;
  /**
   * Nothing is asked for before it is mounted, sent or put: what the destination answers to that proves by itself that it
   * is there, and costs one request instead of two. For copies that most likely find nothing.
   */
  readonly isPutAnyway?: boolean | undefined;
  /** False where the tag is probably not there: the repository is asked for first, once for all copies into it. */
  readonly isExpected?: boolean | undefined;
  /** Repositories of the destination that are likely to hold a blob, the most likely first. */
  readonly findMountSources?: ((digest: string) => readonly string[]) | undefined;
  /** All bytes of a blob, where they are known without the source; what is not the digest's content is not taken. */
  readonly findContent?: ((digest: string) => Uint8Array | undefined) | undefined;
  /** A manifest, where it is known without the source, which still has it; as with content, only the digest's is taken. */
  readonly findManifest?: ((digest: string) => Promise<ManifestBytes | undefined>) | undefined;
  /** Whether to try a blob again, after waiting as long as it thinks right. */
  readonly mayRetryBlob?: ((error: RegistryError, attempt: number) => Promise<boolean>) | undefined;
  readonly on?: Partial<CopyObserver> | undefined;
}

export interface CopyResult {
  readonly outcome: 'copied' | 'up-to-date';
  /** What the tag points to now. */
  readonly digest: string;
  readonly plan: CopyPlan | undefined;
  readonly bytesCopied: number;
  readonly referrers: readonly Descriptor[];
}

export const defaultLimits: CopyLimits = {
  entriesMax: 20_000,
  // Larger than any real layer; smaller than what a lying size could reserve for ever.
  blobMaxBytes: 512 * 1024 ** 3,
  manifestBytesMax: 32 * 1024 ** 2,
};
