import type { CollectionLine, StepName } from './collections.ts';

type Line = Pick<CollectionLine, 'step' | 'source' | 'line'>;

export interface CollectionLogDeps {
  readonly write: (lines: readonly Line[]) => Promise<void>;
  readonly onWritten: () => void;
  readonly onFault: (error: unknown) => void;
}

const flushMs = 400;
/** Of one step: a registry of a million blobs names every one of them. */
const linesMax = 2000;

/** What is said during a run, written a few times a second. */
export class CollectionLog {
  readonly #deps: CollectionLogDeps;
  #waiting: Line[] = [];
  #counts = new Map<StepName, number>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: CollectionLogDeps) {
    this.#deps = deps;
  }

  say(step: StepName, line: string): void {
    this.#add({ step, source: 'longshore', line });
  }

  /** What a command said; beyond a limit it is only counted. */
  quote(step: StepName, line: string): void {
    const count = (this.#counts.get(step) ?? 0) + 1;
    this.#counts.set(step, count);
    if (count <= linesMax) this.#add({ step, source: 'command', line });
  }

  /** Says how much was left out of a step. */
  endStep(step: StepName): void {
    const left = (this.#counts.get(step) ?? 0) - linesMax;
    this.#counts.delete(step);
    if (left > 0) this.say(step, `… and ${left} more lines.`);
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length > 0) {
      this.#writing = this.#writing
        .then(() => this.#deps.write(lines))
        .then(this.#deps.onWritten)
        .catch(this.#deps.onFault);
    }
    await this.#writing;
  }

  #add(line: Line): void {
    this.#waiting.push(line);
    this.#timer ??= setTimeout(() => void this.flush(), flushMs);
  }
}
