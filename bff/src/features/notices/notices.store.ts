import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Row, Tables } from '../../database/index.ts';
import type { DeliveryState, NoticeEvent, NoticeKind, StoredNotice } from './notices.ts';

type Connection = Kysely<Tables>;

export interface NewNotice {
  readonly id: string;
  readonly project: string | null;
  readonly policyId: string | null;
  readonly name: string;
  readonly channel: 'webhook' | 'mail';
  readonly url: string | null;
  readonly secretSealed: string | null;
  readonly recipients: readonly string[];
  readonly language: 'en' | 'zh';
  readonly kinds: readonly NoticeKind[];
  readonly createdBy: string | null;
}

export type NoticeValues = Pick<NewNotice, 'name' | 'url' | 'recipients' | 'language' | 'kinds' | 'policyId'> & {
  readonly isDisabled: boolean;
};

export type NoticesStore = ReturnType<typeof createNoticesStore>;

export function createNoticesStore(kysely: Connection) {
  return {
    list: (project: string | null) => read(kysely, sql<boolean>`n.project is not distinct from ${project}`),
    /** One of this project; of the console where that is null. */
    find: async (project: string | null, id: string): Promise<StoredNotice | undefined> =>
      (await read(kysely, sql<boolean>`n.id = ${id} and n.project is not distinct from ${project}`))[0],
    findById: async (id: string): Promise<StoredNotice | undefined> =>
      (await read(kysely, sql<boolean>`n.id = ${id}`))[0],
    async hasProject(name: string): Promise<boolean> {
      const found = await kysely.selectFrom('projects').select('name').where('name', '=', name).executeTakeFirst();
      return found !== undefined;
    },
    insert: (notice: NewNotice, limit: number) =>
      kysely.transaction().execute((transaction) => insert(transaction, notice, limit)),
    /** False where `version` is not the current one. */
    async update(id: string, version: number, values: NoticeValues): Promise<boolean> {
      const result = await kysely
        .updateTable('notices')
        .set((row) => ({
          name: values.name,
          url: values.url,
          recipients: JSON.stringify(values.recipients),
          language: values.language,
          kinds: JSON.stringify(values.kinds),
          policy_id: values.policyId,
          is_disabled: values.isDisabled,
          version: row('version', '+', 1),
        }))
        .where('id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async setSecret(id: string, secretSealed: string): Promise<boolean> {
      const result = await kysely
        .updateTable('notices')
        .set((row) => ({ secret_sealed: secretSealed, version: row('version', '+', 1) }))
        .where('id', '=', id)
        .where('channel', '=', 'webhook')
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async remove(id: string): Promise<boolean> {
      return (await kysely.deleteFrom('notices').where('id', '=', id).executeTakeFirst()).numDeletedRows > 0n;
    },
  };
}

async function insert(
  transaction: Connection,
  notice: NewNotice,
  limit: number,
): Promise<'made' | 'too-many' | 'project-missing'> {
  const { project } = notice;
  if (project !== null) {
    // Locked, so that two at once do not both find the last place free.
    const row = transaction.selectFrom('projects').select('name').where('name', '=', project);
    if ((await row.forNoKeyUpdate().executeTakeFirst()) === undefined) return 'project-missing';
  }
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from notices where project is not distinct from ${project}`.execute(transaction);
  if ((rows[0]?.count ?? 0) >= limit) return 'too-many';
  await transaction
    .insertInto('notices')
    .values({
      id: notice.id,
      project,
      policy_id: notice.policyId,
      name: notice.name,
      channel: notice.channel,
      url: notice.url,
      secret_sealed: notice.secretSealed,
      recipients: JSON.stringify(notice.recipients),
      language: notice.language,
      kinds: JSON.stringify(notice.kinds),
      created_by: notice.createdBy,
    })
    .execute();
  return 'made';
}

interface Beside {
  readonly policy_name: string | null;
  readonly last_state: DeliveryState | null;
  readonly last_event: NoticeEvent | null;
  readonly last_at: Date | null;
}

async function read(connection: Connection, condition: RawBuilder<boolean>): Promise<StoredNotice[]> {
  const { rows } = await sql<Row<'notices'> & Beside>`
    select n.*, p.name as policy_name, last.state as last_state, last.event as last_event, last.created_at as last_at
    from notices n
    left join policies p on p.id::text = n.policy_id
    left join lateral (
      select state, event, created_at from notice_deliveries d
      where d.notice_id = n.id order by d.created_at desc, d.id limit 1
    ) as last on true
    where ${condition} order by lower(n.name), n.id`.execute(connection);
  return rows.map(fromRow);
}

function fromRow(row: Row<'notices'> & Beside): StoredNotice {
  const { last_state: state, last_event: event, last_at: at } = row;
  return {
    id: row.id,
    project: row.project,
    policyId: row.policy_id,
    policyName: row.policy_name,
    name: row.name,
    channel: row.channel,
    url: row.url,
    secretSealed: row.secret_sealed,
    recipients: row.recipients,
    language: row.language,
    kinds: row.kinds,
    isDisabled: row.is_disabled,
    lastDelivery: state === null || event === null || at === null ? null : { state, event, at },
    createdBy: row.created_by,
    createdAt: row.created_at,
    version: row.version,
  };
}
