import { inspect } from 'node:util';

const shown = '[secret]';

/** A value of the configuration that never prints itself: logs, JSON and templates show `[secret]`. */
export class ConfigSecret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
