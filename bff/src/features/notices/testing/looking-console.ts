import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { NoticePayload } from '../../../contract/notices.ts';
import { databaseNow } from '../../../database/database-now.ts';
import type { Database } from '../../../database/index.ts';
import { passingCodes } from '../../../registry-client/index.ts';
import { heldBackCode } from '../../replication/replication.ts';
import { aboutWriting } from '../../replication/retry-policy.ts';
import { createDeliveriesStore } from '../deliveries.store.ts';
import { DeliveryRunner } from '../delivery-runner.ts';
import { createEndsStore } from '../ends.store.ts';
import { createHoldsStore } from '../holds.store.ts';
import type { NoticeKind } from '../notices.ts';
import { createNoticesStore } from '../notices.store.ts';
import { createOutagesStore } from '../outages.store.ts';

/** A console that plans what is told, and sends nothing. */
export function lookingConsole({ kysely }: Database) {
  const unused = () => expectUnused();
  const store = createNoticesStore(kysely);
  return {
    kysely,
    /** One look of one console, at what waits and at what ended. */
    async look(): Promise<void> {
      const faults: unknown[] = [];
      const runner = new DeliveryRunner({
        ends: createEndsStore(kysely),
        outages: createOutagesStore(kysely, { troubleCodes: [...passingCodes, 'unexpected'], aboutWriting }),
        holds: createHoldsStore(heldBackCode),
        outageAfterMinutes: 10,
        databaseNow,
        deliveries: createDeliveriesStore(kysely),
        findNotice: store.findById,
        openSecret: unused,
        sendWebhook: unused,
        sendMail: null,
        enqueue: () => Promise.resolve(),
        publicUrl: null,
        newId: randomUUID,
        clock: { now: () => new Date() },
        random: () => 0.5,
        onFault: (error) => void faults.push(error),
        isOnlyProcess: false,
      });
      await runner.start();
      await runner.stop();
      if (faults.length > 0) throw new Error('The look failed.', { cause: faults[0] });
    },
    /** Named as what it is about, unless told otherwise. */
    async notice(
      name: string,
      kinds: NoticeKind[],
      about: { project?: string; policyId?: string } = {},
    ): Promise<string> {
      const id = randomUUID();
      const { project = 'payments', policyId = null } = about;
      const mail = { channel: 'mail', url: null, secretSealed: null, recipients: ['ops@example.com'] } as const;
      const owner = project === '' ? null : project;
      const draft = { id, project: owner, policyId, name, ...mail, language: 'en', kinds, createdBy: null } as const;
      if ((await store.insert(draft, 100)) !== 'made') throw new Error(`There is no project ${project}.`);
      return id;
    },
    /** All that was planned so far, in order; those of one moment by the names of their notices. */
    async told(): Promise<NoticePayload[]> {
      const { rows } = await sql<{ body: string }>`
        select d.body from notice_deliveries d join notices n on n.id = d.notice_id
        order by d.created_at, n.name, d.id`.execute(kysely);
      return rows.map(({ body }) => NoticePayload.parse(JSON.parse(body)));
    },
    outages: async () => kysely.selectFrom('notice_outages').selectAll().orderBy('destination_registry_id').execute(),
    /** As if so many minutes had gone by. */
    async passMinutes(minutes: number): Promise<void> {
      await sql`
        update notice_outages set since = since - ${minutes} * interval '1 minute',
          quiet_since = quiet_since - ${minutes} * interval '1 minute',
          looked_at = looked_at - ${minutes} * interval '1 minute'`.execute(kysely);
      await sql`
        update tasks set created_at = created_at - ${minutes} * interval '1 minute',
          finished_at = finished_at - ${minutes} * interval '1 minute'`.execute(kysely);
      await sql`update notice_holds set seen_at = seen_at - ${minutes} * interval '1 minute'`.execute(kysely);
    },
  };
}

function expectUnused(): never {
  throw new Error('Nothing is sent here.');
}
