import { randomUUID } from 'node:crypto';
import { databaseNow } from '../../../database/database-now.ts';
import type { Database } from '../../../database/index.ts';
import { createCopyPreviewView } from '../../replication/copy-preview.view.ts';
import { createPlanExecutionsStore } from '../../replication/plan-executions.store.ts';
import { PlanExecutions } from '../../replication/plan-executions.ts';
import { createPlanFactsView } from '../plan-facts.view.ts';
import { createPlanPlatformsView } from '../plan-platforms.view.ts';
import { createPoliciesStore } from '../policies.store.ts';
import { createPolicyPlanner } from '../policy-planner.ts';
import { PolicyRunner } from '../policy-runner.ts';
import { createPolicyRunsStore } from '../policy-runs.store.ts';

/** One console's planner; several may work over one database. */
export function planningOver(kysely: Database['kysely']) {
  const faults: unknown[] = [];
  const facts = createPlanFactsView(kysely);
  const clock = { now: () => new Date('2026-01-05T00:00:00Z') };
  const runner = new PolicyRunner({
    store: createPoliciesStore(kysely),
    runs: createPolicyRunsStore(kysely),
    facts,
    planner: createPolicyPlanner({
      facts,
      platforms: createPlanPlatformsView(kysely),
      listEdges: createPoliciesStore(kysely).listEdges,
      registries: () => kysely.selectFrom('registries').select(['id', 'name']).execute(),
      bytesMissing: createCopyPreviewView(kysely).bytesMissing,
      findImmutable: () => Promise.resolve(undefined),
      clock,
    }),
    plans: new PlanExecutions({
      store: createPlanExecutionsStore(kysely),
      enqueueWake: () => Promise.resolve(),
      stopSuperseded: () => Promise.resolve(),
      stopExecution: () => Promise.resolve(),
      onChanged: () => Promise.resolve(),
      wake: () => {},
    }),
    onRun: () => {},
    newId: randomUUID,
    databaseNow: () => databaseNow(kysely),
    onFault: (error) => faults.push(error),
  });
  return { runner, faults };
}
