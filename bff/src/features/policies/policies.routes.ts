import { Router } from 'express';
import type { HandlerInput } from '../../contract/endpoint.ts';
import * as contract from '../../contract/policies.ts';
import type { Execution } from '../../contract/replication.ts';
import { ApiError } from '../../http/api-error.ts';
import { changesBetween } from '../../http/audit-notes.ts';
import { readCursor, writeCursor } from '../../http/cursor.ts';
import { mountEndpoint } from '../../http/mount-endpoint.ts';
import type { RequestAccess } from '../../http/request-access.ts';
import type { RequestContext } from '../../http/request-context.ts';
import type { Decided } from '../replication/replication.service.ts';
import { authorizeDeletions, authorizeDraft, authorizePolicy, policyNotFound } from './policy-access.routes.ts';
import { fittingRows, policyAnswer, previewAnswer, rowAnswer, versionAnswer } from './policy-answers.ts';
import {
  type PoliciesService,
  PolicyChangedError,
  PolicyFieldError,
  PolicyGoneError,
  PolicyInvalidError,
  PolicyNameTakenError,
  PolicyNotRunnableError,
} from './policies.service.ts';
import { type PoliciesView, policyOrders } from './policies.view.ts';
import type { StoredPolicy } from './policy.ts';
import { nextTimes, problemsOfSchedule, scheduleInWords } from './schedule.ts';
import { FilterError } from './select-tags.ts';

interface PlacedTask {
  readonly id: string;
  readonly destination: { readonly registryId: string; readonly repository: string };
}

export interface PoliciesRoutesDeps {
  readonly policies: PoliciesService;
  readonly view: PoliciesView;
  /** As its page shows it, to somebody who may see it; undefined for others. Null: whoever has just made it. */
  readonly showExecution: (executionId: string, access: RequestAccess | null) => Promise<Execution | undefined>;
  /** Of an execution: those that the caller may see. */
  readonly listTasks: (executionId: string, access: RequestAccess) => Promise<readonly PlacedTask[]>;
  /** The end of the last complete scan of a registry. */
  readonly scannedAt: (registryId: string) => Promise<Date | null>;
  readonly clock: { now(): Date };
}

const pageLength = 50;
const rowsLength = 20;
const scheduleTimes = 5;

export function policiesRoutes(deps: PoliciesRoutesDeps): Router {
  const router = Router();
  mountReads(router, deps);
  mountWrites(router, deps);
  mountSwitches(router, deps);
  mountPreviews(router, deps);
  mountRuns(router, deps);
  return router;
}

async function shownPolicy({ view }: PoliciesRoutesDeps, policyId: string, access: RequestAccess) {
  const found = await view.find(policyId, await access.scope('member.read'));
  if (found === undefined) throw policyNotFound();
  return policyAnswer(found);
}

/** A policy that the caller sees; it is noted what the change is about. @throws ApiError */
async function findToChange(
  deps: PoliciesRoutesDeps,
  policyId: string,
  { access, audit }: Pick<RequestContext, 'access' | 'audit'>,
): Promise<StoredPolicy> {
  await shownPolicy(deps, policyId, access);
  const policy = await deps.policies.find(policyId);
  if (policy === undefined) throw policyNotFound();
  audit.note({ project: policy.project, target: policy.name });
  await authorizePolicy(access, policy, policyNotFound);
  return policy;
}

function mountReads(router: Router, deps: PoliciesRoutesDeps): void {
  const { view } = deps;
  mountEndpoint(router, contract.listPolicies, async ({ query }, { access }) => {
    const { q, project, registryId, state, sort = 'name', limit = pageLength, cursor } = query;
    const { items, total } = await view.list({
      scope: await access.scope('member.read'),
      q,
      project,
      registryId,
      isPaused: state === 'paused',
      sort,
      limit: limit + 1,
      after: readCursor(cursor, sort, policyOrders[sort]),
    });
    const page = items.slice(0, limit);
    const last = items.length > limit ? page.at(-1) : undefined;
    const nextCursor = last === undefined ? null : writeCursor(sort, last.position);
    return { items: page.map(policyAnswer), nextCursor, total };
  });
  mountEndpoint(router, contract.getPolicy, ({ params }, { access }) => shownPolicy(deps, params.policyId, access));
  mountEndpoint(router, contract.listPolicyVersions, async ({ params, query }, { access }) => {
    await shownPolicy(deps, params.policyId, access);
    const { limit = pageLength, cursor } = query;
    const after = readCursor(cursor, '-version', [{ type: 'integer' }]);
    const before = after === null ? null : Math.min(Number(after[0]), 2_147_483_647);
    const items = await view.listVersions(params.policyId, before, limit + 1);
    const page = items.slice(0, limit);
    const last = items.length > limit ? page.at(-1) : undefined;
    const nextCursor = last === undefined ? null : writeCursor('-version', [last.version]);
    return { items: page.map(versionAnswer), nextCursor, total: null };
  });
}

