import { setTimeout as sleep } from 'node:timers/promises';
import { compileGlob, type Glob, GlobError } from '../../access/glob.ts';
import type { ChangedTrash } from './announcements.ts';
import { projectOf } from '../../access/subject.ts';
import {
  type Deleter,
  type Person,
  type Place,
  type RestoreTarget,
  type TrashItem,
  TrashRefusal,
  type TrashWhy,
} from './trash.ts';
import { trashReasons } from './trash-reasons.ts';
import {
  type Consequences,
  type SelectedArtifact,
  selectionMax,
  type TrashSelectionView,
} from './trash-selection.view.ts';
import type { Choose, TrashStore } from './trash.store.ts';

export type Selection =
  | (Place & { readonly kind: 'references'; readonly references: readonly string[] })
  | {
      readonly kind: 'pattern';
      readonly registryIds: readonly string[];
      readonly repositoryPattern: string;
      readonly tagPattern: string;
    }
  | (Place & { readonly kind: 'repository' });

/** The selection itself is wrong; `field` as the contract calls it. */
export class SelectionError extends Error {
  override readonly name = 'SelectionError';
  readonly field: string;

  constructor(field: string, sentence: string) {
    super(sentence);
    this.field = field;
  }
}

export class ArtifactMissingError extends Error {
  override readonly name = 'ArtifactMissingError';
}

/** Somebody was faster, or it is not in the trash any more. */
export class ItemBusyError extends Error {
  override readonly name = 'ItemBusyError';
}

export interface TrashServiceDeps {
  readonly store: TrashStore;
  readonly selections: TrashSelectionView;
  readonly findImmutable: (place: Place & { readonly tag: string }) => Promise<string | undefined>;
  /** Has a worker look, here and on the other instances. */
  readonly wake: () => Promise<void>;
  /** Something was asked for in a project's trash: it is shown from now on. */
  readonly onAsked: (changed: ChangedTrash) => void;
  readonly newId: () => string;
}

export interface DeletionPlan {
  readonly selected: readonly SelectedArtifact[];
  readonly consequences: Consequences;
  readonly held: ReadonlyArray<Place & { readonly tag: string; readonly rule: string }>;
}

/** One artifact whose digest is known from its registry. */
export interface SoughtArtifact extends Place {
  readonly tag: string | null;
  readonly digest: string;
}

export interface Patience {
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

export interface DeletedNow {
  readonly item: TrashItem;
  /** False where somebody else had asked for it before. */
  readonly isOwn: boolean;
}

const readAtOnce = 2000;
const insertedAtOnce = 500;
const pollMs = 100;

/** Deletions, restores and purges as people and policies ask for them. The work is the runner’s. */
export class TrashService {
  readonly #deps: TrashServiceDeps;
  /** Who waits for news of an item. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(deps: TrashServiceDeps) {
    this.#deps = deps;
  }

  /** @throws SelectionError, ArtifactMissingError */
  async preview(project: string, selection: Selection): Promise<DeletionPlan> {
    const selected = await this.#select(project, selection);
    const consequences = await this.#deps.selections.findConsequences(selected);
    const held: Array<DeletionPlan['held'][number]> = [];
    for (const { registryId, repository, tag } of selected) {
      if (tag === null) continue;
      const rule = await this.#deps.findImmutable({ registryId, repository, tag });
      if (rule !== undefined) held.push({ registryId, repository, tag, rule });
    }
    return { selected, consequences, held };
  }

