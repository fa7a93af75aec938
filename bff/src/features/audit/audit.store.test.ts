import { sql } from 'kysely';
import { expect, it, vi } from 'vitest';
import type { AuditRecord } from '../../access/audit-record.ts';
import type { Database } from '../../database/index.ts';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { createAuditStore } from './audit.store.ts';
import { type AuditFilter, createAuditView, pageQuery, type ReadAuditPage } from './audit.view.ts';

// A hundred thousand lines are written in one test, on a machine that may be busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const record: AuditRecord = {
  actor: { kind: 'user', id: 'u1', name: 'mara' },
  address: '192.0.2.1',
  action: 'updateProject',
  outcome: 'done',
  project: 'payments',
  environment: null,
  target: 'payments',
  reason: null,
  before: { isPublic: false },
  after: { isPublic: true },
  requestId: 'r1',
};
const failing = (_line: AuditRecord, error: unknown) => expect.fail(`A line was lost: ${String(error)}`);

describeEachDatabase('The audit log', (open) => {
  const read = (database: Database, filter: AuditFilter = {}) =>
    createAuditView(database.kysely).readPage({ filter, sort: '-at', limit: 100, after: null });

  it('gives back what was written', async () => {
    const database = await open();
    await createAuditStore(database.kysely, failing).record(record);
    const { items } = await read(database);
    expect(items).toEqual([{ ...record, id: 1, at: items[0]?.at }]);
    expect(items[0]?.at).toBeInstanceOf(Date);
  });

  it('refuses to be changed or emptied, in every way there is', async () => {
    const database = await open();
    await createAuditStore(database.kysely, failing).record(record);
    const { kysely } = database;
    for (const attempt of [
      sql`update audit_log set actor_name = 'nobody'`,
      sql`update audit_log set actor_name = 'nobody' where false`,
      sql`delete from audit_log`,
      sql`truncate audit_log`,
      sql`insert into audit_log (id, actor_kind, actor_name, action, outcome) overriding system value
        values (1, 'user', 'x', 'y', 'done') on conflict (id) do update set actor_name = 'nobody'`,
    ]) {
      await expect(attempt.execute(kysely)).rejects.toThrow('the audit log is append-only');
    }
    expect((await read(database)).items).toHaveLength(1);
  });

  it('takes every text and every value, cut to a size', async () => {
    const database = await open();
    const huge = 'x'.repeat(1_000_000);
    let nested: Record<string, unknown> = { leaf: huge };
    for (let depth = 0; depth < 100; depth += 1) nested = { nested, [`k${depth}`]: huge };
    const half = { nested, list: Array.from({ length: 10_000 }, () => huge), nul: 'a\u0000b', half: '\ud800' };
    const { record: write } = createAuditStore(database.kysely, failing);
    await write({
      ...record,
      actor: { ...record.actor, name: huge },
      address: huge,
      action: huge,
      project: huge,
      environment: huge,
      target: `a\u0000b\ud800${huge}`,
      reason: huge,
      before: half,
      after: { list: Array.from({ length: 60 }, (_, index) => index) },
      requestId: huge,
    });
    const [line] = (await read(database)).items;
    expect(JSON.stringify(line).length).toBeLessThan(20_000);
    expect(line?.target).toMatch(/^a\ufffdb\ufffdx+…$/);
    expect(line?.after).toEqual({ list: [...Array.from({ length: 50 }, (_, index) => index), '… and 10 more'] });
  });

  it('tells of a line that could not be written, and its writer too', async () => {
    const database = await open();
    const lost: AuditRecord[] = [];
    const { record: write } = createAuditStore(database.kysely, (line) => lost.push(line));
    await expect(write({ ...record, outcome: 'unheard of' as 'done' })).rejects.toThrow(/outcome/);
    expect(lost).toMatchObject([{ outcome: 'unheard of', target: 'payments' }]);
  });

  it.each<[name: string, filter: AuditFilter, targets: string[]]>([
    ['words of the target, in any case', { q: 'API' }, ['payments/api:1']],
    ['words of the reason', { q: 'developer' }, ['payments/api:1']],
    ['signs of a pattern as themselves', { q: '%_' }, []],
    ['a part of the actor’s name', { actor: 'ROB' }, ['shop/web:1']],
    ['not the actor where the word is elsewhere', { actor: 'payments' }, []],
    ['an operation', { action: 'push' }, ['payments/api:1', 'shop/web:1']],
    ['an outcome', { outcome: 'refused' }, ['payments/api:1']],
    ['a project', { project: 'shop' }, ['shop/web:1']],
    ['environments and those of none', { environments: ['testing'] }, ['shop/web:1', 'settings']],
    ['no environments, and those of none', { environments: [] }, ['settings']],
    ['from a time on', { from: new Date(Date.now() + 3_600_000) }, []],
    ['up to a time', { to: new Date(0) }, []],
    ['times that no calendar has', { from: new Date('0000-01-01T00:00:00Z'), to: new Date(8.64e15) }, ['*']],
  ])('finds %s', async (_name, filter, targets) => {
    const database = await open();
    const { record: write } = createAuditStore(database.kysely, failing);
    const pushed = { ...record, action: 'push', before: null, after: null };
    await write({ ...record, target: 'settings', project: null });
    await write({
      ...pushed,
      actor: { kind: 'robot', id: 'r', name: 'robot.shop.ci' },
      project: 'shop',
      environment: 'testing',
      target: 'shop/web:1',
    });
    await write({
      ...pushed,
      outcome: 'refused',
      environment: 'production',
      target: 'payments/api:1',
      reason: 'you need the role developer',
    });
    const found = (await read(database, filter)).items.map(({ target }) => String(target));
    if (targets[0] === '*') expect(found).toHaveLength(3);
    else expect(found.toSorted()).toEqual(targets.toSorted());
  });

  it('is read page by page through an index, with 100,000 lines in it', async () => {
    const database = await open();
    const { kysely } = database;
    // Many within one millisecond: a page may end among them.
    await sql`
      insert into audit_log (at, actor_kind, actor_name, action, outcome, project, environment, target, reason)
      select '2026-01-01'::timestamptz + make_interval(secs => (n / 3)), 'user', 'user-' || n % 50, 'action-' || n % 20,
        case when n % 10 = 0 then 'refused' else 'done' end, 'project-' || n % 200,
        case when n % 2 = 0 then 'testing' end, 'repository-' || n, case when n = 777 then 'a needle' end
      from generate_series(1, 100000) n
    `.execute(kysely);
    await sql`analyze audit_log`.execute(kysely);
    const filters: AuditFilter[] = [
      {},
      { project: 'project-7' },
      { project: 'project-7', environments: ['testing'] },
      { outcome: 'refused' },
      { actor: 'user-7' },
      { action: 'action-3', q: 'repository-9' },
      { from: new Date('2026-01-01T01:00:00Z'), to: new Date('2026-01-01T02:00:00Z') },
    ];
    const middle = [Date.UTC(2026, 0, 1, 4), 50_000];
    const pages = filters.flatMap((filter) =>
      [null, middle].map((after): ReadAuditPage => ({ filter, sort: '-at', limit: 100, after })),
    );
    for (const page of [...pages, { filter: { q: 'a needle' }, sort: '-at', limit: 100, after: null } as const]) {
      const plan = await planOf(database, page);
      expect(plan, `${JSON.stringify(page)}\n${plan}`).not.toContain('Seq Scan');
    }
    const view = createAuditView(kysely);
    for (const sort of ['-at', 'at'] as const) {
      const seen: number[] = [];
      let after: ReadAuditPage['after'] = null;
      do {
        const page = await view.readPage({ filter: { project: 'project-7' }, sort, limit: 100, after });
        seen.push(...page.items.map(({ id }) => id));
        after = page.next;
      } while (after !== null);
      const ordered = seen.toSorted((one, other) => one - other);
      expect(new Set(seen).size).toBe(500);
      expect(seen).toEqual(sort === 'at' ? ordered : ordered.toReversed());
    }
    expect(
      (await view.readPage({ filter: { q: 'A NEEDLE' }, sort: '-at', limit: 100, after: null })).items,
    ).toHaveLength(1);
  });
});

async function planOf({ kysely }: Database, page: ReadAuditPage): Promise<string> {
  const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${pageQuery(page)}`.execute(kysely);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}
