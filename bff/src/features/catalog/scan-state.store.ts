import { type Kysely, sql } from 'kysely';
import type { Tables } from '../../database/index.ts';

interface Reason {
  readonly code: string;
  readonly sentence: string;
  readonly params: Readonly<Record<string, string>>;
}

/** A scan that this instance may do until its lease ends. */
export interface TakenScan {
  readonly registryId: string;
  readonly registryName: string;
  readonly byPerson: boolean;
  /** How the scan before ended. */
  readonly lastReasonCode: string | null;
  readonly scannedAt: Date | null;
  readonly startedAt: Date;
}

export interface ScanEnd {
  readonly state: 'idle' | 'failed';
  readonly reason: Reason | null;
  /** Every repository was read: the catalog agrees with the registry as of the scan's start. */
  readonly isComplete: boolean;
  readonly durationMs: number;
  readonly nextInMs: number;
}

export interface Freshness {
  readonly scanState: 'idle' | 'running' | 'failed';
  readonly scanReason: Reason | null;
  readonly scannedAt: Date | null;
  readonly notifiedAt: Date | null;
}

const leaseSeconds = 60;

/** Who scans what and when. All times are the database's, so that instances with wrong clocks agree. */
export class ScanStateStore {
  readonly #kysely: Kysely<Tables>;

  constructor(kysely: Kysely<Tables>) {
    this.#kysely = kysely;
  }

  /** The next scan that is due, or one whose instance went away. */
  takeDue(owner: string): Promise<TakenScan | undefined> {
    return this.#take(sql`(scan_due_at <= clock_timestamp() or scan_lease_until < clock_timestamp())`, owner);
  }

  take(registryId: string, owner: string): Promise<TakenScan | undefined> {
    return this.#take(sql`id = ${registryId}`, owner);
  }

  /** False when the lease is lost. */
  async renew(registryId: string, owner: string): Promise<boolean> {
    const result = await sql`
      update registries set scan_lease_until = clock_timestamp() + ${leaseSeconds} * interval '1 second'
      where id = ${registryId} and scan_owner = ${owner}
    `.execute(this.#kysely);
    return Number(result.numAffectedRows ?? 0) > 0;
  }

  async end(taken: TakenScan, owner: string, end: ScanEnd): Promise<void> {
    await sql`
      update registries set
        scan_state = ${end.state}, scan_reason = ${end.reason === null ? null : JSON.stringify(end.reason)}::jsonb,
        scanned_at = case when ${end.isComplete}::boolean then ${taken.startedAt}::timestamptz else scanned_at end,
        scan_owner = null, scan_lease_until = null, scan_duration_ms = ${end.durationMs}::float8,
        scan_due_at = least(scan_due_at, clock_timestamp() + ${end.nextInMs}::float8 * interval '1 millisecond')
      where id = ${taken.registryId} and scan_owner = ${owner}
    `.execute(this.#kysely);
  }

  /** Makes a scan due now; one that runs is followed by another. */
  async request(registryId: string, byPerson: boolean): Promise<void> {
    await sql`
      update registries set scan_due_at = clock_timestamp(), scan_by_person = scan_by_person or ${byPerson}::boolean
      where id = ${registryId}
    `.execute(this.#kysely);
  }

  /** Of every registry: how old what is known of it is. */
  async listFreshness(): Promise<ReadonlyMap<string, Freshness>> {
    const rows = await this.#kysely
      .selectFrom('registries')
      .select(['id', 'scan_state', 'scan_reason', 'scanned_at', 'notified_at'])
      .execute();
    return new Map(
      rows.map((row) => [
        row.id,
        {
          scanState: row.scan_state,
          scanReason: row.scan_reason,
          scannedAt: row.scanned_at,
          notifiedAt: row.notified_at,
        },
      ]),
    );
  }

  async hasNotified(registryId: string): Promise<boolean> {
    const row = await this.#kysely
      .selectFrom('registries')
      .select('notified_at')
      .where('id', '=', registryId)
      .executeTakeFirst();
    return row?.notified_at != null;
  }

  async #take(condition: ReturnType<typeof sql>, owner: string): Promise<TakenScan | undefined> {
    const { rows } = await sql<{
      id: string;
      name: string;
      scan_by_person: boolean;
      last_code: string | null;
      scanned_at: Date | null;
      started_at: Date;
    }>`
      with chosen as (
        select id, scan_by_person, scan_reason ->> 'code' as last_code from registries
        where (scan_lease_until is null or scan_lease_until < clock_timestamp()) and ${condition}
        order by scan_due_at limit 1 for update skip locked
      )
      update registries set
        scan_owner = ${owner}, scan_lease_until = clock_timestamp() + ${leaseSeconds} * interval '1 second',
        scan_state = 'running', scan_by_person = false,
        -- Until the scan ends and says when the next is due; whoever asks for one meanwhile sets it to now.
        scan_due_at = clock_timestamp() + interval '1 day'
      from chosen where registries.id = chosen.id
      returning registries.id, registries.name, chosen.scan_by_person, chosen.last_code, registries.scanned_at,
        clock_timestamp() as started_at
    `.execute(this.#kysely);
    const [row] = rows;
    if (row === undefined) return undefined;
    return {
      registryId: row.id,
      registryName: row.name,
      byPerson: row.scan_by_person,
      lastReasonCode: row.last_code,
      scannedAt: row.scanned_at,
      startedAt: row.started_at,
    };
  }
}

export function createScanStateStore(kysely: Kysely<Tables>): ScanStateStore {
  return new ScanStateStore(kysely);
}
