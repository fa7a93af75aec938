import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { type ConstructorOptions, fromKysely, fromPglite, type PGliteLike, PgBoss } from 'pg-boss';
import type { Database, Tables } from '../database/index.ts';
import { createWorker, type Job, type Worker } from './worker.ts';

export interface EnqueueOptions {
  /** The job exists if, and only if, this transaction commits. */
  readonly transaction?: Kysely<Tables> | undefined;
  /** While a job of this key waits to be taken, another one is not added. */
  readonly singletonKey?: string | undefined;
  readonly startAfter?: Date | undefined;
}

export interface WorkOptions {
  /** Jobs at once in this process. */
  readonly concurrency: number;
}

/** A few words over the queue library. A job is run at least once; how its work stays correct is its own business. */
export interface JobQueue {
  enqueue(name: string, payload: object, options?: EnqueueOptions): Promise<void>;
  /** Runs each job; one whose handler rejects is tried again, later each time. */
  work<Payload extends object>(
    name: string,
    handler: (job: Job<Payload>) => Promise<void>,
    options: WorkOptions,
  ): Promise<void>;
  /** Five fields, UTC. A name has one schedule; a time that passed while nothing ran is made up for once. */
  schedule(name: string, cron: string, payload: object): Promise<void>;
  /** Makes the library's tables and the queues. */
  start(): Promise<void>;
  /** Takes no more jobs, waits for those that run for up to `graceMs`, then gives the rest back. */
  stop(graceMs?: number): Promise<void>;
}

export interface JobQueueOptions {
  readonly database: Database;
  /** Every name that is used: inside a transaction a queue can no longer be made. */
  readonly names: readonly string[];
  /** How often a job gets tried, the first time included. */
  readonly attemptsMax?: number;
  /** A job whose process died runs again after this long. */
  readonly expireInSeconds?: number;
  /** A look for jobs whose wake-up call was lost, or that were put off. */
  readonly pollMs?: number;
  readonly onFault: (error: unknown) => void;
}

// Our own channel: the library's workers, with its wake-ups, wait half a minute between two single jobs.
const channel = 'longshore_jobs';

export function createJobQueue(options: JobQueueOptions): JobQueue {
  const { database, names, attemptsMax = 5, expireInSeconds = 900, pollMs = 2000, onFault } = options;
  const boss = new PgBoss(libraryOptions(database));
  boss.on('error', onFault);
  const workers = new Map<string, Worker>();
  const stopping = new AbortController();
  let unlisten: (() => Promise<void>) | undefined;

  const wakeAll = (): void => {
    for (const worker of workers.values()) worker.wake();
  };
  const checkName = (name: string): void => {
    if (!names.includes(name)) throw new Error(`The job queue was not told of “${name}”.`);
  };

  return {
    async start() {
      await boss.start();
      for (const name of names) {
        // `short`: one waiting job for each singleton key.
        const rules = { retryLimit: attemptsMax - 1, retryDelay: 2, retryBackoff: true, retryDelayMax: 300 };
        await boss.createQueue(name, { policy: 'short', expireInSeconds, deleteAfterSeconds: 86_400, ...rules });
        // The library remembers a queue when it is first used. Inside a transaction on the embedded database, which has one
        // session, that look would wait for the transaction that waits for it.
        await boss.fetch(name, { batchSize: 1, minPriority: 1_000_000 });
      }
      unlisten = await database.listen(channel, (name) => workers.get(name)?.wake(), { onGap: wakeAll });
    },
    async enqueue(name, payload, { transaction, singletonKey, startAfter } = {}) {
      checkName(name);
      await boss.send(name, payload, {
        singletonKey: singletonKey ?? randomUUID(),
        ...(startAfter === undefined ? {} : { startAfter }),
        ...(transaction === undefined ? {} : { db: fromKysely(transaction) }),
      });
      if (transaction === undefined) await database.notify(channel, name);
      else await notifyInside(transaction, name);
    },
    async work(name, handler, { concurrency }) {
      checkName(name);
      const worker = createWorker({ boss, name, handler, concurrency, pollMs, stopping: stopping.signal, onFault });
      workers.set(name, worker);
      worker.wake();
    },
    async schedule(name, cron, payload) {
      checkName(name);
      await boss.schedule(name, cron, payload, { singletonKey: 'schedule', missed: 'once' });
    },
    async stop(graceMs = 5000) {
      stopping.abort(new Error('The server is stopping.'));
      await Promise.all([...workers.values()].map((worker) => worker.stop(graceMs)));
      await unlisten?.();
      await boss.stop({ graceful: false });
    },
  };
}

function libraryOptions({ queueBackend }: Database): ConstructorOptions {
  const quiet = { registerInstance: false, monitorVacuum: false, openTelemetry: { enabled: false } };
  // Handed on to its pool as they are; its type lists but some of them.
  if (queueBackend.kind === 'postgres') return { ...quiet, ...(queueBackend.poolSettings as object), max: 4 };
  // Two methods are all the adapter uses; every statement waits its turn behind our transactions.
  const session = queueBackend.session as unknown as PGliteLike;
  return { ...quiet, db: fromPglite(session), backend: 'pglite', reindex: false };
}

/** Delivered when the transaction commits. */
async function notifyInside(transaction: Kysely<Tables>, name: string): Promise<void> {
  await transaction
    .selectNoFrom((select) => select.fn('pg_notify', [select.val(channel), select.val(name)]).as('told'))
    .execute();
}
