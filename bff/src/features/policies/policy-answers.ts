import type * as contract from '../../contract/policies.ts';
import { isRepositoryName } from './name-mapping.ts';
import type { NamePreview } from './policies.service.ts';
import type { ShownPolicy, ShownVersion } from './policies.view.ts';
import type { PlanRow } from './policy.ts';
import type { PolicyPlan } from './policy-planner.ts';

/** From what policies are to what the contract says. */
export function policyAnswer(policy: ShownPolicy): contract.Policy {
  return {
    id: policy.id,
    name: policy.name,
    project: policy.project,
    content: policy.content,
    version: policy.version,
    state: stateOf(policy),
    activity: policy.activity,
    isEnabled: policy.isEnabled,
    pausedAt: instant(policy.pausedAt),
    pausedBy: policy.pausedBy,
    destinations: policy.destinations.map((destination) => ({
      ...destination,
      pausedAt: instant(destination.pausedAt),
    })),
    runningExecutionId: policy.runningExecutionId,
    heldExecutionId: policy.heldExecutionId,
    lastExecution: policy.lastExecution && {
      ...policy.lastExecution,
      createdAt: policy.lastExecution.createdAt.toISOString(),
      finishedAt: instant(policy.lastExecution.finishedAt),
    },
    lastLook: policy.lastLook && { at: policy.lastLook.at.toISOString(), found: policy.lastLook.found },
    lastReason: policy.lastReason,
    nextRunAt: instant(policy.nextRunAt),
    createdBy: policy.createdBy,
    createdAt: policy.createdAt.toISOString(),
    changedBy: policy.changedBy,
    changedAt: policy.changedAt.toISOString(),
  };
}

function stateOf(policy: ShownPolicy): contract.Policy['state'] {
  const { isEnabled, pausedAt, destinations, activity, runningExecutionId, lastExecution } = policy;
  if (!isEnabled) return 'disabled';
  if (pausedAt !== null || destinations.every((destination) => destination.pausedAt !== null)) return 'paused';
  if (activity !== null && activity.kind !== 'running' && activity.kind !== 'queued') return 'waiting';
  if (activity !== null || runningExecutionId !== null) return 'running';
  return lastExecution?.state === 'failed' ? 'failing' : 'idle';
}

export function versionAnswer({ changedAt, ...version }: ShownVersion): contract.PolicyVersion {
  return { ...version, changedAt: changedAt.toISOString() };
}

export interface RowsQuery {
  readonly outcome: contract.PlanOutcome | undefined;
  readonly registryId: string | undefined;
  readonly q: string | undefined;
}

/** Rows in the order of the plan: repository, tag, destination. */
export function fittingRows(rows: readonly PlanRow[], { outcome, registryId, q }: RowsQuery): PlanRow[] {
  const text = q?.toLowerCase() ?? '';
  return rows.filter(
    (row) =>
      (outcome === undefined || row.outcome === outcome) &&
      (registryId === undefined || row.destination.registryId === registryId) &&
      (text === '' ||
        `${row.source.repository}:${row.source.tag}`.toLowerCase().includes(text) ||
        row.destination.repository.includes(text) ||
        row.digest.includes(text)),
  );
}

export function rowAnswer({ originMs: _, isContested: __, ...row }: PlanRow): contract.PlanRow {
  return row;
}

export function previewAnswer(
  plan: PolicyPlan,
  names: NamePreview,
): Pick<contract.PolicyPreview, 'tagCount' | 'repositoryCount' | 'planned' | 'destinations' | 'masters' | 'mapping'> {
  return {
    tagCount: plan.tagCount,
    repositoryCount: plan.repositoryCount,
    planned: plan.planned,
    destinations: [...plan.byDestination].map(([registryId, planned]) => ({ registryId, planned })),
    masters: mastersOf(plan.rows),
    mapping: {
      examples: names.examples.map(({ from, to }) => ({ from, to, isValid: isRepositoryName(to) })),
      collisions: names.collisions.map(({ to, from }) => ({ to, from: [...from] })),
    },
  };
}

function mastersOf(rows: readonly PlanRow[]): contract.PolicyPreview['masters'] {
  const contested = rows.filter(({ isContested, outcome }) => isContested && outcome !== 'delete');
  const byRegistry = Map.groupBy(contested, ({ destination }) => destination.registryId);
  return [...byRegistry].map(([registryId, own]) => ({ registryId, tagCount: own.length }));
}

function instant(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
