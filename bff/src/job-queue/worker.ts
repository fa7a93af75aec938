import type { Job as LibraryJob, PgBoss } from 'pg-boss';

export interface Job<Payload> {
  readonly id: string;
  readonly payload: Payload;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Aborted when the queue stops; a handler that goes on after it is run again elsewhere. */
  readonly signal: AbortSignal;
}

export interface Worker {
  /** Looks for jobs now. */
  wake(): void;
  stop(graceMs: number): Promise<void>;
}

interface WorkerOptions<Payload> {
  readonly boss: PgBoss;
  readonly name: string;
  readonly handler: (job: Job<Payload>) => Promise<void>;
  readonly concurrency: number;
  readonly pollMs: number;
  readonly stopping: AbortSignal;
  readonly onFault: (error: unknown) => void;
}

/** Takes as many jobs as it has room for whenever it is woken, and on a slow beat for wake-ups that were lost. */
export function createWorker<Payload extends object>(options: WorkerOptions<Payload>): Worker {
  const { boss, name, concurrency, pollMs, stopping, onFault } = options;
  const running = new Map<string, { run: Promise<void>; attempt: { id: string; retryCount: number } }>();
  let looking: Promise<void> | undefined;
  let isWokenMeanwhile = false;

  const settle = async (job: LibraryJob<Payload>): Promise<void> => {
    const attempt = { id: job.id, retryCount: job.retryCount };
    try {
      await options.handler({ id: job.id, payload: job.data, attempt: job.retryCount + 1, signal: stopping });
    } catch (error) {
      onFault(error);
      // Only a message: what an error carries beside it may be a secret.
      await boss.fail(name, attempt, { message: error instanceof Error ? error.message : 'unknown' });
      return;
    }
    await boss.complete(name, attempt);
  };
  const take = async (): Promise<void> => {
    while (running.size < concurrency && !stopping.aborted) {
      isWokenMeanwhile = false;
      const room = concurrency - running.size;
      const jobs = await boss.fetch<Payload>(name, { batchSize: room });
      for (const job of jobs) {
        const run = settle(job)
          .catch(onFault)
          .finally(() => {
            running.delete(job.id);
            wake();
          });
        running.set(job.id, { run, attempt: { id: job.id, retryCount: job.retryCount } });
      }
      if (jobs.length < room && !isWokenMeanwhile) return;
    }
  };
  const wake = (): void => {
    isWokenMeanwhile = true;
    if (stopping.aborted) return;
    looking ??= take()
      .catch(onFault)
      .finally(() => {
        looking = undefined;
      });
  };
  const beat = setInterval(wake, pollMs).unref();

  return {
    wake,
    async stop(graceMs) {
      clearInterval(beat);
      await looking;
      const grace = new Promise<void>((resolve) => {
        setTimeout(resolve, graceMs).unref();
      });
      await Promise.race([Promise.allSettled([...running.values()].map(({ run }) => run)), grace]);
      const given = [...running.values()].map(({ attempt }) => attempt);
      // Given back, so that another instance takes them at once instead of when they expire.
      if (given.length > 0) await boss.fail(name, given, { message: 'The server stopped.' }).catch(onFault);
    },
  };
}
