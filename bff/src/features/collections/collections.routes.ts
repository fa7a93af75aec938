import { Router } from 'express';
import type { AnswerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/collections.ts';
import { ApiError } from '../../http/api-error.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { CollectionRun, CollectionSchedule } from './collections.ts';
import {
  CollectionRunningError,
  type CollectionSetup,
  type CollectionsService,
  NotConfiguredError,
  ScheduleError,
} from './collections.service.ts';
import type { CollectionsStore } from './collections.store.ts';

export interface CollectionsRoutesDeps {
  readonly collections: CollectionsService;
  readonly store: CollectionsStore;
  /** Undefined where there is no such registry. */
  readonly environmentOf: (registryId: string) => Promise<string | undefined>;
  readonly clock: { now(): Date };
}

const pageLength = 30;
const linesAtOnce = 1000;
const columns = [{ type: 'integer' }, { type: 'text' }] as const;

export function collectionsRoutes(deps: CollectionsRoutesDeps): Router {
  const router = Router();
  mountReads(router, deps);
  mountChanges(router, deps);
  return router;
}

function mountReads(router: Router, deps: CollectionsRoutesDeps): void {
  const { collections, store } = deps;
  mountEndpoint(router, contract.getCollectionSetup, async ({ params: { registryId } }) => {
    await findRegistry(deps, registryId);
    return setupAnswer(await collections.setup(registryId), deps.clock.now());
  });
  mountEndpoint(router, contract.listCollections, async ({ params: { registryId }, query }) => {
    await findRegistry(deps, registryId);
    const { sort = '-created', limit = pageLength, cursor, q } = query;
    const after = readCursor(cursor, sort, columns);
    const position = after === null ? undefined : { createdMicroseconds: Number(after[0]), id: String(after[1]) };
    const found = await store.list(registryId, { limit: limit + 1, after: position, q });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      items: page.map(runAnswer),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.positionMicroseconds, last.id]),
      total: null,
    };
  });
  mountEndpoint(router, contract.getCollection, async ({ params: { registryId, collectionId } }) => {
    const run = await findRun(deps, registryId, collectionId);
    const steps = await store.listSteps(run.id);
    return {
      collection: runAnswer(run),
      steps: steps
        .toSorted((one, other) => orderOf(one.name) - orderOf(other.name))
        .map((step) => ({
          ...step,
          findings: { ...step.findings },
          reason: step.reason && { ...step.reason, params: { ...step.reason.params } },
          startedAt: step.startedAt.toISOString(),
          endedAt: step.endedAt?.toISOString() ?? null,
        })),
    };
  });
  mountEndpoint(router, contract.getCollectionLog, async ({ params: { registryId, collectionId }, query }) => {
    const run = await findRun(deps, registryId, collectionId);
    const lines = await store.listLines(run.id, query.after ?? 0, linesAtOnce + 1);
    return {
      items: lines.slice(0, linesAtOnce).map((line) => ({ ...line, at: line.at.toISOString() })),
      hasMore: lines.length > linesAtOnce,
    };
  });
}

function mountChanges(router: Router, deps: CollectionsRoutesDeps): void {
  const { collections } = deps;
  const noted = async (registryId: string, { audit }: RequestContext): Promise<void> => {
    audit.note({ environment: await findRegistry(deps, registryId), target: registryId });
  };
  mountEndpoint(router, contract.startCollection, async ({ params: { registryId }, body }, context) => {
    await noted(registryId, context);
    const { kind, limitMinutes } = body;
    context.audit.note({ after: { kind } });
    const asked = { limitMinutes, askedBy: context.account?.username ?? null };
    const id = await mapped(() => collections.begin(registryId, kind, asked));
    return runAnswer(await findRun(deps, registryId, id));
  });
  mountEndpoint(router, contract.stopCollection, async ({ params: { registryId, collectionId } }, context) => {
    await noted(registryId, context);
    await findRun(deps, registryId, collectionId);
    await collections.stop(registryId, collectionId, context.account?.username ?? null);
    return runAnswer(await findRun(deps, registryId, collectionId));
  });
  mountEndpoint(router, contract.setCollectionSchedule, async ({ params: { registryId }, body }, context) => {
    await noted(registryId, context);
    const before = await collections.setup(registryId);
    context.audit.note({
      before: { schedule: before.schedule && `${before.schedule.cron} ${before.schedule.timeZone}` },
      after: { schedule: body.schedule && `${body.schedule.cron} ${body.schedule.timeZone}` },
    });
    const { schedule } = body;
    const draft = schedule && { ...schedule, limitMinutes: schedule.limitMinutes };
    await mapped(() => collections.setSchedule(registryId, draft, context.account?.username ?? null));
    return { schedule: scheduleAnswer((await collections.setup(registryId)).schedule) };
  });
}

/** @returns its environment @throws ApiError */
async function findRegistry({ environmentOf }: CollectionsRoutesDeps, registryId: string): Promise<string> {
  const environment = await environmentOf(registryId);
  if (environment !== undefined) return environment;
  throw new ApiError('registry-not-found', `There is no registry “${registryId}”.`);
}

async function findRun(deps: CollectionsRoutesDeps, registryId: string, id: string): Promise<CollectionRun> {
  await findRegistry(deps, registryId);
  const run = await deps.store.find(registryId, id);
  if (run === undefined) throw new ApiError('collection-not-found', 'There is no such collection of this registry.');
  return run;
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof NotConfiguredError) throw new ApiError('collection-not-configured', error.message);
    if (error instanceof CollectionRunningError) throw new ApiError('collection-running', error.message);
    if (error instanceof ScheduleError) {
      throw new ApiError('request-invalid', error.message, { fields: [{ path: error.field, message: error.message }] });
    }
    throw error;
  }
}

function orderOf(name: contract.CollectionStepName): number {
  return contract.collectionSteps.indexOf(name);
}

function runAnswer(run: CollectionRun): contract.Collection {
  const { writesRefusedAt, writableAt, createdAt, startedAt, finishedAt, reason } = run;
  return {
    id: run.id,
    registryId: run.registryId,
    kind: run.kind,
    state: run.state,
    step: run.step,
    askedBy: run.askedBy,
    isScheduled: run.isScheduled,
    limitMinutes: run.limitMinutes,
    isStopping: run.isStopping,
    stoppedBy: run.stoppedBy,
    reason: reason && { ...reason, params: { ...reason.params } },
    eligibleCount: run.eligibleCount,
    eligibleBytes: run.eligibleBytes,
    unweighedCount: run.unweighedCount,
    removedCount: run.removedCount,
    bytesBefore: run.bytesBefore,
    bytesAfter: run.bytesAfter,
    writesRefusedAt: writesRefusedAt?.toISOString() ?? null,
    writableAt: writableAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

function scheduleAnswer(schedule: CollectionSchedule | null): contract.CollectionSchedule | null {
  return schedule && { ...schedule, nextAt: schedule.nextAt.toISOString() };
}

function setupAnswer(setup: CollectionSetup, now: Date): AnswerInput<typeof contract.getCollectionSetup> {
  const { drain, isConfigured, canMeasure } = setup;
  const schedule = scheduleAnswer(setup.schedule);
  if (drain === null) return { isConfigured, canMeasure, schedule, drain: null };
  const { uploads, copies, trashItems, tokensUntil } = drain;
  const isDrained = uploads + copies + trashItems === 0 && (tokensUntil === null || tokensUntil <= now);
  const tokens = tokensUntil?.toISOString() ?? null;
  return { isConfigured, canMeasure, schedule, drain: { uploads, copies, trashItems, tokensUntil: tokens, isDrained } };
}
