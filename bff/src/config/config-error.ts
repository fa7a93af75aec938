/** sysexits.h EX_CONFIG: starting again changes nothing before somebody corrects the configuration. */
export const EXIT_BAD_CONFIGURATION = 78;

/** One sentence that names the key, for the person who wrote the configuration. Never holds a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly exitCode: number;

  /** Another exit code where starting again may help. */
  constructor(sentence: string, exitCode = EXIT_BAD_CONFIGURATION) {
    super(sentence);
    this.exitCode = exitCode;
  }
}
