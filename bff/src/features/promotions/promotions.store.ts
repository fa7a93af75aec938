import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';
import type { Person, PromotedTarget } from './promotions.ts';

export type PromotionsStore = ReturnType<typeof createPromotionsStore>;
/** Handed through from whoever makes the execution in it. */
export type PromotionTransaction = Kysely<Tables>;

export interface NewPromotion {
  readonly id: string;
  readonly kind: 'promotion' | 'undo';
  readonly project: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly sourceRegistryId: string;
  readonly sourceEnvironment: string;
  readonly environment: string;
  readonly registryIds: readonly string[];
  readonly comment: string;
  readonly needsApproval: boolean;
  readonly requester: Person;
  readonly undoOf: string | null;
}

export interface Decision {
  readonly person: Person;
  readonly comment: string;
}

export function createPromotionsStore(kysely: Kysely<Tables>) {
  return {
    /** @returns false where the same image waits for the same environment already */
    insertWaiting: (promotion: NewPromotion): Promise<boolean> =>
      kysely.transaction().execute((transaction) => insertWaiting(transaction, promotion)),

    async insertBegun(
      transaction: PromotionTransaction,
      promotion: NewPromotion,
      executionId: string,
      targets: readonly PromotedTarget[],
    ): Promise<void> {
      const row = { ...rowOf(promotion), state: 'begun' as const, execution_id: executionId };
      await establishProject(transaction, promotion);
      await transaction.insertInto('promotions').values(row).execute();
      await insertTargets(transaction, promotion.id, targets);
    },

    /** Also for an undo: that none of the same promotion runs, while nobody else can begin one. @returns whether it may */
    async lockForUndo(transaction: PromotionTransaction, id: string): Promise<boolean> {
      await sql`select from promotions where id = ${id} for update`.execute(transaction);
      const { rows } = await sql`
        select from promotions u join executions e on e.id = u.execution_id
        where u.undo_of = ${id} and e.state in ('running', 'succeeded')`.execute(transaction);
      return rows.length === 0;
    },

    approve,

    /** @returns false where it waits no longer */
    async close(id: string, state: 'declined' | 'withdrawn', { person, comment }: Decision): Promise<boolean> {
      const { rows } = await sql`
        update promotions set state = ${state}, decided_by = ${person.name}, decider_id = ${person.id}::uuid,
          decision_comment = ${comment}, decided_at = now()
        where id = ${id} and state = 'waiting' and expires_at > now()
        returning id`.execute(kysely);
      return rows.length > 0;
    },

    async listTargets(id: string): Promise<PromotedTarget[]> {
      const rows = await kysely
        .selectFrom('promotion_targets')
        .selectAll()
        .where('promotion_id', '=', id)
        .orderBy('registry_id')
        .execute();
      return rows.map((row) => ({
        registryId: row.registry_id,
        digest: row.digest,
        previousDigest: row.previous_digest,
      }));
    },

    /** What the catalog believes a tag to be; null where it knows none. */
    async findTag(registryId: string, repository: string, tag: string): Promise<string | null> {
      const row = await kysely
        .selectFrom('tags')
        .select('digest')
        .where('registry_id', '=', registryId)
        .where('repository', '=', repository)
        .where('name', '=', tag)
        .executeTakeFirst();
      return row?.digest ?? null;
    },
  };
}

async function insertWaiting(transaction: PromotionTransaction, promotion: NewPromotion): Promise<boolean> {
  // The time of those is over whether or not anybody looks; they must not stand in a new one's way.
  await sql`
    update promotions set state = 'expired'
    where state = 'waiting' and expires_at <= now() and repository = ${promotion.repository}
      and tag = ${promotion.tag}`.execute(transaction);
  await establishProject(transaction, promotion);
  const inserted = await transaction
    .insertInto('promotions')
    .values({ ...rowOf(promotion), state: 'waiting' })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

/** The source has the tag, but the catalog may not have heard of it yet, nor of its project. */
async function establishProject(transaction: PromotionTransaction, { project }: NewPromotion): Promise<void> {
  await transaction
    .insertInto('projects')
    .values({ name: project })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}

/** @returns false where it waits no longer */
async function approve(
  transaction: PromotionTransaction,
  id: string,
  { person, comment }: Decision,
  executionId: string,
  targets: readonly PromotedTarget[],
): Promise<boolean> {
  const { rows } = await sql`
    update promotions set state = 'begun', execution_id = ${executionId}::uuid, decided_by = ${person.name},
      decider_id = ${person.id}::uuid, decision_comment = ${comment}, decided_at = now()
    where id = ${id} and state = 'waiting' and expires_at > now()
    returning id`.execute(transaction);
  if (rows.length === 0) return false;
  await insertTargets(transaction, id, targets);
  return true;
}

async function insertTargets(
  transaction: PromotionTransaction,
  id: string,
  targets: readonly PromotedTarget[],
): Promise<void> {
  const rows = targets.map(({ registryId, digest, previousDigest }) => ({
    promotion_id: id,
    registry_id: registryId,
    digest,
    previous_digest: previousDigest,
  }));
  await transaction.insertInto('promotion_targets').values(rows).execute();
}

function rowOf(promotion: NewPromotion) {
  return {
    id: promotion.id,
    kind: promotion.kind,
    project: promotion.project,
    repository: promotion.repository,
    tag: promotion.tag,
    digest: promotion.digest,
    source_registry_id: promotion.sourceRegistryId,
    source_environment: promotion.sourceEnvironment,
    environment: promotion.environment,
    registry_ids: [...promotion.registryIds],
    comment: promotion.comment,
    needs_approval: promotion.needsApproval,
    requester_id: promotion.requester.id,
    requested_by: promotion.requester.name,
    undo_of: promotion.undoOf,
    expires_at: sql<Date>`now() + ${waitingDays} * interval '1 day'`,
  };
}

/** A request that nobody decided on by then was not needed. */
const waitingDays = 7;
