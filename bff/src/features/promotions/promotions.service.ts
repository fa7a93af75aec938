import {
  effectivePath,
  needsApprovalBetween,
  type PathStep,
  type Person,
  planUndo,
  type Promotion,
  type PromotedTarget,
  type StoredPath,
  type TagPlace,
} from './promotions.ts';
import { refusals } from './promotion-errors.ts';
import type { PromotionPathsStore } from './promotion-paths.store.ts';
import type { NewPromotion, PromotionsStore, PromotionTransaction } from './promotions.store.ts';
import type { PromotionsView } from './promotions.view.ts';

export interface ServedRegistry {
  readonly registryId: string;
  readonly environment: string;
}

/** A copy of a digest, as replication takes it. */
export interface PromotedCopy {
  readonly source: { readonly registryId: string; readonly repository: string; readonly reference: string };
  readonly destination: { readonly registryId: string; readonly repository: string; readonly tag: string };
  readonly expectedDigest: string;
}

export interface PromotionsDeps {
  readonly store: PromotionsStore;
  readonly paths: PromotionPathsStore;
  readonly view: Pick<PromotionsView, 'find'>;
  /** In the order of their environments. */
  readonly registries: () => Promise<readonly ServedRegistry[]>;
  /** Makes one execution, and in its transaction does `alsoDo`. */
  readonly startCopies: (
    copies: readonly PromotedCopy[],
    requester: Person,
    alsoDo: (transaction: PromotionTransaction, executionId: string) => Promise<void>,
  ) => Promise<string>;
  /** What a registry has under a reference; null where it has none, undefined where it cannot be asked now. */
  readonly findDigest: (
    registryId: string,
    repository: string,
    reference: string,
  ) => Promise<string | null | undefined>;
  /** The rule that keeps a tag where it is, as people write it. */
  readonly findImmutable: (place: TagPlace) => Promise<string | undefined>;
  /** Tells every page and instance. */
  readonly announce: (project: string, promotionId: string) => void;
  readonly announcePath: (project: string) => void;
  readonly newId: () => string;
}

export interface PromotionRequest {
  readonly project: string;
  readonly source: TagPlace & { readonly environment: string };
  readonly digest: string;
  readonly environment: string;
  /** Undefined: all that serve the environment. */
  readonly registryIds: readonly string[] | undefined;
  readonly comment: string;
}

/** Tags on their way from environment to environment. */
export class PromotionsService {
  readonly #deps: PromotionsDeps;

  constructor(deps: PromotionsDeps) {
    this.#deps = deps;
  }

