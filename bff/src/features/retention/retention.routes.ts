import { Router } from 'express';
import type { Scope } from '../../access/scope.ts';
import type { HandlerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/retention.ts';
import { ApiError } from '../../http/api-error.ts';
import { changesBetween } from '../../http/audit-notes.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint, projectNotFound } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { JudgedTag, Reason, RetentionPlan, RetentionRun } from './retention.ts';
import { planAnswer, previewAnswer, rowAnswers, runAnswer, runTagAnswer } from './retention-answers.ts';
import type { RetentionRunsStore } from './retention-runs.store.ts';
import {
  PlanOffError,
  RetentionFieldError,
  RetentionPlanChangedError,
  RetentionProjectMissingError,
  type RetentionService,
  RunOpenError,
  TooManyPlansError,
} from './retention.service.ts';

export interface RetentionRoutesDeps {
  readonly retention: RetentionService;
  readonly runs: RetentionRunsStore;
  /** Policies that bring tags to their registries again. */
  readonly findCopyCautions: (
    project: string,
    tags: ReadonlyArray<{ readonly registryId: string; readonly repository: string; readonly tag: string }>,
    scope: Scope,
  ) => Promise<Reason[]>;
}

const pageLength = 50;
const rowsLength = 200;
const runColumns = [{ type: 'integer' }, { type: 'text' }] as const;

export function retentionRoutes(deps: RetentionRoutesDeps): Router {
  const router = Router();
  mountPlans(router, deps);
  mountPreview(router, deps);
  mountRuns(router, deps);
  mountRun(router, deps);
  return router;
}

function mountPlans(router: Router, { retention }: RetentionRoutesDeps): void {
  const shown = async (project: string, id: string, access: RequestAccess): Promise<contract.RetentionPlan> => {
    const all = await mapped(project, () => retention.list(project));
    const found = all.find(({ plan }) => plan.id === id.toLowerCase());
    if (found === undefined) throw planNotFound();
    return planAnswer(found.plan, (await mayReadRun(access, found.lastRun)) ? found.lastRun : null);
  };
  mountEndpoint(router, contract.listRetentionPlans, async ({ params: { project } }, { access }) => {
    const all = await mapped(project, () => retention.list(project));
    const items: contract.RetentionPlan[] = [];
    for (const { plan, lastRun } of all) {
      if (!(await mayReadPlan(access, plan))) continue;
      items.push(planAnswer(plan, (await mayReadRun(access, lastRun)) ? lastRun : null));
    }
    return { items };
  });
  mountEndpoint(router, contract.createRetentionPlan, async ({ params: { project }, body }, context) => {
    const { access, audit, account } = context;
    audit.note({ target: targetOf(body), environment: body.environment, after: body });
    await authorizeChange(access, project, body.environment);
    const id = await mapped(project, () => retention.create(project, body, account?.username ?? null));
    return shown(project, id, access);
  });
  mountEndpoint(router, contract.updateRetentionPlan, async ({ params, body }, context) => {
    const { access, audit, account } = context;
    const { project, retentionPlanId } = params;
    const plan = await findPlan(retention, project, retentionPlanId, access);
    const { version, ...values } = body;
    audit.note({ target: targetOf(plan), environment: plan.environment, ...changesBetween(valuesOf(plan), values) });
    await authorizeChange(access, project, plan.environment);
    await authorizeChange(access, project, values.environment);
    await mapped(project, () => retention.update({ ...plan, version }, values, account?.username ?? null));
    return shown(project, plan.id, access);
  });
  mountEndpoint(router, contract.deleteRetentionPlan, async ({ params }, { access, audit }) => {
    const { project, retentionPlanId } = params;
    const plan = await findPlan(retention, project, retentionPlanId, access);
    audit.note({ target: targetOf(plan), environment: plan.environment, before: valuesOf(plan) });
    await authorizeManaging(access, project, plan.environment);
    if (!(await retention.remove(plan))) throw planNotFound();
  });
}

function mountPreview(router: Router, { retention, findCopyCautions }: RetentionRoutesDeps): void {
  mountEndpoint(router, contract.previewRetention, async ({ params: { project }, body }, { access }) => {
    const { environment, repositories, rules, planId, rows: query = {} } = body;
    await authorizeDeletion(access, project, environment);
    const { limit = rowsLength, cursor, verdict, q } = query;
    const from = Math.max(0, Number(readCursor(cursor, 'rows', [{ type: 'integer' }])?.[0] ?? 0));
    const found = await mapped(project, () =>
      retention.preview({ project, environment, content: { repositories, rules }, planId }),
    );
    const isWhole = cursor === undefined && verdict === undefined && (q ?? '') === '';
    const freedBytes = isWhole ? await retention.freedBytes(found.rows) : null;
    const scope = await access.scope('replication.read');
    const cautions = isWhole ? await findCopyCautions(project, goingOf(found.rows), scope) : [];
    const words = (q ?? '').toLowerCase();
    const fitting = found.rows.filter(
      (row) =>
        (verdict === undefined || row.verdict === verdict) &&
        (words === '' || `${row.tag.repository}:${row.tag.name} ${row.tag.digest}`.toLowerCase().includes(words)),
    );
    const end = from + limit;
    const mayName = environmentsWith(access, project);
    return {
      ...previewAnswer(found, freedBytes, cautions),
      rows: rowAnswers(fitting.slice(from, end), await mayName('catalog.read')),
      nextCursor: end < fitting.length ? writeCursor('rows', [end]) : null,
      rowCount: fitting.length,
    };
  });
}

/** Enough to know what is copied back; names are asked for one by one. */
const lookedAtMax = 10_000;

function goingOf(rows: readonly JudgedTag[]) {
  return rows
    .flatMap(({ tag: { registryId, repository, name }, verdict }) =>
      verdict === 'delete' ? [{ registryId, repository, tag: name }] : [],
    )
    .slice(0, lookedAtMax);
}

function mountRuns(router: Router, { retention, runs }: RetentionRoutesDeps): void {
  mountEndpoint(router, contract.runRetention, async ({ params, body }, { access, audit, account }) => {
    const { project, retentionPlanId } = params;
    const plan = await findPlan(retention, project, retentionPlanId, access);
    const { version, expectedCount, acceptsMany } = body;
    audit.note({ target: targetOf(plan), environment: plan.environment, after: { expectedCount, acceptsMany } });
    await authorizeDeletion(access, project, plan.environment);
    if (plan.version !== version) throw planChanged();
    const by = { id: account?.id ?? null, name: account?.username ?? null };
    const id = await mapped(project, () => retention.run(plan, by, { expectedCount, acceptsMany }));
    const run = await runs.find(id);
    if (run === undefined) throw runNotFound();
    return runAnswer(run);
  });
  type Query = HandlerInput<typeof contract.listRetentionRuns>['query'];
  const list = async (project: string, query: Query, access: RequestAccess) => {
    const { sort = '-created', limit = pageLength, cursor, q, planId } = query;
    const after = readCursor(cursor, sort, runColumns);
    const visible = await environmentsWith(access, project)('member.read');
    const found = await runs.list(project, {
      limit: limit + 1,
      after: after === null ? undefined : { createdMicroseconds: Number(after[0]), id: String(after[1]) },
      planId,
      q,
      environments: visible.isAll ? null : [...visible.names],
    });
    const shownRuns = found.slice(0, limit);
    const last = found.length > limit ? shownRuns.at(-1) : undefined;
    return {
      items: shownRuns.map(runAnswer),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.positionMicroseconds, last.id]),
      total: null,
    };
  };
  mountEndpoint(router, contract.listRetentionRuns, async ({ params: { project }, query }, { access }) => {
    await mapped(project, () => retention.list(project));
    return list(project, query, access);
  });
}

