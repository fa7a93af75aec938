import { databaseNow } from './database/database-now.ts';
import type { ImmutableRulesService } from './features/immutable-rules/immutable-rules.service.ts';
import { nextTime, problemsOfSchedule } from './features/policies/schedule.ts';
import type { FreedBytes, RetentionPlan, RetentionRun, RunState, Reason } from './features/retention/retention.ts';
import { RetentionClaimsStore } from './features/retention/retention-claims.store.ts';
import { createEvaluator } from './features/retention/retention-evaluator.ts';
import { createRetentionFactsView } from './features/retention/retention-facts.view.ts';
import type { FindCopyCautions } from './features/trash/copy-cautions.ts';
import { FreedView } from './features/trash/freed.view.ts';
import { createRetentionPlansStore } from './features/retention/retention-plans.store.ts';
import { RetentionRunner } from './features/retention/retention-runner.ts';
import { RetentionRunsStore } from './features/retention/retention-runs.store.ts';
import { retentionRoutes } from './features/retention/retention.routes.ts';
import { RetentionService } from './features/retention/retention.service.ts';
import type { TrashService } from './features/trash/trash.service.ts';
import type { FeatureParts, Foundation } from './wire-foundation.ts';

export interface RetentionParts {
  readonly rules: Pick<ImmutableRulesService, 'findImmutable'>;
  readonly trash: Pick<TrashService, 'deleteChosen'>;
  readonly findCopyCautions: FindCopyCautions;
}

/** Which tags are kept, and the others into the trash: docs/decisions/062-retention.md. */
export function wireRetention(
  foundation: Foundation,
  { rules, trash, findCopyCautions }: RetentionParts,
): FeatureParts {
  const { access, clock, database, logger, newId, publish } = foundation;
  const { kysely } = database;
  const plans = createRetentionPlansStore(kysely);
  const runs = new RetentionRunsStore(kysely);
  const facts = createRetentionFactsView(kysely);
  const freed = freedOver(new FreedView(kysely));
  const announce = (project: string) =>
    publish({ name: 'retention', payload: { project, at: clock.now().toISOString() } });
  const evaluate = createEvaluator({
    facts,
    plans,
    findImmutable: async ({ project, environment, repository, name }) => {
      const rule = await rules.findImmutable({ project, environment, repository, tag: name });
      return rule && `${rule.repositoryPattern}:${rule.tagPattern}`;
    },
  });
  const record = recorderIn(foundation);
  const retention = new RetentionService({
    plans,
    runs,
    evaluate,
    freed,
    problemsOf: problemsOfSchedule,
    nextTime,
    announce,
    onScheduled: ({ plan, isRefused }) =>
      record('runRetention', plan, {
        outcome: isRefused ? 'refused' : 'done',
        reason: isRefused ? 'A run of this plan was at work or waited for a word.' : null,
        after: null,
      }),
    isArchived: async (project) => (await access.projects()).get(project)?.isArchived === true,
    newId,
    databaseNow: () => databaseNow(kysely),
  });
  const runner = new RetentionRunner({
    claims: new RetentionClaimsStore(kysely),
    evaluate,
    facts,
    freed,
    moveToTrash: (choose, by) => trash.deleteChosen(choose, 'retention', by),
    startDue: () => retention.startDue(),
    announce,
    onEnded: (run, end) => recordEnd(record, run, end),
    newId,
    owner: newId(),
    // The lock on its folder proves that every older worker is dead.
    isOnlyProcess: database.kind === 'embedded',
    onFault: (error) => logger.error({ err: error }, 'Something went wrong behind a retention plan.'),
  });
  retention.wakes(() => runner.wake());
  return {
    router: retentionRoutes({ retention, runs, findCopyCautions }),
    start: () => runner.start(),
    stop: () => runner.stop(),
  };
}

function freedOver(view: FreedView): FreedBytes {
  return { sumBytes: async (untagged) => (await view.find(untagged))?.bytes ?? null };
}

type Recorder = ReturnType<typeof recorderIn>;
type Recorded = Pick<RetentionPlan | RetentionRun, 'project' | 'environment'> & {
  readonly repositories: RetentionPlan['repositories'];
};

/** What a person asked for is in the log by the request itself. */
function recorderIn({ recordAudit }: Foundation) {
  return (
    action: 'runRetention' | 'endRetention',
    { project, environment, repositories }: Recorded,
    {
      outcome,
      reason,
      after,
    }: {
      readonly outcome: 'done' | 'refused' | 'failed';
      readonly reason: string | null;
      readonly after: Readonly<Record<string, unknown>> | null;
    },
  ): Promise<void> =>
    recordAudit({
      actor: { kind: 'system', id: null, name: 'retention' },
      address: null,
      action,
      outcome,
      project,
      environment,
      target: `${environment ?? '*'}: ${repositories.include.join(', ')}`.slice(0, 300),
      reason,
      before: null,
      after,
      requestId: null,
    });
}

async function recordEnd(
  record: Recorder,
  run: RetentionRun,
  { state, reason }: { readonly state: RunState; readonly reason: Reason | null },
): Promise<void> {
  const { project, environment, content } = run;
  await record(
    'endRetention',
    { project, environment, repositories: content.repositories },
    {
      outcome: state === 'failed' ? 'failed' : 'done',
      reason: reason?.sentence ?? null,
      after: { runId: run.id, state },
    },
  );
}
