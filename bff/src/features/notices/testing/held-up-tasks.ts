import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../../database/index.ts';
import { endExecutions } from '../../replication/task-records.store.ts';

export interface HeldUpTasks {
  readonly count?: number;
  readonly code?: string;
  /** The registry's own words, and where it said them. */
  readonly words?: string;
  readonly saidIn?: string;
  readonly source?: string;
  readonly repository?: string;
  readonly destinationId?: string;
  readonly policy?: { readonly id: string; readonly name: string };
  /** It waits for a slot. */
  readonly isDue?: boolean;
}

/** An execution whose tasks wait, as the engine writes them: none is tried within the hour. */
export async function holdUp(kysely: Kysely<Tables>, held: HeldUpTasks = {}): Promise<string> {
  const { count = 1, code = 'connection-refused', repository = 'payments/api', destinationId = 'production' } = held;
  const id = randomUUID();
  const policy = { policy_id: held.policy?.id ?? null, policy_name: held.policy?.name ?? null };
  await kysely
    .insertInto('executions')
    .values({
      id,
      trigger: 'copy',
      requested_by: 'mara',
      include_referrers: true,
      when_different: 'replace',
      ...policy,
    })
    .execute();
  const reason = {
    code,
    sentence: held.words ?? `${destinationId} refused the connection.`,
    params: { registry: destinationId, registryId: destinationId, repository: held.saidIn ?? repository },
  };
  for (let place = 0; place < count; place += 1) {
    await kysely
      .insertInto('tasks')
      .values({
        id: randomUUID(),
        execution_id: id,
        policy_id: policy.policy_id,
        source_registry_id: 'development',
        source_repository: held.source ?? repository,
        source_reference: `1.${place}`,
        destination_registry_id: destinationId,
        destination_repository: repository,
        destination_tag: `1.${place}`,
        state: 'waiting',
        attempts_allowed: 10,
        next_attempt_at: held.isDue === true ? sql<Date>`now()` : sql<Date>`now() + interval '1 hour'`,
        deadline_at: sql<Date>`now() + interval '1 day'`,
        reason: JSON.stringify(reason),
      })
      .execute();
  }
  return id;
}

/** Of one execution, as the engine ends them; `limit` of them only. */
export async function endTasks(
  kysely: Kysely<Tables>,
  executionId: string,
  state: 'succeeded' | 'failed' | 'stopped',
  limit = 1000,
): Promise<void> {
  await kysely.transaction().execute(async (transaction) => {
    await sql`
      update tasks set state = ${state}, finished_at = now(), next_attempt_at = null where id in (
        select id from tasks where execution_id = ${executionId} and state = 'waiting' order by id limit ${limit})`.execute(
      transaction,
    );
    await endExecutions(transaction, [executionId]);
  });
}

export async function addPolicy(kysely: Kysely<Tables>, name: string): Promise<{ id: string; name: string }> {
  const id = randomUUID();
  await kysely
    .insertInto('policies')
    .values({
      id,
      name,
      project: null,
      is_enabled: false,
      content: JSON.stringify({ options: {} }),
      source_registry_id: 'development',
      registry_ids: ['development', 'production'],
    })
    .execute();
  return { id, name };
}

export async function openBreaker(kysely: Kysely<Tables>, registryId: string, code: string): Promise<void> {
  const reason = { code, sentence: `${registryId}: ${code}.`, params: { registry: registryId, registryId } };
  await kysely
    .insertInto('registry_breakers')
    .values({ registry_id: registryId, reason: JSON.stringify(reason) as never, probe_at: new Date() })
    .execute();
}

/** Its tasks are being tried. */
export async function run(kysely: Kysely<Tables>, executionId: string): Promise<void> {
  await sql`
    update tasks set state = 'running', next_attempt_at = null, lease_until = now() + interval '1 minute'
    where execution_id = ${executionId}`.execute(kysely);
}
