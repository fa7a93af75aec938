import type { Task, TaskFigures, TaskState } from './replication.ts';

interface End {
  readonly registryId: string;
  readonly repository: string;
}

/** What is said of a task while it runs, by whichever instance runs it. */
export interface TaskProgressNote extends TaskFigures {
  readonly id: string;
  readonly executionId: string;
  readonly state: TaskState;
  readonly attempt: number;
  readonly rateBytesPerSecond: number | null;
  readonly etaSeconds: number | null;
  readonly source: End;
  readonly destination: End;
}

/** Whoever runs a task speaks three times a second; after this the database knows better. */
const silenceMs = 3000;

/** The figures of all running tasks as they are this moment; in the database they are up to two seconds old. */
export class LiveProgress {
  readonly #now: () => number;
  readonly #notes = new Map<string, { note: TaskProgressNote; heardAtMs: number }>();

  /** @param now milliseconds of a clock that does not go back */
  constructor(now: () => number) {
    this.#now = now;
  }

  hear(note: TaskProgressNote): void {
    if (note.state === 'running') this.#notes.set(note.id, { note, heardAtMs: this.#now() });
    else this.#notes.delete(note.id);
  }

  /** A task as the database has it, with the figures of whoever runs it. */
  current(task: Task): Task {
    const note = this.#find(task.id);
    if (note === undefined || task.state !== 'running' || note.attempt !== task.attempt) return task;
    const { bytesTotal, bytesDone, bytesSkipped, blobsTotal, blobsDone, rateBytesPerSecond, etaSeconds } = note;
    return { ...task, bytesTotal, bytesDone, bytesSkipped, blobsTotal, blobsDone, rateBytesPerSecond, etaSeconds };
  }

  /** Of every running task, or of those of one execution. */
  list(executionId?: string): TaskProgressNote[] {
    return [...this.#notes.keys()].flatMap((id) => {
      const note = this.#find(id);
      return note !== undefined && (executionId === undefined || note.executionId === executionId) ? [note] : [];
    });
  }

  #find(taskId: string): TaskProgressNote | undefined {
    const known = this.#notes.get(taskId);
    if (known === undefined) return undefined;
    if (this.#now() - known.heardAtMs < silenceMs) return known.note;
    this.#notes.delete(taskId);
    return undefined;
  }
}

/** Bytes a second of several tasks; null where none runs. */
export function sumRates(notes: readonly TaskProgressNote[]): number | null {
  if (notes.length === 0) return null;
  return notes.reduce((sum, { rateBytesPerSecond }) => sum + (rateBytesPerSecond ?? 0), 0);
}
