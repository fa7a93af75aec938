import type { createScanRunner } from './scan-runner.ts';

export interface ScanScheduleParts {
  readonly runner: ReturnType<typeof createScanRunner>;
  readonly onError: (error: unknown) => void;
  /** What is done now and then beside the scans. */
  readonly housekeeping: () => Promise<void>;
}

// How late a scan that another instance asked for may begin.
const pollMs = 5_000;
const housekeepingMs = 15 * 60_000;
// Two large registries at once leave the database and a small machine room for people.
const scansAtOnce = 2;

/** Looks for scans that are due. What is due when stands in the database, so that a restart forgets nothing. */
export function createScanSchedule({ runner, onError, housekeeping }: ScanScheduleParts) {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();
  const timers: NodeJS.Timeout[] = [];
  let isLooking = false;

  const look = async (): Promise<void> => {
    if (isLooking || stopping.signal.aborted) return;
    isLooking = true;
    try {
      while (running.size < scansAtOnce && !stopping.signal.aborted) {
        const taken = await runner.takeDue();
        if (taken === undefined) return;
        const scan = runner
          .run(taken, stopping.signal)
          .catch(onError)
          .finally(() => {
            running.delete(scan);
            void look();
          });
        running.add(scan);
      }
    } catch (error) {
      onError(error);
    } finally {
      isLooking = false;
    }
  };

  return {
    start(): void {
      timers.push(setInterval(() => void look(), pollMs));
      timers.push(setInterval(() => void housekeeping().catch(onError), housekeepingMs));
      void look();
    },
    /** Something may be due now. */
    wake: () => void look(),
    async stop(): Promise<void> {
      stopping.abort(new Error('Longshore is stopping.'));
      for (const timer of timers) clearInterval(timer);
      await Promise.allSettled(running);
    },
  };
}
