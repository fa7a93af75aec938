import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { AuditRecord } from '../../access/audit-record.ts';
import type { Row, Tables } from '../../database/index.ts';
import { isAfter, type KeysetColumn, type KeysetPosition, likeLiteral, orderBy } from '../../database/keyset.ts';

export interface AuditLine extends AuditRecord {
  readonly id: number;
  readonly at: Date;
}

export type AuditSort = '-at' | 'at';

export interface AuditFilter {
  /** In actor, action, target and reason, in upper or lower case. */
  readonly q?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: AuditRecord['outcome'] | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly project?: string | undefined;
  /** Only lines of these environments, and those of none; undefined is no limit. */
  readonly environments?: readonly string[] | undefined;
}

export interface ReadAuditPage {
  readonly filter: AuditFilter;
  readonly sort: AuditSort;
  readonly limit: number;
  readonly after: KeysetPosition | null;
}

export type AuditView = ReturnType<typeof createAuditView>;

const order = (direction: 'asc' | 'desc'): readonly KeysetColumn[] => [
  { expression: sql.ref('at'), direction, type: 'instant' },
  { expression: sql.ref('id'), direction, type: 'integer' },
];
/** The same index forwards and backwards. */
export const auditOrders: Readonly<Record<AuditSort, readonly KeysetColumn[]>> = {
  '-at': order('desc'),
  at: order('asc'),
};

export function createAuditView(kysely: Kysely<Tables>) {
  return {
    async readPage(read: ReadAuditPage): Promise<{ items: AuditLine[]; next: KeysetPosition | null }> {
      const { rows } = await pageQuery(read).execute(kysely);
      const items = rows.slice(0, read.limit).map(fromRow);
      const last = rows.length > read.limit ? items.at(-1) : undefined;
      return { items, next: last === undefined ? null : [last.at.getTime(), last.id] };
    },
  };
}

export function pageQuery({ filter, sort, limit, after }: ReadAuditPage): RawBuilder<Row<'audit_log'>> {
  const columns = auditOrders[sort];
  const conditions = [isAfter(columns, after), ...conditionsOf(filter)];
  return sql<Row<'audit_log'>>`
    select * from audit_log where ${sql.join(conditions, sql` and `)} order by ${orderBy(columns)} limit ${limit + 1}
  `;
}

function conditionsOf(filter: AuditFilter): RawBuilder<boolean>[] {
  const { q, actor, action, outcome, from, to, project, environments } = filter;
  return [
    project === undefined ? undefined : sql<boolean>`project = ${project}`,
    environments === undefined
      ? undefined
      : sql<boolean>`(environment is null or environment = any (${[...environments]}::text[]))`,
    outcome === undefined ? undefined : sql<boolean>`outcome = ${outcome}`,
    from === undefined ? undefined : sql<boolean>`at >= ${storable(from)}::timestamptz`,
    to === undefined ? undefined : sql<boolean>`at <= ${storable(to)}::timestamptz`,
    holds('searched', q),
    // Implied by the other; it is what the index of trigrams can use.
    holds('searched', actor),
    holds('lower(actor_name)', actor),
    holds('searched', action),
    holds('lower(action)', action),
  ].filter((condition) => condition !== undefined);
}

function holds(expression: 'searched' | 'lower(actor_name)' | 'lower(action)', text: string | undefined) {
  if (text === undefined || text === '') return undefined;
  return sql<boolean>`${sql.raw(expression)} like lower(${`%${likeLiteral(text)}%`}::text)`;
}

/** Beyond these years dates have other spellings; nothing stored is there. */
function storable(instant: Date): string {
  const [earliestMs, latestMs] = [Date.UTC(1900, 0, 1), Date.UTC(9998, 11, 31)];
  return new Date(Math.min(Math.max(instant.getTime(), earliestMs), latestMs)).toISOString();
}

function fromRow(row: Row<'audit_log'>): AuditLine {
  return {
    id: row.id,
    at: row.at,
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    address: row.address,
    action: row.action,
    outcome: row.outcome,
    project: row.project,
    environment: row.environment,
    target: row.target,
    reason: row.reason,
    before: row.before,
    after: row.after,
    requestId: row.request_id,
  };
}
