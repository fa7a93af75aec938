import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../../database/index.ts';
import { createPlanExecutionsStore } from '../../replication/plan-executions.store.ts';

export interface HeldDeletions {
  readonly policy: { readonly id: string; readonly name: string };
  readonly repositories?: readonly string[];
  readonly tags?: readonly string[];
  readonly destinationIds?: readonly string[];
}

const nothingElse = { copy: 0, replace: 0, upToDate: 0, differs: 0, loses: 0, impossible: 0, bytes: 0 };
const yes = () => Promise.resolve(true);
const nothing = () => Promise.resolve();

/** A run of a policy whose deletions wait for a person's word. @returns undefined where all of them waited already */
export async function holdDeletions(kysely: Kysely<Tables>, held: HeldDeletions): Promise<string | undefined> {
  const { policy, repositories = ['payments/api'], tags = ['1.0'], destinationIds = ['production'] } = held;
  const id = randomUUID();
  const tasks = repositories.flatMap((repository) =>
    tags.flatMap((tag) =>
      destinationIds.map((registryId) => ({
        id: randomUUID(),
        kind: 'delete' as const,
        source: { repository, tag },
        destination: { registryId, repository, tag },
        digest: `sha256:${'a'.repeat(64)}`,
        replacesDigest: null,
        originAt: new Date(),
        isContested: false,
        sizeBytes: null,
      })),
    ),
  );
  const created = await createPlanExecutionsStore(kysely).create(
    {
      id,
      policy: { ...policy, version: 1 },
      trigger: 'push',
      requestedBy: null,
      requesterId: null,
      sourceRegistryId: 'development',
      includeReferrers: true,
      whenDifferent: 'replace',
      platforms: null,
      attempts: 10,
      planned: { ...nothingElse, delete: tasks.length },
      heldBack: { code: 'deletions-many', sentence: `${tags.length} of 20 tags would be deleted.`, params: {} },
      keepsEmpty: false,
      passesOver: 'nothing',
      tasks,
    },
    yes,
    nothing,
  );
  return created === undefined ? undefined : id;
}

/** A person's answer to it. */
export async function decide(kysely: Kysely<Tables>, word: 'confirm' | 'decline', executionId?: string): Promise<void> {
  const answered = await createPlanExecutionsStore(kysely)[word]({ executionId: executionId ?? '', taskIds: null });
  if (answered === undefined) throw new Error('Nothing of it waited for a word.');
}

/** As if they had waited for so long already. */
export async function ageHeld(kysely: Kysely<Tables>, executionId: string | undefined, seconds: number): Promise<void> {
  await sql`
    update tasks set created_at = created_at - ${seconds} * interval '1 second'
    where execution_id = ${executionId ?? ''}`.execute(kysely);
}