  /** As it was set; what is not served by any registry is not on it. */
  async readPath(project: string): Promise<StoredPath & { readonly effective: readonly PathStep[] }> {
    const [stored, environments] = await Promise.all([this.#deps.paths.find(project), this.#environments()]);
    return { ...stored, effective: effectivePath(stored, environments) };
  }

  /** @returns false where somebody else changed it since `version` */
  async setPath(
    project: string,
    version: number,
    steps: readonly PathStep[] | null,
    changedBy: string | null,
  ): Promise<boolean> {
    const saved = await this.#deps.paths.set(project, version, steps, changedBy);
    if (saved !== undefined) this.#deps.announcePath(project);
    return saved !== undefined;
  }

  /** Begins the promotion, or has it wait for a second person. @throws PromotionRefusedError */
  async request(request: PromotionRequest, requester: Person): Promise<Promotion> {
    const { project, source, environment, digest } = request;
    const { effective } = await this.readPath(project);
    const needsApproval = needsApprovalBetween(effective, source.environment, environment);
    if (needsApproval === undefined) throw refusals.offPath(project, source.environment, environment);
    const registryIds = await this.#targetsOf(request);
    await this.#checkSource(request);
    const promotion: NewPromotion = {
      id: this.#deps.newId(),
      kind: 'promotion',
      project,
      repository: source.repository,
      tag: source.tag,
      digest,
      sourceRegistryId: source.registryId,
      sourceEnvironment: source.environment,
      environment,
      registryIds,
      comment: request.comment,
      needsApproval,
      requester,
      undoOf: null,
    };
    const targets = await this.#targetsNow(promotion);
    if (targets.every(({ previousDigest }) => previousDigest === digest)) {
      throw refusals.notNeeded(source, environment);
    }
    if (needsApproval) {
      if (!(await this.#deps.store.insertWaiting(promotion))) throw refusals.pending(source, environment);
    } else {
      await this.#deps.startCopies(copiesOf(promotion, targets), requester, (transaction, executionId) =>
        this.#deps.store.insertBegun(transaction, promotion, executionId, targets),
      );
    }
    return this.#announced(project, promotion.id);
  }

  /** @throws PromotionRefusedError */
  async approve(promotion: Promotion, person: Person, comment: string): Promise<Promotion> {
    const { id, project, requester } = promotion;
    if (isSame(requester, person)) throw refusals.ownApproval(promotion);
    if (promotion.state !== 'waiting') throw refusals.notWaiting(promotion.state);
    const begun = {
      repository: promotion.repository,
      tag: promotion.tag,
      digest: promotion.digest,
      sourceRegistryId: promotion.source.registryId,
      registryIds: promotion.targets.map(({ registryId }) => registryId),
    };
    await this.#checkServed([begun.sourceRegistryId], promotion.source.environment);
    await this.#checkServed(begun.registryIds, promotion.environment);
    const targets = await this.#targetsNow(begun);
    // Of a requester whose account is gone there are no rights to run with; whoever approved has some.
    const runsFor = requester.id === null ? person : requester;
    // Nothing else may be asked of the database in here: the embedded one has a single connection.
    let isBegun = true;
    await this.#deps
      .startCopies(copiesOf(begun, targets), runsFor, async (transaction, executionId) => {
        isBegun = await this.#deps.store.approve(transaction, id, { person, comment }, executionId, targets);
        if (!isBegun) throw new Error('The promotion waits no longer.');
      })
      .catch(async (error: unknown) => {
        if (isBegun) throw error;
        throw await this.#notWaiting(id);
      });
    return this.#announced(project, id);
  }

  /** @throws PromotionRefusedError */
  async decline(promotion: Promotion, person: Person, comment: string): Promise<Promotion> {
    if (isSame(promotion.requester, person)) throw refusals.ownDecline(promotion);
    return this.#close(promotion, 'declined', person, comment);
  }

  /** @throws PromotionRefusedError */
  async withdraw(promotion: Promotion, person: Person): Promise<Promotion> {
    return this.#close(promotion, 'withdrawn', person, '');
  }

  /** Puts back what was there before. @returns the promotion that does it @throws PromotionRefusedError */
  async undo(promotion: Promotion, person: Person, comment: string): Promise<Promotion> {
    const { store, newId } = this.#deps;
    const back = await this.#planUndo(promotion);
    const [first] = back;
    if (first === undefined) throw refusals.notUndoable('There is nothing to put back.');
    const undo: NewPromotion = {
      id: newId(),
      kind: 'undo',
      project: promotion.project,
      repository: promotion.repository,
      tag: promotion.tag,
      digest: first.digest,
      sourceRegistryId: first.registryId,
      sourceEnvironment: promotion.environment,
      environment: promotion.environment,
      registryIds: back.map(({ registryId }) => registryId),
      comment,
      needsApproval: false,
      requester: person,
      undoOf: promotion.id,
    };
    const targets = back.map((target) => ({ ...target, previousDigest: promotion.digest }));
    // Within each registry: it has the image, and no other one is needed for it.
    const copies = targets.flatMap((target) => copiesOf({ ...undo, sourceRegistryId: target.registryId }, [target]));
    await this.#deps.startCopies(copies, person, async (transaction, executionId) => {
      if (!(await store.lockForUndo(transaction, promotion.id))) {
        throw refusals.notUndoable('It is being undone already, or has been.');
      }
      await store.insertBegun(transaction, undo, executionId, targets);
    });
    this.#deps.announce(promotion.project, promotion.id);
    return this.#announced(promotion.project, undo.id);
  }

  async #planUndo(promotion: Promotion): Promise<readonly { registryId: string; digest: string }[]> {
    const { kind, state, repository, tag } = promotion;
    if (kind === 'undo') throw refusals.notUndoable('This is an undo itself: promote the tag again instead.');
    if (state === 'copying') throw refusals.notUndoable('It is still being copied: stop the copy instead.');
    if (state === 'undone') throw refusals.notUndoable('It has been undone already.');
    const targets = await this.#deps.store.listTargets(promotion.id);
    if (targets.length === 0) throw refusals.notUndoable('It was never begun: there is nothing to put back.');
    const registryIds = targets.map(({ registryId }) => registryId);
    await this.#checkServed(registryIds, promotion.environment);
    const current = await this.#currentDigests(targets, promotion);
    const plan = planUndo(targets, current);
    const at = (registryId: string): TagPlace => ({ registryId, repository, tag });
    if (plan.kind === 'moved') throw refusals.targetMoved(at(plan.registryId), plan.current);
    if (plan.kind === 'new') throw refusals.wasNew(at(plan.registryId));
    if (plan.kind === 'nothing') throw refusals.notUndoable('It changed nothing: there is nothing to put back.');
    for (const { registryId, digest } of plan.targets) {
      const rule = await this.#deps.findImmutable(at(registryId));
      if (rule !== undefined) throw refusals.tagHeld(at(registryId), rule);
      const found = await this.#deps.findDigest(registryId, repository, digest);
      if (found === null) throw refusals.previousGone(at(registryId), digest);
    }
    return plan.targets;
  }