  /** @returns the items, one for each artifact. @throws SelectionError, ArtifactMissingError */
  async delete(project: string, selection: Selection, by: Person, comment = ''): Promise<string[]> {
    const selected = await this.#select(project, selection);
    const ids: string[] = [];
    for (let start = 0; start < selected.length; start += insertedAtOnce) {
      const part = selected.slice(start, start + insertedAtOnce);
      const deletions = part.map((artifact) => ({ ...artifact, id: this.#deps.newId() }));
      ids.push(...(await this.#deps.store.insert(deletions, 'person', by, comment)));
      for (const { registryId } of part) this.#deps.onAsked({ registryId, project });
    }
    await this.#deps.wake();
    return ids;
  }

  /** For what keeps a list of its own: chosen and written down in one transaction, so that neither is without the other. */
  async deleteChosen(choose: Choose, why: TrashWhy, by: Person): Promise<void> {
    for (const chosen of await this.#deps.store.insertChosen(choose, why, by)) this.#deps.onAsked(chosen);
    await this.#deps.wake();
  }

  /** What no tag reaches; each is looked at once more before it goes. @returns how many are new or under way */
  async deleteUntagged(manifests: readonly SelectedArtifact[], by: Person): Promise<number> {
    let count = 0;
    for (let start = 0; start < manifests.length; start += insertedAtOnce) {
      const part = manifests.slice(start, start + insertedAtOnce);
      const deletions = part.map((manifest) => ({ ...manifest, id: this.#deps.newId() }));
      count += (await this.#deps.store.insert(deletions, 'untagged', by)).length;
      for (const deletion of deletions) this.#deps.onAsked(deletion);
    }
    if (count > 0) await this.#deps.wake();
    return count;
  }

  /** @throws ItemBusyError, TrashRefusal where its tag is something else by now and nobody said what to do */
  async restore(item: TrashItem, target: RestoreTarget, by: string | null): Promise<void> {
    await this.#refuseTaken(item, target);
    if (!(await this.#deps.store.beginRestore(item.id, target, by))) throw new ItemBusyError();
    this.#deps.onAsked(item);
    await this.#deps.wake();
  }

  /** @throws ItemBusyError */
  async purge(item: TrashItem, by: string | null): Promise<void> {
    if (!(await this.#deps.store.beginPurge(item.id, by))) throw new ItemBusyError();
    this.#deps.onAsked(item);
    await this.#deps.wake();
  }

  find(id: string): Promise<TrashItem | undefined> {
    return this.#deps.store.find(id);
  }

  findWindow(project: string): Promise<number | undefined> {
    return this.#deps.store.findWindow(project);
  }

  setWindow(project: string, days: number): Promise<boolean> {
    return this.#deps.store.setWindow(project, days);
  }

  /**
   * For whoever waits for it: resolves when it is in the trash, when it is said why it is not, or when it is to be tried
   * again later; undefined where that takes longer than their patience. Goes on without them in any case.
   */
  async deleteNow(
    artifact: SoughtArtifact,
    why: TrashWhy,
    by: Deleter,
    wait: Patience,
  ): Promise<DeletedNow | undefined> {
    const { store, selections, newId } = this.#deps;
    const { registryId, repository, tag, digest } = artifact;
    const known = await selections.findReferences({ registryId, repository }, [tag ?? digest]);
    const { pushedAt = null, pushedBy = null } = known.find((one) => one.digest === digest) ?? {};
    const ownId = newId();
    const deletion = { ...artifact, id: ownId, project: projectOf(repository), pushedAt, pushedBy };
    const [id] = await store.insert([deletion], why, by);
    if (id === undefined) throw new Error('The deletion was not written down.');
    this.#deps.onAsked(deletion);
    const endsAtMs = performance.now() + wait.patienceMs;
    await this.#deps.wake();
    for (;;) {
      const news = this.#nextNewsOf(id, wait.signal);
      const item = await store.find(id);
      if (item === undefined) throw new Error('The deletion is not there any more.');
      if (item.state !== 'deleting' || item.reason !== null) return { item, isOwn: id === ownId };
      if (performance.now() > endsAtMs) return undefined;
      await news;
      wait.signal.throwIfAborted();
    }
  }

  /** What was put off is not tried again. @returns false where somebody is at it, or it has ended */
  withdraw(id: string): Promise<boolean> {
    return this.#deps.store.withdraw(id);
  }

  /** Something became of the item, in this process. */
  noteEnded(id: string): void {
    for (const tell of this.#waiting.get(id) ?? []) tell();
  }

  /** At the latest after a while: another instance may have it. Never rejects. */
  async #nextNewsOf(id: string, signal: AbortSignal): Promise<void> {
    const told = new AbortController();
    const tell = (): void => told.abort();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(tell));
    await sleep(pollMs, undefined, { signal: AbortSignal.any([told.signal, signal]) }).catch(() => undefined);
    waiting.delete(tell);
    if (waiting.size === 0) this.#waiting.delete(id);
  }

  /** As far as the catalog knows; the worker asks the registry. */
  async #refuseTaken({ registryId, repository, tag, digest }: TrashItem, target: RestoreTarget): Promise<void> {
    const name = target.kind === 'tag' ? target.tag : tag;
    if (name === null || target.kind === 'digest') return;
    const now = (await this.#deps.store.listTags(registryId, repository)).get(name);
    if (now === undefined || now === digest) return;
    if (target.kind === 'replace' && target.replaces === now) return;
    throw new TrashRefusal(trashReasons.tagTaken(`${repository}:${name}`, now));
  }

  async #select(project: string, selection: Selection): Promise<SelectedArtifact[]> {
    const selected = await this.#read(project, selection);
    if (selected.length > selectionMax) {
      const sentence = `More than ${selectionMax} tags are selected: narrow the pattern, and delete in several steps.`;
      throw new SelectionError(selection.kind === 'pattern' ? 'selection.tagPattern' : 'selection', sentence);
    }
    if (selection.kind === 'references') {
      const found = new Set(selected.flatMap(({ tag, digest }) => tag ?? digest ?? []));
      const missing = selection.references.find((reference) => !found.has(reference));
      if (missing !== undefined) throw new ArtifactMissingError(missing);
    }
    return selected;
  }

  async #read(project: string, selection: Selection): Promise<SelectedArtifact[]> {
    const { selections } = this.#deps;
    if (selection.kind === 'references') return selections.findReferences(selection, selection.references);
    if (selection.kind === 'repository') return selections.listRepository(selection);
    const fitsRepository = compiled('selection.repositoryPattern', selection.repositoryPattern);
    const fitsTag = compiled('selection.tagPattern', selection.tagPattern);
    const found: SelectedArtifact[] = [];
    let after: SelectedArtifact | null = null;
    do {
      const rows: SelectedArtifact[] = await selections.listProject(project, selection.registryIds, after, readAtOnce);
      const fitting = rows.filter(
        ({ repository, tag }) => fitsRepository(nameInProject(project, repository)) && tag !== null && fitsTag(tag),
      );
      found.push(...fitting);
      after = rows.length < readAtOnce ? null : (rows.at(-1) ?? null);
    } while (after !== null && found.length <= selectionMax);
    return found;
  }
}

/** As rules of a project name its repositories: below the project, except in the built-in one, which has no prefix. */
function nameInProject(project: string, repository: string): string {
  const isBelow = project !== 'library' && repository.startsWith(`${project}/`);
  return isBelow ? repository.slice(project.length + 1) : repository;
}

function compiled(field: string, pattern: string): Glob {
  try {
    return compileGlob(pattern);
  } catch (error) {
    if (error instanceof GlobError) throw new SelectionError(field, error.message);
    throw error;
  }
}
