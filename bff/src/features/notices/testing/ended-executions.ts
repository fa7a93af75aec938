import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../../../database/index.ts';
import { endExecutions } from '../../replication/task-records.store.ts';

export interface EndedTask {
  readonly state: 'succeeded' | 'failed' | 'stopped';
  readonly source?: string;
  readonly repository?: string;
  readonly destinationId?: string;
}

/** An execution whose tasks came to these states, ended by the very statement that ends all of them. */
export async function endExecution(kysely: Kysely<Tables>, tasks: readonly EndedTask[]): Promise<string> {
  const id = randomUUID();
  await kysely
    .insertInto('executions')
    .values({ id, trigger: 'copy', requested_by: 'mara', include_referrers: true, when_different: 'replace' })
    .execute();
  for (const { state, source, repository = 'payments/api', destinationId = 'production' } of tasks) {
    const reason = { code: 'timeout', sentence: 'production did not answer in time.', params: {} };
    await kysely
      .insertInto('tasks')
      .values({
        id: randomUUID(),
        execution_id: id,
        source_registry_id: 'development',
        source_repository: source ?? repository,
        source_reference: '1.0',
        destination_registry_id: destinationId,
        destination_repository: repository,
        destination_tag: '1.0',
        state,
        finished_at: new Date(),
        bytes_done: 1000,
        reason: state === 'failed' ? JSON.stringify(reason) : null,
      })
      .execute();
  }
  await endExecutions(kysely, [id]);
  return id;
}