  async #close(
    promotion: Promotion,
    state: 'declined' | 'withdrawn',
    person: Person,
    comment: string,
  ): Promise<Promotion> {
    if (promotion.state !== 'waiting') throw refusals.notWaiting(promotion.state);
    if (!(await this.#deps.store.close(promotion.id, state, { person, comment }))) {
      throw await this.#notWaiting(promotion.id);
    }
    return this.#announced(promotion.project, promotion.id);
  }

  async #notWaiting(id: string): Promise<Error> {
    return refusals.notWaiting((await this.#deps.view.find(id))?.state ?? 'withdrawn');
  }

  async #targetsOf({ source, environment, registryIds }: PromotionRequest): Promise<readonly string[]> {
    const registries = await this.#deps.registries();
    const serving = registries.filter((registry) => registry.environment === environment);
    const all = serving.map(({ registryId }) => registryId);
    if (registryIds === undefined) return all;
    const wrong = registryIds.find((registryId) => !all.includes(registryId) || registryId === source.registryId);
    if (wrong !== undefined) throw refusals.notServed(wrong, environment);
    return [...new Set(registryIds)];
  }

  /** Registries come and go while a promotion waits. */
  async #checkServed(registryIds: readonly string[], environment: string): Promise<void> {
    const registries = await this.#deps.registries();
    const isServed = (id: string) => registries.some((one) => one.registryId === id && one.environment === environment);
    const gone = registryIds.find((id) => !isServed(id));
    if (gone !== undefined) throw refusals.notServed(gone, environment);
  }

  /** The person saw this digest under the tag: the catalog must too, or else the registry itself. */
  async #checkSource({ source, digest }: PromotionRequest): Promise<void> {
    const { registryId, repository, tag } = source;
    const known = await this.#deps.store.findTag(registryId, repository, tag);
    if (known === digest) return;
    const found = await this.#deps.findDigest(registryId, repository, tag);
    const current = found === undefined ? known : found;
    if (current !== digest) throw refusals.sourceMoved(source, current);
  }

  /** What each target's tag is now, of which it will have to be moved. @throws PromotionRefusedError where a rule holds one */
  async #targetsNow({
    repository,
    tag,
    digest,
    registryIds,
  }: Pick<NewPromotion, 'repository' | 'tag' | 'digest' | 'registryIds'>): Promise<PromotedTarget[]> {
    const places = registryIds.map((registryId) => ({ registryId, repository, tag }));
    const current = await this.#currentDigests(places, { repository, tag });
    for (const place of places) {
      const previous = current.get(place.registryId) ?? null;
      if (previous === null || previous === digest) continue;
      const rule = await this.#deps.findImmutable(place);
      if (rule !== undefined) throw refusals.tagHeld(place, rule);
    }
    return registryIds.map((registryId) => ({ registryId, digest, previousDigest: current.get(registryId) ?? null }));
  }

  async #currentDigests(
    places: readonly { readonly registryId: string }[],
    { repository, tag }: { readonly repository: string; readonly tag: string },
  ): Promise<ReadonlyMap<string, string | null>> {
    const found = await Promise.all(
      places.map(async ({ registryId }) => {
        const asked = await this.#deps.findDigest(registryId, repository, tag);
        // A registry that is away is waited for by the copy; what it had when last seen is what the copy will expect.
        const digest = asked === undefined ? await this.#deps.store.findTag(registryId, repository, tag) : asked;
        return [registryId, digest] as const;
      }),
    );
    return new Map(found);
  }

  async #environments(): Promise<string[]> {
    return [...new Set((await this.#deps.registries()).map(({ environment }) => environment))];
  }

  async #announced(project: string, id: string): Promise<Promotion> {
    this.#deps.announce(project, id);
    const promotion = await this.#deps.view.find(id);
    if (promotion === undefined) throw new Error(`The promotion ${id} is not there.`);
    return promotion;
  }
}

function isSame(one: Person, other: Person): boolean {
  return one.id !== null && one.id === other.id;
}

function copiesOf(
  { repository, tag, sourceRegistryId }: Pick<NewPromotion, 'repository' | 'tag' | 'sourceRegistryId'>,
  targets: readonly PromotedTarget[],
): PromotedCopy[] {
  return targets.map(({ registryId, digest, previousDigest }) => ({
    source: { registryId: sourceRegistryId, repository, reference: digest },
    destination: { registryId, repository, tag },
    expectedDigest: previousDigest ?? '',
  }));
}
