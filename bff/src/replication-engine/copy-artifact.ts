import { setTimeout as sleep } from 'node:timers/promises';
import { withAbort } from './abort.ts';
import type { Descriptor, ManifestBytes } from '../registry-client/index.ts';
import { digestOf, isRegistryError, RegistryError } from '../registry-client/index.ts';
import { copyBlob, isKnownThere, isNewRepository, onSide } from './copy-blob.ts';
import type { BlobOutcome, CopyOptions, CopyPlan, CopyResult, PlannedBlob } from './copy-options.ts';
import { defaultLimits } from './copy-options.ts';
import type { CopyNode, Referrer } from './copy-plan.ts';
import { flatten, GraphWalk, planOf } from './copy-plan.ts';
import type { TargetMemory } from './target-memory.ts';

const rewritingPauseMs = 100;

/**
 * Copies an artifact with everything it names: blobs, children, the artifact itself, its referrers, and the tag last.
 * Whatever stops it in between, the tag still points where it did. Rejects with RegistryError, whose `side` says which
 * registry failed.
 */
export async function copyArtifact(options: CopyOptions): Promise<CopyResult> {
  const { memory, leave } = options.limiter.enter(options.target);
  // What a registry refused that wants every platform lies there without a tag: it is not sent again.
  if (options.isResumed || options.platforms !== undefined) memory.distrust(options.targetRepository);
  try {
    return await new ArtifactCopy(options, memory).run();
  } catch (error) {
    throw options.signal?.aborted && !isRegistryError(error) ? stoppedError(options, error) : error;
  } finally {
    leave();
  }
}

class ArtifactCopy {
  readonly #options: CopyOptions;
  readonly #memory: TargetMemory;
  readonly #walk: GraphWalk;
  readonly #manifestsDone = new Set<string>();
  #bytesCopied = 0;
  #hasPushed = false;

  constructor(options: CopyOptions, memory: TargetMemory) {
    this.#options = options;
    this.#memory = memory;
    const { source, sourceRepository, signal, limiter } = options;
    const sinceMs = options.begunAtMs ?? performance.now();
    this.#walk = new GraphWalk(
      {
        name: source.name,
        getManifest: async (digest) =>
          (await this.#findManifest(digest)) ??
          limiter
            .manifestsFrom(source)
            .run(0, signal, () => onSide('source', () => source.getManifest(sourceRepository, digest, { signal }))),
        listReferrers: async (digest) => {
          const { descriptors } = await limiter
            .manifestsFrom(source)
            .run(0, signal, () =>
              onSide('source', () => source.listReferrers(sourceRepository, digest, { signal, sinceMs })),
            );
          return descriptors;
        },
      },
      { ...defaultLimits, ...options.limits },
    );
  }

