/** Whose trash is not what it was. */
export interface ChangedTrash {
  readonly registryId: string;
  readonly project: string;
}

/** Pages read a list again at most about this often. */
const restMs = 250;

/** Tells of a project's trash in a registry: at once of the first change, and once of all that follow within a moment. */
export class TrashAnnouncements {
  readonly #tell: (changed: ChangedTrash) => void;
  readonly #resting = new Map<string, { timer: NodeJS.Timeout; isDue: boolean }>();

  constructor(tell: (changed: ChangedTrash) => void) {
    this.#tell = tell;
  }

  note({ registryId, project }: ChangedTrash): void {
    const key = `${registryId}/${project}`;
    const resting = this.#resting.get(key);
    if (resting !== undefined) {
      resting.isDue = true;
      return;
    }
    this.#tell({ registryId, project });
    const rest = {
      isDue: false,
      timer: setTimeout(() => {
        this.#resting.delete(key);
        if (rest.isDue) this.note({ registryId, project });
      }, restMs),
    };
    this.#resting.set(key, rest);
  }

  /** What is due is told now. */
  close(): void {
    for (const [key, { timer, isDue }] of this.#resting) {
      clearTimeout(timer);
      const [registryId = '', project = ''] = key.split('/');
      if (isDue) this.#tell({ registryId, project });
    }
    this.#resting.clear();
  }
}
