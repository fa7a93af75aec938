import { addBytes, heldBy } from './storage.ts';

/** Blobs of which the same repositories hold the same: their bytes together. */
export interface BlobGroup {
  readonly holders: ReadonlyArray<{ readonly repositoryId: number; readonly held: number }>;
  readonly sizeBytes: number;
}

export interface RegistryFigures {
  totalBytes: number;
  uniqueBytes: number;
  sharedBytes: number;
  trashBytes: number;
  untaggedBytes: number;
  youngBytes: number;
  bothBytes: number;
}

export interface ProjectFigures {
  totalBytes: number;
  uniqueBytes: number;
  trashBytes: number;
  untaggedBytes: number;
  bothBytes: number;
}

export interface RepositoryFigures {
  referencedBytes: number;
  uniqueBytes: number;
  trashBytes: number;
  untaggedBytes: number;
}

const live = heldBy.tag | heldBy.untagged | heldBy.young;
const lasting = heldBy.tag | heldBy.young;

const noRepository = (): RepositoryFigures => ({
  referencedBytes: 0,
  uniqueBytes: 0,
  trashBytes: 0,
  untaggedBytes: 0,
});
const noProject = (): ProjectFigures => ({
  totalBytes: 0,
  uniqueBytes: 0,
  trashBytes: 0,
  untaggedBytes: 0,
  bothBytes: 0,
});

/** Adds up one registry, group by group: each blob once, for it, for its projects and for its repositories. */
export class StorageSums {
  readonly registry: RegistryFigures = {
    totalBytes: 0,
    uniqueBytes: 0,
    sharedBytes: 0,
    trashBytes: 0,
    untaggedBytes: 0,
    youngBytes: 0,
    bothBytes: 0,
  };
  readonly projects = new Map<string, ProjectFigures>();
  readonly repositories = new Map<number, RepositoryFigures>();
  readonly #projectOf: (repositoryId: number) => string;

  constructor(projectOf: (repositoryId: number) => string) {
    this.#projectOf = projectOf;
  }

  add({ holders, sizeBytes }: BlobGroup): void {
    const all = holders.reduce((bits, { held }) => bits | held, 0);
    const isTrash = (all & ~heldBy.trash) === 0;
    const isUntagged = (all & ~heldBy.untagged) === 0;
    const isBoth = (all & lasting) === 0;
    const isAlone = holders.length === 1;
    this.#addToRegistry(sizeBytes, all, isAlone);
    for (const { repositoryId, held } of holders) {
      const figures = entryOf(this.repositories, repositoryId, noRepository);
      if ((held & live) !== 0) figures.referencedBytes = addBytes(figures.referencedBytes, sizeBytes);
      if (!isAlone) continue;
      if ((held & live) !== 0) figures.uniqueBytes = addBytes(figures.uniqueBytes, sizeBytes);
      if (isTrash) figures.trashBytes = addBytes(figures.trashBytes, sizeBytes);
      if (isUntagged) figures.untaggedBytes = addBytes(figures.untaggedBytes, sizeBytes);
    }
    const projects = new Set(holders.map(({ repositoryId }) => this.#projectOf(repositoryId)));
    for (const project of projects) {
      const figures = entryOf(this.projects, project, noProject);
      figures.totalBytes = addBytes(figures.totalBytes, sizeBytes);
      if (projects.size > 1) continue;
      figures.uniqueBytes = addBytes(figures.uniqueBytes, sizeBytes);
      if (isTrash) figures.trashBytes = addBytes(figures.trashBytes, sizeBytes);
      if (isUntagged) figures.untaggedBytes = addBytes(figures.untaggedBytes, sizeBytes);
      if (isBoth) figures.bothBytes = addBytes(figures.bothBytes, sizeBytes);
    }
  }

  #addToRegistry(sizeBytes: number, all: number, isAlone: boolean): void {
    const { registry } = this;
    registry.totalBytes = addBytes(registry.totalBytes, sizeBytes);
    if (isAlone) registry.uniqueBytes = addBytes(registry.uniqueBytes, sizeBytes);
    else registry.sharedBytes = addBytes(registry.sharedBytes, sizeBytes);
    if (all === heldBy.trash) registry.trashBytes = addBytes(registry.trashBytes, sizeBytes);
    if (all === heldBy.untagged) registry.untaggedBytes = addBytes(registry.untaggedBytes, sizeBytes);
    if ((all & ~(heldBy.young | heldBy.untagged)) === 0 && (all & heldBy.young) !== 0) {
      registry.youngBytes = addBytes(registry.youngBytes, sizeBytes);
    }
    if ((all & lasting) === 0) registry.bothBytes = addBytes(registry.bothBytes, sizeBytes);
  }
}

function entryOf<Key, Figures>(map: Map<Key, Figures>, key: Key, none: () => Figures): Figures {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = none();
  map.set(key, made);
  return made;
}
