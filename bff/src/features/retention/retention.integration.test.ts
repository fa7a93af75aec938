import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createImmutableRule } from '../../contract/immutable-rules.ts';
import { createPolicy } from '../../contract/policies.ts';
import { beginMaintenance, endMaintenance } from '../../contract/registries.ts';
import {
  confirmRetentionRun,
  createRetentionPlan,
  declineRetentionRun,
  deleteRetentionPlan,
  getRetentionRun,
  listRetentionPlans,
  listRetentionRuns,
  previewRetention,
  type RetentionPreview,
  runRetention,
  updateRetentionPlan,
} from '../../contract/retention.ts';
import { restoreFromTrash } from '../../contract/trash.ts';
import { mediaTypes } from '../../registry-client/index.ts';
import { signInAs } from '../../testing/people.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { contentOf } from '../policies/testing/policy-content.ts';
import { until } from '../replication/testing/waiting.ts';
import { project, RetentionScene } from './testing/retention-scene.ts';

// Whole registries, and on a busy machine their time.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

describe.each(databaseKinds)('Retention (%s)', (kind) => {
  let scene: RetentionScene;
  beforeAll(async () => {
    scene = await RetentionScene.start(kind);
  });
  afterAll(() => scene?.close());

  test('puts what no rule keeps into the trash, with reasons, and it can be restored', async () => {
    const repository = 'payments/api';
    const digests = await scene.push(repository, { v1: 90, v2: 60, v3: 2, v4: 1 });
    const draft = scene.draft(repository, [
      { kind: 'newest', count: 1 },
      { kind: 'pushed-within', days: 30 },
    ]);
    const preview = await scene.preview(draft);
    expect(preview).toMatchObject({ tagCount: 4, keepCount: 2, deleteCount: 2, leftOut: [], rowCount: 4 });
    expect(preview.freedBytes).toBeGreaterThan(0);
    expect(preview.rows.map(({ tag, verdict }) => [tag, verdict])).toEqual([
      ['v4', 'keep'],
      ['v3', 'keep'],
      ['v2', 'delete'],
      ['v1', 'delete'],
    ]);
    const plan = await scene.create(draft);
    const run = await scene.settled(await scene.run(plan));
    expect(run).toMatchObject({ state: 'done', keepCount: 2, deleteCount: 2, trashedCount: 2, sparedCount: 0 });
    expect(await scene.tagsIn('dev', repository)).toEqual(['v3', 'v4']);
    const trash = await scene.trash(repository);
    expect(trash.map(({ tag, state, why, digest, deletedBy }) => ({ tag, state, why, digest, deletedBy }))).toEqual(
      expect.arrayContaining(
        ['v1', 'v2'].map((tag) => ({
          tag,
          state: 'deleted',
          why: 'retention',
          digest: digests[tag],
          deletedBy: 'admin',
        })),
      ),
    );
    expect(await scene.tagsOf(run)).toMatchObject([
      {
        tag: 'v2',
        outcome: 'trashed',
        reasons: [{ code: 'retention-not-newest' }, { code: 'retention-pushed-before' }],
      },
      { tag: 'v1', outcome: 'trashed' },
    ]);
    for (const { id } of trash) {
      await scene.admin.call(restoreFromTrash, {
        params: { project, trashItemId: id },
        body: { target: { kind: 'same' } },
      });
    }
    await until('both to be back', async () =>
      (await scene.tagsIn('dev', repository)).length === 4 ? true : undefined,
    );
  });

  test('says beforehand that a policy copies there again what would go', async () => {
    const repository = 'payments/copied';
    await scene.push(repository, { v1: 90, v2: 1 });
    await scene.push(repository, { v1: 90 }, 'prod');
    const draft = scene.draft(repository, [{ kind: 'newest', count: 1 }]);
    expect((await scene.preview(draft)).cautions).toEqual([]);
    const filters = { repositories: { include: [repository], exclude: [] } };
    const content = contentOf('prod', ['dev'], { onPush: false, filters });
    await scene.admin.call(createPolicy, { body: { name: 'back', project, isEnabled: true, content } });
    expect((await scene.preview(draft)).cautions).toMatchObject([
      { code: 'trash-copied-back', params: { registry: 'Dev', policy: 'back', count: '1' } },
    ]);
  });

  test('waits for a word where it would be many; a no keeps all, a yes spares what is kept by now', async () => {
    const repository = 'payments/many';
    const ages = { a: 80, b: 70, c: 60, d: 50, e: 40, f: 30, g: 20 };
    const digests = await scene.push(repository, ages);
    const plan = await scene.create(
      scene.draft(repository, [{ kind: 'newest', count: 1 }, { kind: 'used-elsewhere' }]),
    );
    expect(await scene.preview(plan)).toMatchObject({ deleteCount: 6, manyCount: 1, many: [{ deleteCount: 6 }] });
    const first = await scene.settled(await scene.run(plan, { acceptsMany: false }));
    expect(first).toMatchObject({ state: 'held', deleteCount: 6, trashedCount: 0 });
    expect(first.heldBack).toMatchObject({ code: 'retention-many' });
    expect((await problemOf(scene.run(plan))).code).toBe('retention-run-open');
    const byId = { params: { retentionRunId: first.id } };
    expect(await scene.admin.call(declineRetentionRun, byId)).toMatchObject({ state: 'declined', sparedCount: 6 });
    expect((await problemOf(scene.admin.call(confirmRetentionRun, byId))).code).toBe('retention-run-not-held');
    expect(await scene.tagsIn('dev', repository)).toHaveLength(7);

    const fewer = await scene.settled(await scene.run(plan, { expectedCount: 5 }));
    expect(fewer.heldBack).toMatchObject({ code: 'retention-more-than-seen', params: { count: '6', seen: '5' } });
    // Meanwhile production takes one, and another is pushed anew.
    const { bytes, descriptor } = await scene.clients.dev.getManifest(repository, 'a');
    await scene.copyToProduction(repository, bytes, 'live');
    await scene.clients.dev.putManifest(repository, 'b', { bytes, mediaType: descriptor.mediaType });
    await scene.scan('dev', repository, ['b']);
    await until('the catalog to know the new b', async () =>
      (await scene.digestOf('dev', repository, 'b')) === digests['a'] ? true : undefined,
    );
    await scene.admin.call(confirmRetentionRun, { params: { retentionRunId: fewer.id } });
    const run = await scene.settled(fewer);
    expect(run).toMatchObject({ state: 'done', deleteCount: 6, trashedCount: 4, sparedCount: 2, decidedBy: 'admin' });
    const outcomes = (await scene.tagsOf(run)).map(({ tag, outcome, outcomeReason }) => [
      tag,
      outcome,
      outcomeReason?.code,
    ]);
    expect(outcomes).toContainEqual(['a', 'spared', 'retention-kept-now']);
    expect(outcomes).toContainEqual(['b', 'spared', 'retention-kept-now']);
    expect(await scene.tagsIn('dev', repository)).toEqual(['a', 'b', 'g']);
  });

  test('spares a tag that moved in its registry before anybody heard of it', async () => {
    const repository = 'payments/moved';
    await scene.push(repository, { old: 90, older: 91, new: 1 });
    const plan = await scene.create(scene.draft(repository, [{ kind: 'newest', count: 1 }]));
    const held = await scene.settled(await scene.run(plan, { expectedCount: 0 }));
    const { bytes, descriptor } = await scene.clients.dev.getManifest(repository, 'new');
    await scene.clients.dev.putManifest(repository, 'old', { bytes, mediaType: descriptor.mediaType });
    await scene.admin.call(confirmRetentionRun, { params: { retentionRunId: held.id } });
    const run = await scene.settled(held);
    expect(run).toMatchObject({ state: 'done', trashedCount: 1, sparedCount: 1, failedCount: 0 });
    expect(await scene.tagsIn('dev', repository)).toEqual(['new', 'old']);
    const spared = (await scene.tagsOf(run)).find(({ outcome }) => outcome === 'spared');
    expect(spared?.tag).toBe('old');
    expect(['trash-moved-before-deletion', 'retention-moved', 'retention-kept-now']).toContain(
      spared?.outcomeReason?.code,
    );
  });

  test('leaves what is immutable, also where the rule came after the plan was made', async () => {
    const repository = 'payments/held';
    await scene.push(repository, { v1: 90, v2: 80, v3: 1 });
    const plan = await scene.create(scene.draft(repository, [{ kind: 'newest', count: 1 }]));
    await scene.admin.call(createImmutableRule, {
      params: { project },
      body: { environment: 'development', repositoryPattern: 'held', tagPattern: 'v1' },
    });
    const { rows } = await scene.preview(plan, plan.id);
    expect(rows.find(({ tag }) => tag === 'v1')).toMatchObject({
      verdict: 'keep',
      reasons: [{ code: 'retention-immutable', params: { rule: 'held:v1' } }],
    });
    await scene.settled(await scene.run(plan));
    expect(await scene.tagsIn('dev', repository)).toEqual(['v1', 'v3']);
  });

  test('knows pulls at the front door and those that the registry tells of', async () => {
    const repository = 'payments/pulled';
    const digests = await scene.push(repository, { door: 400, told: 400, idle: 400 });
    await scene.watchedFor(300);
    const authorization = `Basic ${Buffer.from(`admin:${scene.bff.adminPassword}`).toString('base64')}`;
    const pulled = await fetch(`${scene.bff.url}/v2/dev/${repository}/manifests/door`, {
      headers: { authorization, accept: mediaTypes.ociManifest },
    });
    expect(pulled.status).toBe(200);
    await scene.notify({
      id: 'pull-1',
      action: 'pull',
      timestamp: new Date(Date.now() - 9 * 86_400_000).toISOString(),
      target: { repository, digest: digests['told'], mediaType: mediaTypes.ociManifest },
      request: { useragent: 'containerd/2.0' },
    });
    const draft = scene.draft(repository, [{ kind: 'pulled-within', days: 30 }]);
    const preview = await until('both pulls to be written', async () => {
      const found = await scene.preview(draft);
      // That the registry tells of pulls is written after what it told.
      return found.keepCount === 2 && found.pulls[0]?.isTold === true ? found : undefined;
    });
    const reasons = Object.fromEntries(preview.rows.map(({ tag, reasons: said }) => [tag, said[0]]));
    expect(reasons['door']).toMatchObject({ code: 'retention-pulled', params: { age: '0' } });
    expect(reasons['told']).toMatchObject({ code: 'retention-pulled', params: { age: '9' } });
    expect(reasons['idle']).toMatchObject({ code: 'retention-never-pulled', params: { age: '300' } });
    expect(preview.pulls).toMatchObject([{ registryId: 'dev', isTold: true }]);
  });

  test('is refused to whom one deletion is refused, and does not say what is elsewhere', async () => {
    const repository = 'payments/rights';
    await scene.push(repository, { v1: 90, v2: 1 });
    const draft = scene.draft(repository, [{ kind: 'newest', count: 1 }, { kind: 'used-elsewhere' }]);
    const plan = await scene.create(draft);
    const everywhere = await scene.create({ ...draft, environment: null });
    const names = `${kind}-`;
    const developer = await signInAs(scene.bff, `${names}dev`, { [project]: { '': 'developer' } });
    const maintainer = await signInAs(scene.bff, `${names}main`, { [project]: { development: 'maintainer' } });
    const owner = await signInAs(scene.bff, `${names}own`, { [project]: { development: 'project-admin' } });
    const params = { project };
    const { environment, repositories, rules } = draft;
    const preview = { params, body: { environment, repositories, rules, planId: null } };
    const run = (id: string) => ({
      params: { project, retentionPlanId: id },
      body: { version: 1, expectedCount: 9, acceptsMany: true },
    });
    for (const call of [
      () => developer.call(previewRetention, preview),
      () => developer.call(runRetention, run(plan.id)),
    ]) {
      expect((await problemOf(call())).needed).toMatchObject({ action: 'artifact.delete' });
    }
    expect((await maintainer.call(previewRetention, preview)).deleteCount).toBe(1);
    const beyond = { params, body: { ...preview.body, environment: 'production' } };
    expect((await problemOf(maintainer.call(previewRetention, beyond))).needed).toMatchObject({
      environment: 'production',
    });
    for (const call of [
      () => maintainer.call(runRetention, run(everywhere.id)),
      () => maintainer.call(createRetentionPlan, { params, body: draft }),
      () => owner.call(createRetentionPlan, { params, body: { ...draft, environment: null } }),
      () =>
        owner.call(updateRetentionPlan, {
          params: { project, retentionPlanId: plan.id },
          body: { ...draft, environment: 'production', version: 1 },
        }),
    ]) {
      expect((await problemOf(call())).code).toBe('permission-missing');
    }
    // Production has the image of v1; who sees nothing of production does not learn where it is.
    const { bytes } = await scene.clients.dev.getManifest(repository, 'v1');
    await scene.copyToProduction(repository, bytes, 'secret-name');
    const seen = await maintainer.call(previewRetention, preview);
    expect(seen.rows.find(({ tag }) => tag === 'v1')?.reasons).toMatchObject([{ code: 'retention-used-elsewhere' }]);
    expect(JSON.stringify(seen)).not.toMatch(/production|secret-name/);
    const named = await scene.preview(draft);
    expect(named.rows.find(({ tag }) => tag === 'v1')?.reasons).toMatchObject([
      { code: 'retention-used-in', params: { environment: 'production' } },
    ]);
    const ended = await scene.settled(await scene.run(everywhere));
    expect((await problemOf(maintainer.call(getRetentionRun, { params: { retentionRunId: ended.id } }))).code).toBe(
      'retention-run-not-found',
    );
    const listed = await maintainer.call(listRetentionRuns, { params, query: {} });
    expect(listed.items.map(({ id }) => id)).not.toContain(ended.id);
    for (const id of [plan.id, everywhere.id]) {
      await scene.admin.call(deleteRetentionPlan, { params: { project, retentionPlanId: id } });
    }
  });

  test('runs by schedule, once for a time that was missed, and says so in the log', async () => {
    const repository = 'payments/timed';
    await scene.push(repository, { v1: 90, v2: 1 });
    const schedule = { cron: '0 3 * * *', timeZone: 'Europe/Berlin' };
    const plan = await scene.create(scene.draft(repository, [{ kind: 'newest', count: 1 }], { schedule }));
    expect(Date.parse(plan.nextRunAt ?? '')).toBeGreaterThan(Date.now());
    await scene.makeDue(plan);
    const run = await until('a run by schedule', async () => {
      const { items } = await scene.admin.call(listRetentionRuns, { params: { project }, query: { planId: plan.id } });
      return items[0]?.state === 'done' ? items[0] : undefined;
    });
    expect(run).toMatchObject({ isScheduled: true, askedBy: null, trashedCount: 1 });
    const { items } = await scene.admin.call(listRetentionPlans, { params: { project } });
    const after = items.find(({ id }) => id === plan.id);
    expect(Date.parse(after?.nextRunAt ?? '')).toBeGreaterThan(Date.now());
    expect(after?.lastRun?.id).toBe(run.id);
    const logged = await scene.audit();
    expect(logged).toEqual(expect.arrayContaining(['runRetention', 'endRetention', 'createRetentionPlan']));
    const [item] = await scene.trash(repository);
    expect(item).toMatchObject({ why: 'retention', deletedBy: null, tag: 'v1' });
  });

  test('deletes nothing more once its plan is changed or removed, or its project archived', async () => {
    const repository = 'payments/changed';
    await scene.push(repository, { v1: 90, v2: 80, v3: 1 });
    const draft = scene.draft(repository, [{ kind: 'newest', count: 1 }]);
    const plan = await scene.create(draft);
    const held = await scene.settled(await scene.run(plan, { expectedCount: 0 }));
    const byPlan = { project, retentionPlanId: plan.id };
    const changed = await scene.admin.call(updateRetentionPlan, {
      params: byPlan,
      body: { ...draft, rules: [{ kind: 'newest', count: 2 }], version: plan.version },
    });
    expect(await scene.find(held.id)).toMatchObject({ state: 'stopped', reason: { code: 'retention-plan-changed' } });
    expect((await problemOf(scene.run(plan))).code).toBe('version-conflict');
    const stale = scene.admin.call(updateRetentionPlan, { params: byPlan, body: { ...draft, version: plan.version } });
    expect((await problemOf(stale)).code).toBe('version-conflict');
    const again = await scene.settled(await scene.run(changed, { expectedCount: 0 }));
    await scene.archive(true);
    await scene.forceYes(again);
    expect(await scene.settled(again)).toMatchObject({ state: 'stopped', trashedCount: 0, sparedCount: 1 });
    await scene.archive(false);
    const off = await scene.admin.call(updateRetentionPlan, {
      params: byPlan,
      body: { ...draft, isEnabled: false, version: changed.version },
    });
    expect((await problemOf(scene.run(off))).code).toBe('retention-plan-off');
    expect(await scene.tagsIn('dev', repository)).toHaveLength(3);
    const noRule = scene.admin.call(createRetentionPlan, { params: { project }, body: { ...draft, rules: [] } });
    expect((await problemOf(noRule)).fields).toMatchObject([{ path: 'rules' }]);
  });

  test('waits while its registry is in maintenance', async () => {
    const repository = 'payments/parked';
    await scene.push(repository, { v1: 90, v2: 1 });
    const plan = await scene.create(scene.draft(repository, [{ kind: 'newest', count: 1 }]));
    const until_ = new Date(Date.now() + 3_600_000).toISOString();
    await scene.admin.call(beginMaintenance, {
      params: { registryId: 'dev' },
      body: { until: until_, message: 'Moving the storage' },
    });
    const asked = await scene.run(plan);
    await until('the run to say what it waits for', async () =>
      (await scene.find(asked.id)).reason?.code === 'retention-maintenance' ? true : undefined,
    );
    expect(await scene.trash(repository)).toEqual([]);
    await scene.admin.call(endMaintenance, { params: { registryId: 'dev' } });
    expect(await scene.settled(asked)).toMatchObject({ state: 'done', trashedCount: 1, reason: null });
  });

  test('answers ten thousand tags page by page', async () => {
    const repository = 'payments/big';
    await scene.push(repository, { seed: 0 });
    await scene.invent(repository, 10_000);
    const draft = scene.draft(repository, [{ kind: 'newest', count: 100 }]);
    const { environment, repositories, rules } = draft;
    const first = await scene.preview(draft);
    expect(first).toMatchObject({ tagCount: 10_001, keepCount: 100, deleteCount: 9901, rowCount: 10_001 });
    expect(first.rows).toHaveLength(200);
    let seen = 0;
    let cursor: string | null = null;
    do {
      const after: { cursor?: string } = cursor === null ? {} : { cursor };
      const rows = { verdict: 'delete' as const, limit: 500, ...after };
      const page: RetentionPreview = await scene.admin.call(previewRetention, {
        params: { project },
        body: { environment, repositories, rules, planId: null, rows },
      });
      seen += page.rows.length;
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toBe(9901);
    // Each its manifest and its layer; what they share stays with the hundred that stay.
    expect(first.freedBytes).toBe(9901 * 1100);
    await scene.forget(repository);
  });

  // Last: a registry goes away.
  test('concludes nothing from a registry that cannot be looked at', async () => {
    const repository = 'payments/partial';
    await scene.push(repository, { v1: 90, v2: 1 });
    await scene.push(repository, { p1: 90, p2: 1 }, 'prod');
    const newest = scene.draft(repository, [{ kind: 'newest', count: 1 }], { environment: null });
    const used = scene.draft(repository, [{ kind: 'newest', count: 1 }, { kind: 'used-elsewhere' }]);
    expect(await scene.preview(newest)).toMatchObject({ deleteCount: 2, leftOut: [] });
    expect(await scene.preview(used)).toMatchObject({ deleteCount: 1 });
    await scene.registries.prod.kill();
    const partial = await until('production to be left out', async () => {
      const found = await scene.preview(newest);
      return found.leftOut.length > 0 ? found : undefined;
    });
    expect(partial).toMatchObject({ tagCount: 2, deleteCount: 1, leftOut: [{ registryId: 'prod' }] });
    expect(partial.leftOut[0]?.reason.sentence).toContain('Prod');
    expect((await scene.preview(used)).rows.map(({ verdict }) => verdict)).toEqual(['keep', 'keep']);
    const run = await scene.settled(await scene.run(await scene.create(newest)));
    expect(run).toMatchObject({ state: 'done', trashedCount: 1, leftOut: [{ registryId: 'prod' }] });
    const alone = await scene.create(scene.draft(repository, newest.rules, { environment: 'production' }));
    expect(await scene.settled(await scene.run(alone))).toMatchObject({
      state: 'failed',
      deleteCount: 0,
      reason: { code: 'retention-nothing-read' },
    });
    expect(await scene.tagsIn('dev', repository)).toEqual(['v2']);
  });
});