function mountWrites(router: Router, deps: PoliciesRoutesDeps): void {
  const { policies } = deps;
  mountEndpoint(router, contract.createPolicy, async ({ body }, { access, audit, account }) => {
    audit.note({ project: body.project, target: body.name, after: { ...body } });
    await authorizeDraft(access, body);
    await checkProject(deps, body.project);
    const id = await mapped(() => policies.create(body, account?.username ?? null));
    return shownPolicy(deps, id, access);
  });
  mountEndpoint(router, contract.updatePolicy, async ({ params, body }, context) => {
    const { access, audit, account } = context;
    const before = await findToChange(deps, params.policyId, context);
    const { version, name, content } = body;
    audit.note(changesBetween({ name: before.name, ...before.content }, { name, ...content }));
    await authorizeDraft(access, { project: before.project, content });
    await mapped(() => policies.update(before, version, { name, content }, account?.username ?? null));
    return shownPolicy(deps, before.id, access);
  });
  mountEndpoint(router, contract.deletePolicy, async ({ params }, context) => {
    const policy = await findToChange(deps, params.policyId, context);
    context.audit.note({ before: { name: policy.name, ...policy.content } });
    await policies.remove(policy);
  });
}

async function checkProject({ policies }: PoliciesRoutesDeps, project: string | null): Promise<void> {
  if (project === null || (await policies.hasProject(project))) return;
  throw new ApiError('project-not-found', `There is no project “${project}”, or nothing was pushed to it yet.`);
}

type Switch = (policy: StoredPolicy, by: string | null) => Promise<void>;

function mountSwitches(router: Router, deps: PoliciesRoutesDeps): void {
  const { policies } = deps;
  const mountSwitch = (endpoint: typeof contract.enablePolicy, work: Switch): void =>
    mountEndpoint(router, endpoint, async ({ params }, context) => {
      const policy = await findToChange(deps, params.policyId, context);
      await mapped(() => work(policy, context.account?.username ?? null));
      return shownPolicy(deps, policy.id, context.access);
    });
  mountSwitch(contract.enablePolicy, (policy) => policies.enable(policy));
  mountSwitch(contract.disablePolicy, (policy) => policies.disable(policy));
  mountSwitch(contract.pausePolicy, (policy, by) => policies.setPaused(policy, by, true));
  mountSwitch(contract.resumePolicy, (policy, by) => policies.setPaused(policy, by, false));

  const mountOfDestination = (endpoint: typeof contract.pausePolicyDestination, isPaused: boolean): void =>
    mountEndpoint(router, endpoint, async ({ params }, context) => {
      const policy = await findToChange(deps, params.policyId, context);
      const { registryId } = params;
      context.audit.note({ after: { destination: registryId } });
      if (!policy.content.destinations.some((destination) => destination.registryId === registryId)) {
        throw new ApiError('registry-not-found', `“${registryId}” is no destination of ${policy.name}.`);
      }
      await policies.setDestinationPaused(policy, registryId, context.account?.username ?? null, isPaused);
      return shownPolicy(deps, policy.id, context.access);
    });
  mountOfDestination(contract.pausePolicyDestination, true);
  mountOfDestination(contract.resumePolicyDestination, false);
}

type RowsQuery = NonNullable<HandlerInput<typeof contract.previewPolicyDraft>['body']['rows']>;

