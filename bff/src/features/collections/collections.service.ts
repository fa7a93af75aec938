import type { CollectionRunner } from './collection-runner.ts';
import type { CollectionsStore, DueSchedule } from './collections.store.ts';
import {
  type CollectionCommands,
  type CollectionRun,
  type CollectionSchedule,
  usualLimitMinutes,
} from './collections.ts';
import type { OpenWork, OpenWritesStore } from './open-writes.store.ts';

export interface ScheduleDraft {
  readonly cron: string;
  readonly timeZone: string;
  readonly limitMinutes: number | undefined;
}

export interface CollectionsServiceDeps {
  readonly store: CollectionsStore;
  readonly openWrites: OpenWritesStore;
  readonly commandsOf: (registryId: string) => CollectionCommands | undefined;
  readonly tokenLifeMs: (registryId: string) => Promise<number | undefined>;
  /** What is wrong with a schedule. */
  readonly problemsOf: (schedule: {
    readonly cron: string;
    readonly timeZone: string;
  }) => readonly { readonly field: 'cron' | 'timeZone'; readonly words: { readonly en: string } }[];
  readonly nextTime: (schedule: { readonly cron: string; readonly timeZone: string }, from: Date) => Date | null;
  readonly announceRun: (runId: string) => void;
  readonly onScheduled: (run: { readonly registryId: string; readonly isRefused: boolean }) => Promise<void>;
  readonly newId: () => string;
  /** By the database's clock, which decides what is due. */
  readonly databaseNow: () => Promise<Date>;
}

/** The server's configuration says nothing of this registry. */
export class NotConfiguredError extends Error {
  override readonly name = 'NotConfiguredError';

  constructor() {
    super(
      'The server’s configuration does not say how to collect garbage there: it needs an entry under “collections”.',
    );
  }
}

export class CollectionRunningError extends Error {
  override readonly name = 'CollectionRunningError';

  constructor() {
    super('A collection or a preview of it is at work there already.');
  }
}

export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

export interface CollectionSetup {
  readonly isConfigured: boolean;
  readonly canMeasure: boolean;
  readonly schedule: CollectionSchedule | null;
  readonly drain: (Pick<OpenWork, 'uploads' | 'copies' | 'trashItems'> & { readonly tokensUntil: Date | null }) | null;
}

/** Begins, stops and plans collections. */
export class CollectionsService {
  readonly #deps: CollectionsServiceDeps;
  /** Set when it is built: the runner calls back for schedules. */
  #runner: Pick<CollectionRunner, 'wake'> | undefined;

  constructor(deps: CollectionsServiceDeps) {
    this.#deps = deps;
  }

  wakes(runner: Pick<CollectionRunner, 'wake'>): void {
    this.#runner = runner;
  }

  async setup(registryId: string): Promise<CollectionSetup> {
    const commands = this.#deps.commandsOf(registryId);
    const [schedule, open, tokenLifeMs] = await Promise.all([
      this.#deps.store.findSchedule(registryId),
      this.#deps.openWrites.findOpen(registryId),
      this.#deps.tokenLifeMs(registryId),
    ]);
    return {
      isConfigured: commands !== undefined,
      canMeasure: commands?.measure != null,
      schedule: schedule ?? null,
      drain: open === undefined ? null : { ...open, tokensUntil: tokensUntilOf(open, tokenLifeMs) },
    };
  }

  /** @throws NotConfiguredError, CollectionRunningError */
  async begin(
    registryId: string,
    kind: CollectionRun['kind'],
    { limitMinutes, askedBy }: { readonly limitMinutes: number | undefined; readonly askedBy: string | null },
  ): Promise<string> {
    if (this.#deps.commandsOf(registryId) === undefined) throw new NotConfiguredError();
    const id = this.#deps.newId();
    const run = { id, registryId, kind, limitMinutes: limitMinutes ?? usualLimitMinutes, askedBy, isScheduled: false };
    if ((await this.#deps.store.create(run)) === 'running') throw new CollectionRunningError();
    this.#deps.announceRun(id);
    this.#runner?.wake();
    return id;
  }

  async stop(registryId: string, id: string, by: string | null): Promise<void> {
    await this.#deps.store.requestStop(registryId, id, by);
    this.#deps.announceRun(id);
  }

  /** @throws NotConfiguredError, ScheduleError */
  async setSchedule(registryId: string, draft: ScheduleDraft | null, setBy: string | null): Promise<void> {
    if (draft === null) {
      await this.#deps.store.saveSchedule(registryId, null);
      return;
    }
    if (this.#deps.commandsOf(registryId) === undefined) throw new NotConfiguredError();
    const [problem] = this.#deps.problemsOf(draft);
    if (problem !== undefined) throw new ScheduleError(`schedule.${problem.field}`, problem.words.en);
    const nextAt = this.#deps.nextTime(draft, await this.#deps.databaseNow());
    if (nextAt === null) throw new ScheduleError('schedule.cron', 'That time never comes.');
    const { cron, timeZone, limitMinutes = usualLimitMinutes } = draft;
    await this.#deps.store.saveSchedule(registryId, { cron, timeZone, limitMinutes, nextAt, setBy });
  }

  /** A time that passed while nothing ran is made up for once. */
  async startDue(): Promise<void> {
    for (const due of await this.#deps.store.listDue()) await this.#startOne(due);
  }

  async #startOne(due: DueSchedule): Promise<void> {
    const nextAt = this.#deps.nextTime(due, await this.#deps.databaseNow());
    if (nextAt === null || !(await this.#deps.store.takeDue(due, nextAt))) return;
    const { registryId, limitMinutes } = due;
    if (this.#deps.commandsOf(registryId) === undefined) return;
    const id = this.#deps.newId();
    const run = { id, registryId, kind: 'collection' as const, limitMinutes, askedBy: null, isScheduled: true };
    const isRefused = (await this.#deps.store.create(run)) === 'running';
    if (!isRefused) this.#deps.announceRun(id);
    await this.#deps.onScheduled({ registryId, isRefused });
  }
}

function tokensUntilOf({ refusedSince }: OpenWork, tokenLifeMs: number | undefined): Date | null {
  return tokenLifeMs === undefined ? null : new Date(refusedSince.getTime() + tokenLifeMs);
}