function mountRun(router: Router, { retention, runs }: RetentionRoutesDeps): void {
  mountEndpoint(router, contract.getRetentionRun, async ({ params }, { access }) =>
    runAnswer(await findRun(runs, params.retentionRunId, access)),
  );
  mountEndpoint(router, contract.listRetentionRunTags, async ({ params, query }, { access }) => {
    const run = await findRun(runs, params.retentionRunId, access);
    const { sort = 'position', limit = rowsLength, cursor, q, outcome } = query;
    const after = readCursor(cursor, sort, [{ type: 'integer' }]);
    const afterPosition = Math.max(0, Math.min(Number(after?.[0] ?? 0), 2_147_483_647));
    const found = await runs.listTags(run.id, { limit: limit + 1, afterPosition, q, outcome });
    const tags = found.slice(0, limit);
    const last = found.length > limit ? tags.at(-1) : undefined;
    return {
      items: tags.map(runTagAnswer),
      nextCursor: last === undefined ? null : writeCursor(sort, [last.position]),
      total: null,
    };
  });
  const decide =
    (isYes: boolean) =>
    async (
      { params: { retentionRunId } }: { readonly params: { readonly retentionRunId: string } },
      { access, audit, account }: RequestContext,
    ) => {
      const run = await findRun(runs, retentionRunId, access);
      const { project, environment, deleteCount } = run;
      audit.note({ project, environment, target: run.id, before: { deleteCount } });
      await authorizeDeletion(access, project, environment);
      if (!(await retention.decide(run, isYes, account?.username ?? null))) {
        throw new ApiError('retention-run-not-held', 'Nothing of this run waits for a word any more.');
      }
      return runAnswer((await runs.find(run.id)) ?? run);
    };
  mountEndpoint(router, contract.confirmRetentionRun, decide(true));
  mountEndpoint(router, contract.declineRetentionRun, decide(false));
}