  async run(): Promise<CopyResult> {
    const { targetTag, digest, platforms, includeReferrers } = this.#options;
    const isTagged = await this.#isTagged();
    const isWhole = isTagged && (await this.#hasChildren());
    // A signature made later is looked for at the artifact itself; what its children have came with them.
    if (isWhole && !(includeReferrers && (await this.#walk.hasReferrers(digest)))) {
      return this.#result('up-to-date', digest, undefined, []);
    }
    const root = await this.#walk.readRoot(digest, platforms);
    const referrers = includeReferrers ? await this.#walk.readReferrers([root]) : [];
    const plan = planOf(root, referrers);
    this.#options.on?.planned?.(plan);
    await this.#copyBlobs(plan.blobs, false);
    await this.#pushAll(flatten(root.children));
    // Whoever sees the tag must find its signatures; without any, tag and manifest are one request.
    if (referrers.length > 0 || targetTag === undefined) await this.#pushAll([root]);
    await this.#pushReferrers(referrers);
    if (targetTag !== undefined && !isTagged) await this.#tag(root, targetTag);
    return this.#result(
      isTagged && this.#bytesCopied === 0 && !this.#hasPushed ? 'up-to-date' : 'copied',
      root.descriptor.digest,
      plan,
      referrers.map((referrer) => referrer.descriptor),
    );
  }

  async #findManifest(digest: string): Promise<ManifestBytes | undefined> {
    const { root, findManifest, signal } = this.#options;
    if (root?.descriptor.digest === digest) return root;
    const known = findManifest && (await withAbort(findManifest(digest), signal));
    return known !== undefined && digestOf(known.bytes) === digest ? known : undefined;
  }

  async #isTagged(): Promise<boolean> {
    const { target, targetRepository, targetTag, digest, isPutAnyway, signal, limiter } = this.#options;
    if (targetTag === undefined || isPutAnyway === true) return false;
    if (this.#options.isExpected === false) await isNewRepository(this.#options, this.#memory);
    if (this.#memory.isUnsetTag(targetRepository, targetTag)) return false;
    // One question, and no pull event on Distribution.
    return limiter.manifestsInto(target).run(0, signal, () =>
      isKnownThere(this.#options, async () => {
        const found = await target.headManifest(targetRepository, targetTag, { ifNoneMatch: digest, signal });
        return found === 'not-modified';
      }),
    );
  }

  /** Of an index that may be there without all its children: whether those that are wanted are. */
  async #hasChildren(): Promise<boolean> {
    const { digest, platforms, isPerhapsSparse } = this.#options;
    if (platforms === undefined && isPerhapsSparse !== true) return true;
    const children = await this.#walk.listBelow(digest, platforms);
    const areThere = await Promise.all(children.map((child) => this.#isThere(child)));
    return !areThere.includes(false);
  }

  #result(
    outcome: CopyResult['outcome'],
    digest: string,
    plan: CopyPlan | undefined,
    referrers: readonly Descriptor[],
  ): CopyResult {
    return { outcome, digest, plan, bytesCopied: this.#bytesCopied, referrers };
  }

  /** Stops all of them at the first failure: the artifact cannot become complete any more. */
  async #copyBlobs(blobs: readonly PlannedBlob[], isForced: boolean): Promise<void> {
    const { limiter, on, fanOut, source, target } = this.#options;
    const group = new AbortController();
    const signal = this.#options.signal ? AbortSignal.any([this.#options.signal, group.signal]) : group.signal;
    const options = { ...this.#options, signal };
    let firstError: unknown;
    const copies = blobs.map(async (blob) => {
      const { sizeBytes } = blob;
      try {
        const work = (): Promise<BlobOutcome> => {
          on?.blobStarted?.(blob.digest);
          return copyBlob(options, this.#memory, blob, isForced);
        };
        // Copies that read a blob together must not wait for each other's slots.
        const outcome = await (fanOut === undefined || fanOut.isLate
          ? limiter.blobsInto(target).run(sizeBytes, signal, work)
          : limiter
              .sharedBlobsFrom(source)
              .runShared({ key: blob.digest, sizeBytes, whenLate: fanOut.whenLate }, signal, work));
        this.#blobDone(blob, outcome);
      } catch (error) {
        firstError ??= error;
        group.abort(error);
      }
    });
    await Promise.all(copies);
    if (firstError !== undefined) throw firstError as Error;
  }

  #blobDone(blob: PlannedBlob, outcome: BlobOutcome): void {
    if (outcome === 'copied') this.#bytesCopied += blob.sizeBytes;
    this.#options.on?.blobDone?.(blob.digest, outcome, blob.sizeBytes);
  }

  /** Level by level, because a registry may refuse a parent whose children are not there. */
  async #pushAll(nodes: readonly CopyNode[]): Promise<void> {
    const pushed = new Map<CopyNode, Promise<void>>();
    for (const node of nodes) {
      const children = node.children.map((child) => pushed.get(child) ?? Promise.resolve());
      pushed.set(
        node,
        Promise.all(children).then(() => this.#pushByDigest(node)),
      );
    }
    await Promise.all(pushed.values());
  }

  async #pushByDigest(node: CopyNode): Promise<void> {
    const { targetRepository } = this.#options;
    const { digest } = node.descriptor;
    const isThere = await this.#isThereAfterOthers(digest);
    if (!isThere) {
      await this.#memory.flyManifest(targetRepository, digest, () => this.#put(node, digest));
      this.#hasPushed = true;
    }
    this.#manifestDone(digest, isThere ? 'existed' : 'pushed');
  }

  /** Others may be at it: artifacts that share a platform are copied side by side. */
  async #isThereAfterOthers(digest: string): Promise<boolean> {
    const { isPutAnyway, targetRepository, signal } = this.#options;
    for (;;) {
      const flight = this.#memory.findManifestFlight(targetRepository, digest);
      if (flight !== undefined) await withAbort(flight, signal);
      const isThere =
        isPutAnyway === true ? this.#memory.hasPutManifest(targetRepository, digest) : await this.#isThere(digest);
      if (isThere || this.#memory.findManifestFlight(targetRepository, digest) === undefined) return isThere;
    }
  }

  #isThere(digest: string): Promise<boolean> {
    const { target, targetRepository, signal, limiter } = this.#options;
    return limiter.manifestsInto(target).run(0, signal, () =>
      isKnownThere(this.#options, async () => {
        if (await isNewRepository(this.#options, this.#memory)) return false;
        const found = await target.headManifest(targetRepository, digest, { signal });
        return found !== undefined;
      }),
    );
  }

  #manifestDone(digest: string, outcome: 'pushed' | 'existed'): void {
    if (this.#manifestsDone.has(digest)) return;
    this.#manifestsDone.add(digest);
    this.#options.on?.manifestDone?.(digest, outcome);
  }

  async #tag(root: CopyNode, tag: string): Promise<void> {
    const { fence, holdTag, on, signal } = this.#options;
    const decide = async (): Promise<void> => {
      if (fence && !(await fence())) throw fenceError(this.#options, tag);
    };
    const move = (): Promise<void> => this.#put(root, tag);
    const hasEnded = (error: unknown): boolean => isRegistryError(error) && error.status !== undefined;
    if (holdTag) await holdTag({ decide, move, hasEnded, signal });
    else await decide().then(move);
    this.#memory.rememberTag(this.#options.targetRepository, tag);
    this.#manifestDone(root.descriptor.digest, 'pushed');
    on?.tagged?.(tag, root.descriptor.digest);
  }

  /** A destination that misses what it said it had is sent it once more, without asking. */
  async #put(node: CopyNode, reference: string): Promise<void> {
    try {
      await this.#putTwice(node, reference);
    } catch (error) {
      if (!isRegistryError(error, 'manifest-incomplete')) throw error;
      const { targetRepository } = this.#options;
      this.#memory.distrust(targetRepository);
      this.#memory.forgetPutManifests();
      for (const blob of node.blobs) this.#memory.forget(targetRepository, blob.digest);
      await this.#copyBlobs(node.blobs, true);
      for (const child of node.children) await this.#put(child, child.descriptor.digest);
      try {
        await this.#putTwice(node, reference);
      } catch (again) {
        // All that is wanted is there: what it misses is what is not wanted.
        throw node.isSparse && isRegistryError(again, 'manifest-incomplete')
          ? sparseError(this.#options, again)
          : again;
      }
    }
  }

  /**
   * Distribution empties the link of a manifest or blob before it writes it anew, and misses it in between: somebody else may
   * be writing what this manifest names. What it does miss it misses after a pause, too.
   */
  async #putTwice(node: CopyNode, reference: string): Promise<void> {
    try {
      await this.#putOnce(node, reference);
    } catch (error) {
      if (!isRegistryError(error, 'manifest-incomplete')) throw error;
      await sleep(rewritingPauseMs, undefined, { signal: this.#options.signal });
      await this.#putOnce(node, reference);
    }
  }

  async #putOnce(node: CopyNode, reference: string): Promise<void> {
    const { target, targetRepository, signal, limiter } = this.#options;
    const manifest = { bytes: node.bytes, mediaType: node.descriptor.mediaType };
    await limiter
      .manifestsInto(target)
      .run(0, signal, () =>
        onSide('destination', () => target.putManifest(targetRepository, reference, manifest, { signal })),
      );
  }

  async #pushReferrers(referrers: readonly Referrer[]): Promise<void> {
    const { target, targetRepository, signal } = this.#options;
    await this.#pushAll(flatten(referrers.map((referrer) => referrer.node)));
    const bySubject = Map.groupBy(referrers, (referrer) => referrer.subjectDigest);
    for (const [subject, group] of bySubject) {
      const descriptors = group.map((referrer) => referrer.descriptor);
      await onSide('destination', () =>
        target.pushReferrerFallback(targetRepository, subject, descriptors, { signal }),
      );
    }
  }
}

function fenceError({ target, targetRepository }: CopyOptions, tag: string): RegistryError {
  return new RegistryError({
    code: 'no-longer-owner',
    sentence: `${targetRepository}:${tag} of ${target.name} was not moved: another worker has taken this copy over.`,
    params: { registry: target.name, repository: targetRepository, reference: tag },
    operation: 'put-manifest',
    host: target.name,
    retryable: false,
  });
}

function sparseError({ target, targetRepository }: CopyOptions, cause: RegistryError): RegistryError {
  const error = new RegistryError({
    code: 'sparse-index-refused',
    sentence: `${target.name} takes no index without all its platforms (${targetRepository}): copy all platforms there, or, on Distribution 3, set validation.manifests.indexes.platforms.`,
    params: { registry: target.name, repository: targetRepository },
    operation: 'put-manifest',
    host: cause.host,
    status: cause.status,
    retryable: false,
    cause,
  });
  error.side = 'destination';
  return error;
}

function stoppedError({ target }: CopyOptions, cause: unknown): RegistryError {
  return new RegistryError({
    code: 'aborted',
    sentence: 'The copy was stopped.',
    params: {},
    operation: 'copy',
    host: target.name,
    retryable: false,
    cause,
  });
}
