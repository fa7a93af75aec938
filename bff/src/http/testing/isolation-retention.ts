import { randomUUID } from 'node:crypto';
import type { TestBff } from '../../testing/start-bff.ts';

interface Names {
  readonly project: string;
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly retentionPlanId: string;
  readonly retentionRunId: string;
  readonly heldRetentionRunId: string;
}

/** By hand only, so that nothing happens by itself. */
export async function addRetention(bff: TestBff, ids: Names): Promise<void> {
  const { kysely } = bff.running.foundation.database;
  const { project, registryId, repository, tag, digest } = ids;
  const rules = [{ kind: 'tags' as const, patterns: [`${project}-*`] }];
  await kysely
    .insertInto('retention_plans')
    .values({
      id: ids.retentionPlanId,
      project,
      environment: null,
      is_enabled: true,
      include: [`${project}-*`],
      exclude: [],
      rules: JSON.stringify(rules),
      created_by: `${project}-member`,
    })
    .execute();
  const run = {
    project,
    environment: null,
    plan_version: 1,
    content: JSON.stringify({ repositories: { include: [`${project}-*`], exclude: [] }, rules }),
    is_scheduled: false,
    asked_by: `${project}-member`,
    delete_count: 1,
  };
  await kysely
    .insertInto('retention_runs')
    .values([
      { ...run, id: ids.retentionRunId, plan_id: ids.retentionPlanId, state: 'done', finished_at: new Date() },
      { ...run, id: ids.heldRetentionRunId, plan_id: null, state: 'held' },
    ])
    .execute();
  const reasons = JSON.stringify([{ code: 'retention-no-pattern', sentence: `None of ${project}`, params: {} }]);
  const values = { position: 1, registry_id: registryId, repository, tag, digest, reasons };
  await kysely
    .insertInto('retention_run_tags')
    .values(
      [ids.retentionRunId, ids.heldRetentionRunId].map((runId) => ({
        ...values,
        run_id: runId,
        item_id: randomUUID(),
      })),
    )
    .execute();
  await kysely
    .insertInto('manifest_pulls')
    .values({ registry_id: registryId, repository, digest, pulled_at: new Date() })
    .execute();
}
