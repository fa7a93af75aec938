import type { AnswerInput } from '../../contract/endpoint.ts';
import type * as contract from '../../contract/retention.ts';
import type { JudgedTag, Reason, RetentionPlan, RetentionRule, RetentionRun } from './retention.ts';
import type { Evaluation } from './retention-evaluator.ts';
import { keeping } from './retention-reasons.ts';
import type { RunTag } from './retention-runs.store.ts';

const manyShown = 20;

function ruleAnswer(rule: RetentionRule): contract.RetentionRule {
  return rule.kind === 'tags' ? { ...rule, patterns: [...rule.patterns] } : { ...rule };
}

function contentAnswer({ repositories, rules }: Pick<RetentionPlan, 'repositories' | 'rules'>) {
  return {
    repositories: { include: [...repositories.include], exclude: [...repositories.exclude] },
    rules: rules.map(ruleAnswer),
  };
}

function reasonAnswer({ code, sentence, params }: Reason) {
  return { code, sentence, params: { ...params } };
}

export function planAnswer(plan: RetentionPlan, lastRun: RetentionRun | null): contract.RetentionPlan {
  const { id, environment, isEnabled, schedule, version, nextRunAt, createdBy, changedBy, changedAt } = plan;
  return {
    ...contentAnswer(plan),
    id,
    environment,
    isEnabled,
    schedule: schedule && { ...schedule },
    version,
    nextRunAt: nextRunAt?.toISOString() ?? null,
    createdBy,
    changedBy,
    changedAt: changedAt.toISOString(),
    lastRun: lastRun && runAnswer(lastRun),
  };
}

export function runAnswer(run: RetentionRun): contract.RetentionRun {
  const { heldBack, reason, leftOut, asOf, createdAt, finishedAt } = run;
  return {
    id: run.id,
    planId: run.planId,
    project: run.project,
    environment: run.environment,
    planVersion: run.planVersion,
    content: contentAnswer(run.content),
    isScheduled: run.isScheduled,
    askedBy: run.askedBy,
    state: run.state,
    heldBack: heldBack && reasonAnswer(heldBack),
    decidedBy: run.decidedBy,
    reason: reason && reasonAnswer(reason),
    leftOut: leftOut.map((one) => ({ registryId: one.registryId, reason: reasonAnswer(one.reason) })),
    keepCount: run.keepCount,
    deleteCount: run.deleteCount,
    freedBytes: run.freedBytes,
    trashedCount: run.trashedCount,
    sparedCount: run.sparedCount,
    failedCount: run.failedCount,
    asOf: asOf?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

export function runTagAnswer({
  position: _,
  pushedAt,
  reasons,
  outcomeReason,
  ...tag
}: RunTag): contract.RetentionRunTag {
  return {
    ...tag,
    pushedAt: pushedAt?.toISOString() ?? null,
    reasons: reasons.map(reasonAnswer),
    outcomeReason: outcomeReason && reasonAnswer(outcomeReason),
  };
}

/** Other environments are named only to those who may look into them. */
export function rowAnswers(
  rows: readonly JudgedTag[],
  named: { readonly names: ReadonlySet<string> },
): contract.RetentionRow[] {
  const shown = (reason: Reason): Reason =>
    reason.code === 'retention-used-in' && !named.names.has(reason.params['environment'] ?? '')
      ? keeping.usedElsewhere()
      : reason;
  return rows.map(({ tag, verdict, reasons }) => ({
    verdict,
    registryId: tag.registryId,
    repository: tag.repository,
    tag: tag.name,
    digest: tag.digest,
    pushedAt: tag.pushedAtMs === null ? null : new Date(tag.pushedAtMs).toISOString(),
    sizeBytes: tag.sizeBytes,
    reasons: reasons.map((reason) => reasonAnswer(shown(reason))),
  }));
}

type Figures = Omit<AnswerInput<typeof contract.previewRetention>, 'rows' | 'nextCursor' | 'rowCount'>;

export function previewAnswer(found: Evaluation, freedBytes: number | null, cautions: readonly Reason[]): Figures {
  const { rows, keepCount, deleteCount, many, leftOut, pulls, asOf } = found;
  return {
    tagCount: rows.length,
    keepCount,
    deleteCount,
    freedBytes,
    many: many.slice(0, manyShown).map((one) => ({ ...one })),
    manyCount: many.length,
    leftOut: leftOut.map((one) => ({ registryId: one.registryId, reason: reasonAnswer(one.reason) })),
    cautions: cautions.map(reasonAnswer),
    pulls: pulls.map(({ id, pullsWatchedSince, isTellingPulls }) => ({
      registryId: id,
      since: pullsWatchedSince.toISOString(),
      isTold: isTellingPulls,
    })),
    asOf: asOf?.toISOString() ?? null,
  };
}