function mountPreviews(router: Router, deps: PoliciesRoutesDeps): void {
  const { policies, scannedAt, clock } = deps;
  const preview = async (
    policy: Pick<StoredPolicy, 'project' | 'content'> & { id: string | null },
    query: RowsQuery,
  ) => {
    const { limit = rowsLength, cursor, outcome, registryId, q } = query;
    const after = readCursor(cursor, 'rows', [{ type: 'integer' }]);
    const from = Math.max(0, Number(after?.[0] ?? 0));
    const { plan, names } = await mapped(async () => {
      policies.checkContent(policy.content);
      return { plan: await policies.preview(policy), names: await policies.previewNames(policy) };
    });
    const rows = fittingRows(plan.rows, { outcome, registryId, q });
    const end = from + limit;
    return {
      ...previewAnswer(plan, names),
      rows: rows.slice(from, end).map(rowAnswer),
      nextCursor: end < rows.length ? writeCursor('rows', [end]) : null,
      rowCount: rows.length,
      asOf: (await scannedAt(policy.content.sourceRegistryId))?.toISOString() ?? null,
    };
  };
  mountEndpoint(router, contract.previewPolicy, async ({ params, query }, { access }) => {
    await shownPolicy(deps, params.policyId, access);
    const policy = await policies.find(params.policyId);
    if (policy === undefined) throw policyNotFound();
    return preview(policy, query);
  });
  mountEndpoint(router, contract.previewPolicyDraft, async ({ body }, { access }) => {
    const { project, content, rows = {} } = body;
    await authorizeDraft(access, { project, content });
    await checkProject(deps, project);
    return preview({ id: null, project, content }, rows);
  });
  mountEndpoint(router, contract.checkSchedule, ({ body }) => {
    const problems = problemsOfSchedule(body);
    if (problems.length > 0) return { isValid: false, problems, sentence: null, nextTimes: [] };
    const times = nextTimes(body, clock.now(), scheduleTimes).map((time) => time.toISOString());
    return { isValid: true, problems: [], sentence: scheduleInWords(body.cron), nextTimes: times };
  });
}

function mountRuns(router: Router, deps: PoliciesRoutesDeps): void {
  const { policies, showExecution, listTasks } = deps;
  const missing = () => new ApiError('execution-not-found', 'There is no such execution any more.');
  mountEndpoint(router, contract.runPolicy, async ({ params }, context) => {
    const policy = await findToChange(deps, params.policyId, context);
    const { account } = context;
    const requested = { by: account?.username ?? null, userId: account?.id ?? null };
    const executionId = await mapped(() => policies.run(policy, requested));
    const execution = await showExecution(executionId, null);
    if (execution === undefined) throw missing();
    return execution;
  });
  const decide =
    (carryOut: (decided: Decided) => Promise<boolean>) =>
    async ({ params: { executionId } }: { params: { executionId: string } }, context: RequestContext) => {
      const { access, audit } = context;
      const tasks = await listTasks(executionId, access);
      const before = await showExecution(executionId, access);
      if (before === undefined || tasks.length === 0) throw missing();
      const heldBack = before.heldBack?.sentence ?? null;
      audit.note({ target: before.policy?.name ?? executionId, before: { heldBack } });
      await authorizeDeletions(access, tasks, missing);
      // Of policies across projects and environments everybody decides about what they see.
      const { isEverything } = await access.scope('replication.read');
      const taskIds = isEverything ? null : tasks.map(({ id }) => id);
      if (!(await carryOut({ executionId, taskIds }))) {
        throw new ApiError('execution-not-held', 'Nothing of this execution waits for a word any more.');
      }
      const after = await showExecution(executionId, access);
      if (after === undefined) throw missing();
      return after;
    };
  mountEndpoint(
    router,
    contract.confirmExecution,
    decide((decided) => policies.confirm(decided)),
  );
  mountEndpoint(
    router,
    contract.declineExecution,
    decide((decided) => policies.decline(decided)),
  );
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PolicyFieldError) {
      const fields = [{ path: error.field, message: error.message }];
      throw new ApiError('request-invalid', error.message, { fields });
    }
    if (error instanceof PolicyInvalidError) throw new ApiError('policy-invalid', error.message);
    if (error instanceof FilterError) throw new ApiError('policy-invalid', error.message);
    if (error instanceof PolicyNameTakenError) throw new ApiError('name-taken', error.message);
    if (error instanceof PolicyChangedError) throw new ApiError('version-conflict', error.message);
    if (error instanceof PolicyGoneError) throw policyNotFound();
    if (error instanceof PolicyNotRunnableError) throw new ApiError('policy-not-runnable', error.message);
    throw error;
  }
}