/** The environments of a project in which the caller may do something, and whether those are all there are. */
function environmentsWith(access: RequestAccess, project: string) {
  return async (action: 'catalog.read' | 'member.read') => {
    const all = await access.environments();
    const may = await Promise.all(all.map((environment) => access.may(action, { project, environment })));
    const names = new Set(all.filter((_environment, index) => may[index]));
    return { names, isAll: names.size === all.length };
  };
}

async function mayReadPlan(access: RequestAccess, { project, environment }: RetentionPlan): Promise<boolean> {
  return environment === null || access.may('member.read', { project, environment });
}

/** Of a run in all environments the figures are those of all of them. */
async function mayReadRun(access: RequestAccess, run: RetentionRun | null): Promise<boolean> {
  if (run === null) return false;
  const { names, isAll } = await environmentsWith(access, run.project)('member.read');
  return run.environment === null ? isAll : names.has(run.environment) || isAll;
}

async function findPlan(
  retention: RetentionService,
  project: string,
  id: string,
  access: RequestAccess,
): Promise<RetentionPlan> {
  const plan = await retention.find(project, id);
  if (plan === undefined || !(await mayReadPlan(access, plan))) throw planNotFound();
  return plan;
}

async function findRun(runs: RetentionRunsStore, id: string, access: RequestAccess): Promise<RetentionRun> {
  const run = await runs.find(id);
  if (run === undefined) access.refuseUnseen(runNotFound);
  if (!(await mayReadRun(access, run))) access.refuseUnseen(runNotFound);
  return run;
}

/** Both: nobody may delete by a plan what they could not delete one by one. @throws ApiError */
async function authorizeChange(access: RequestAccess, project: string, environment: string | null): Promise<void> {
  await authorizeManaging(access, project, environment);
  await authorizeDeletion(access, project, environment);
}

async function authorizeManaging(access: RequestAccess, project: string, environment: string | null): Promise<void> {
  if (environment === null) {
    await access.authorizeEverywhere('project.manage', project, () => projectNotFound(project));
  } else await access.authorizeOpenly('project.manage', { project, environment });
}

async function authorizeDeletion(access: RequestAccess, project: string, environment: string | null): Promise<void> {
  if (environment === null) {
    await access.authorizeEverywhere('artifact.delete', project, () => projectNotFound(project));
    return;
  }
  await access.authorizeOpenly('artifact.delete', { project, environment });
  if ((await access.environments()).includes(environment)) return;
  const message = `No registry serves the environment “${environment}”.`;
  throw new ApiError('request-invalid', message, { fields: [{ path: 'environment', message }] });
}

function targetOf({ environment, repositories }: Pick<RetentionPlan, 'environment' | 'repositories'>): string {
  return `${environment ?? '*'}: ${repositories.include.join(', ')}`.slice(0, 300);
}

function valuesOf({ environment, isEnabled, repositories, rules, schedule }: RetentionPlan) {
  return { environment, isEnabled, repositories, rules, schedule };
}

function planNotFound(): ApiError {
  return new ApiError('retention-plan-not-found', 'There is no such retention plan in this project.');
}

function runNotFound(): ApiError {
  return new ApiError('retention-run-not-found', 'There is no such run of a retention plan.');
}

function planChanged(): ApiError {
  const sentence = 'Somebody changed the plan meanwhile: look at it again, then repeat what you wanted.';
  return new ApiError('version-conflict', sentence);
}

async function mapped<T>(project: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RetentionProjectMissingError) throw projectNotFound(project);
    if (error instanceof RetentionPlanChangedError) throw planChanged();
    if (error instanceof TooManyPlansError) throw new ApiError('too-many-retention-plans', error.message);
    if (error instanceof PlanOffError) throw new ApiError('retention-plan-off', error.message);
    if (error instanceof RunOpenError) throw new ApiError('retention-run-open', error.message);
    if (error instanceof RetentionFieldError) {
      throw new ApiError('request-invalid', error.message, { fields: [{ path: error.field, message: error.message }] });
    }
    throw error;
  }
}
