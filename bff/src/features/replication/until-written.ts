import { setTimeout as sleep } from 'node:timers/promises';

interface Patience {
  readonly onFault: (error: unknown) => void;
  /** Asked before each wait. */
  readonly mayWait: () => boolean;
}

const triesMax = 120;

/** The database may be away for a while: what is known of the tasks is kept until it is back. */
export async function untilWritten<Written>(
  write: () => Promise<Written>,
  { onFault, mayWait }: Patience,
): Promise<Written> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      onFault(error);
      if (attempt >= triesMax || !mayWait()) throw error;
      await sleep(Math.min(1000, 50 * attempt));
    }
  }
}
