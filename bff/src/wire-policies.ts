import { databaseNow } from './database/database-now.ts';
import { policiesRoutes } from './features/policies/policies.routes.ts';
import { PoliciesService } from './features/policies/policies.service.ts';
import { createPoliciesStore } from './features/policies/policies.store.ts';
import { createPoliciesView } from './features/policies/policies.view.ts';
import { createPlanPlatformsView } from './features/policies/plan-platforms.view.ts';
import { createPlanFactsView } from './features/policies/plan-facts.view.ts';
import { createPolicyPlanner } from './features/policies/policy-planner.ts';
import { PolicyRunner } from './features/policies/policy-runner.ts';
import { createPolicyRunsStore } from './features/policies/policy-runs.store.ts';
import type { RegistriesService } from './features/registries/registries.service.ts';
import type { Foundation } from './wire-foundation.ts';
import type { wireReplication } from './wire-replication.ts';

/** Policies plan from the catalog and have replication carry out what they planned. */
export function wirePolicies(
  foundation: Foundation,
  registries: Pick<RegistriesService, 'listRegistries'>,
  copies: ReturnType<typeof wireReplication>,
) {
  const { database, clock, logger, newId, bus, publish } = foundation;
  const { kysely } = database;
  const store = createPoliciesStore(kysely);
  const runs = createPolicyRunsStore(kysely);
  const facts = createPlanFactsView(kysely);
  const { plans } = copies.replication;
  const announce = (policyId: string) =>
    publish({ name: 'policy', payload: { policyId, at: clock.now().toISOString() } });
  const planner = createPolicyPlanner({
    facts,
    platforms: createPlanPlatformsView(kysely),
    listEdges: (exceptPolicyId) => store.listEdges(exceptPolicyId),
    registries: registries.listRegistries,
    bytesMissing: copies.bytesMissing,
    findImmutable: copies.findImmutable,
    clock,
  });
  const now = () => databaseNow(kysely);
  const runner = new PolicyRunner({
    store,
    runs,
    facts,
    planner,
    plans,
    onRun: announce,
    newId,
    databaseNow: now,
    onFault: (error) => logger.error({ err: error }, 'Something went wrong behind a policy.'),
  });
  const policies = new PoliciesService({ store, runs, planner, runner, plans, announce, newId, databaseNow: now });
  // A tag that moved, a scan that ended, a policy that was changed on another instance.
  const unsubscribe = bus.subscribe((numbered) => {
    if (numbered === null || wakening.has(numbered.event.name)) runner.wake();
  });
  return {
    router: policiesRoutes({
      policies,
      view: createPoliciesView(kysely),
      showExecution: copies.showExecution,
      listTasks: copies.listTasks,
      scannedAt: (registryId) => facts.scannedAt(registryId),
      clock,
    }),
    start: () => runner.start(),
    stop: async () => {
      unsubscribe();
      await runner.stop();
    },
  };
}

const wakening: ReadonlySet<string> = new Set(['tag', 'catalog', 'policy', 'reset']);
