/** The sandbox cannot start. The message is a sentence for the person at the terminal, with what to do. */
export class SandboxError extends Error {
  override name = 'SandboxError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** sysexits.h EX_CONFIG: starting again changes nothing before somebody corrects the configuration. */
export const EXIT_BAD_CONFIGURATION = 78;
