import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listProjectAudit } from '../../contract/audit.ts';
import { createImmutableRule, deleteImmutableRule } from '../../contract/immutable-rules.ts';
import {
  approvePromotion,
  createPromotion,
  declinePromotion,
  getPromotion,
  getPromotionPath,
  listPromotions,
  type PathStep,
  type Promotion,
  type PromotionState,
  undoPromotion,
  updatePromotionPath,
  withdrawPromotion,
} from '../../contract/promotions.ts';
import { retryExecution } from '../../contract/replication.ts';
import { mediaTypes, type RegistryClient } from '../../registry-client/index.ts';
import type { TestApiClient } from '../../testing/api-client.ts';
import { signInAs } from '../../testing/people.ts';
import { problemOf } from '../../testing/problem-of.ts';
import { type RealRegistry, startRealRegistry } from '../../testing/real-registry.ts';
import { startBff, type TestBff } from '../../testing/start-bff.ts';
import { databaseKinds } from '../../testing/test-database.ts';
import { clientOf, pushImage, whileAway } from '../replication/testing/test-images.ts';
import { until } from '../replication/testing/waiting.ts';
import { copySeen, countsFor, waitingFor } from './testing/seen-promotions.ts';

// Whole registries and, on a busy machine, their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const repository = 'payments/api';
const project = 'payments';
const step = (environment: string, needsApproval = false): PathStep => ({ environment, needsApproval });
const layerSizes = [2000];

describe.each(databaseKinds)('Promotions (%s)', (kind) => {
  const registries = new Map<string, RealRegistry>();
  const clients = new Map<string, RegistryClient>();
  let bff: TestBff;
  /** Project admin, developers, all everywhere. */
  let mara: TestApiClient;
  let ada: TestApiClient;
  let otto: TestApiClient;
  /** Developer in development, guest elsewhere. */
  let dev: TestApiClient;
  /** Of development only: sees nothing else. */
  let narrow: TestApiClient;

  beforeAll(async () => {
    for (const id of ['development', 'testing', 'production', 'north']) {
      const registry = await startRealRegistry();
      registries.set(id, registry);
      clients.set(id, clientOf(registry));
    }
    bff = await startBff({
      database: kind,
      registries: [...registries].map(([id, { url }]) => ({
        id,
        environment: id === 'north' ? 'production' : id,
        endpointUrls: [url],
      })),
    });
    mara = await signInAs(bff, 'mara', { payments: { '': 'project-admin' } });
    ada = await signInAs(bff, 'ada', { payments: { '': 'developer' } });
    otto = await signInAs(bff, 'otto', { payments: { '': 'developer' } });
    dev = await signInAs(bff, 'dev', { payments: { '': 'guest', development: 'developer' } });
    narrow = await signInAs(bff, 'narrow', { payments: { development: 'developer' } });
  });
  afterAll(async () => {
    await bff.close();
    await Promise.all([...clients.values()].map((client) => client.close()));
    await Promise.all([...registries.values()].map((registry) => registry.stop()));
  });

  const at = (id: string): RegistryClient => {
    const client = clients.get(id);
    if (client === undefined) throw new Error(`There is no registry ${id} in this test.`);
    return client;
  };
  const digestAt = async (id: string, tag: string) => {
    const found = await at(id).headManifest(repository, tag);
    return found === undefined || found === 'not-modified' ? null : found.digest;
  };
  const push = async (id: string, tag: string) => (await pushImage(at(id), repository, tag, { layerSizes })).digest;
  const ask = (
    client: TestApiClient,
    tag: string,
    digest: string,
    environment: string,
    more: { comment?: string; registryId?: string; registryIds?: string[] } = {},
  ): Promise<Promotion> =>
    client.call(createPromotion, {
      body: { registryId: 'development', repository, tag, digest, environment, ...more },
    });
  const untilIs = (client: TestApiClient, id: string, state: PromotionState): Promise<Promotion> => {
    let last = '';
    return until(`a promotion that is ${state}`, async () => {
      const promotion = await client.call(getPromotion, { params: { promotionId: id } });
      last = JSON.stringify({ state: promotion.state, reason: promotion.reason });
      return promotion.state === state ? promotion : undefined;
    }).catch((error: unknown) => {
      throw new Error(`${String(error)} It was: ${last}`);
    });
  };
  /** Waits until the catalog has seen what tags became: what can be undone is told from it. */
  const untilUndoable = (client: TestApiClient, id: string): Promise<Promotion> =>
    until('a promotion that can be undone', async () => {
      const promotion = await client.call(getPromotion, { params: { promotionId: id } });
      return promotion.isUndoable ? promotion : undefined;
    });
  const setPath = async (steps: PathStep[] | null) => {
    const { version } = await mara.call(getPromotionPath, { params: { project } });
    return mara.call(updatePromotionPath, { params: { project }, body: { version, steps } });
  };
  const withApproval = () => setPath([step('development'), step('testing'), step('production', true)]);
  const of = (promotionId: string) => ({ params: { promotionId } });
  const decide = (promotionId: string, comment = '') => ({ params: { promotionId }, body: { comment } });

  test('the path follows the environments until a project admin sets it, and versions guard it', async () => {
    const path = await ada.call(getPromotionPath, { params: { project } });
    const steps = [step('development'), step('testing'), step('production')];
    expect(path).toEqual({ steps, isDefault: true, others: [], version: 0 });
    const set = await setPath([step('development'), step('production', true)]);
    expect(set).toMatchObject({ isDefault: false, others: ['testing'], version: 1 });
    const old = { params: { project }, body: { version: 0, steps } };
    expect(await problemOf(mara.call(updatePromotionPath, old))).toMatchObject({ code: 'version-conflict' });
    const museum = { params: { project }, body: { version: 1, steps: [step('museum')] } };
    expect(await problemOf(mara.call(updatePromotionPath, museum))).toMatchObject({ code: 'request-invalid' });
    const twice = { params: { project }, body: { version: 1, steps: [step('testing'), step('testing')] } };
    expect(await problemOf(mara.call(updatePromotionPath, twice))).toMatchObject({ code: 'request-invalid' });
    expect(await problemOf(ada.call(updatePromotionPath, old))).toMatchObject({
      code: 'permission-missing',
      needed: { action: 'project.manage', project },
    });
    // Who sees one environment sees one step.
    expect((await narrow.call(getPromotionPath, { params: { project } })).steps).toEqual([step('development')]);
    expect(await setPath(null)).toMatchObject({ isDefault: true, steps, version: 2 });
  });

  test('a tag goes on by its digest, with who, when and what was there before', async () => {
    const before = await push('testing', 'plain');
    const digest = await push('development', 'plain');
    const stream = await otto.openEvents();
    const asked = await ask(ada, 'plain', digest, 'testing', { comment: 'Tested by hand' });
    expect(asked).toMatchObject({
      kind: 'promotion',
      project,
      repository,
      tag: 'plain',
      digest,
      source: { registryId: 'development', environment: 'development' },
      environment: 'testing',
      targets: [{ registryId: 'testing', previousDigest: before }],
      comment: 'Tested by hand',
      requestedBy: 'ada',
      isOwn: true,
      needsApproval: false,
      decision: null,
      expiresAt: null,
    });
    await stream.waitFor('promotion', ({ promotionId }) => promotionId === asked.id);
    stream.close();
    const done = await untilIs(otto, asked.id, 'done');
    expect(done).toMatchObject({ isOwn: false, reason: null });
    expect(done.finishedAt).not.toBeNull();
    expect(await digestAt('testing', 'plain')).toBe(digest);

    const { items } = await ada.call(listPromotions, { params: { project }, query: { tag: 'plain', repository } });
    expect(items.map(({ id }) => id)).toEqual([asked.id]);
    const { items: found } = await ada.call(listPromotions, { params: { project }, query: { q: 'BY HAND' } });
    expect(found.map(({ id }) => id)).toEqual([asked.id]);
    expect((await ada.call(listPromotions, { params: { project }, query: { state: 'failed' } })).items).toEqual([]);
    expect(await problemOf(ask(ada, 'plain', digest, 'testing'))).toMatchObject({ code: 'promotion-not-needed' });
  });

  test('into an environment is into all its registries, or into those that were chosen', async () => {
    const digest = await push('development', 'wide');
    const all = await ask(ada, 'wide', digest, 'production');
    expect(all.targets.map(({ registryId }) => registryId)).toEqual(['production', 'north']);
    await untilIs(ada, all.id, 'done');
    for (const id of ['production', 'north']) expect(await digestAt(id, 'wide')).toBe(digest);
    const other = await push('development', 'wide-2');
    const one = await ask(ada, 'wide-2', other, 'production', { registryIds: ['north'] });
    await untilIs(ada, one.id, 'done');
    expect(await digestAt('north', 'wide-2')).toBe(other);
    expect(await digestAt('production', 'wide-2')).toBeNull();
    const wrong = ask(ada, 'wide-2', other, 'production', { registryIds: ['testing'] });
    expect(await problemOf(wrong)).toMatchObject({ code: 'promotion-off-path' });
  });

  test('refusals say which role is needed in which environment, and are in the log', async () => {
    const digest = await push('development', 'refused');
    expect(await problemOf(ask(dev, 'refused', digest, 'testing'))).toMatchObject({
      status: 403,
      code: 'permission-missing',
      detail: expect.stringContaining('developer or higher') as string,
      needed: { action: 'artifact.push', project, environment: 'testing' },
    });
    // Hidden and unknown environments are refused alike.
    for (const environment of ['production', 'museum']) {
      const problem = await problemOf(ask(narrow, 'refused', digest, environment));
      expect(problem).toMatchObject({ code: 'permission-missing', needed: { environment } });
    }
    const back = ask(ada, 'refused', await push('production', 'refused'), 'testing', { registryId: 'production' });
    expect(await problemOf(back)).toMatchObject({ code: 'promotion-off-path' });
    const moved = ask(ada, 'refused', `sha256:${'0'.repeat(64)}`, 'testing');
    const problem = await problemOf(moved);
    expect(problem.code).toBe('promotion-tag-moved');
    expect(problem.detail).toContain(digest);
    const { items } = await mara.call(listProjectAudit, { params: { project }, query: { action: 'createPromotion' } });
    expect(items.slice(0, 3)).toMatchObject([
      { actor: { name: 'ada' }, outcome: 'refused', environment: 'testing', target: 'payments/api:refused' },
      { actor: { name: 'ada' }, outcome: 'refused', environment: 'testing' },
      { actor: { name: 'narrow' }, outcome: 'refused', environment: 'museum' },
    ]);
    expect(await digestAt('testing', 'refused')).toBeNull();
  });

  test('a second person approves, nobody their own, and the pinned digest is what comes, whatever the tag became', async () => {
    await withApproval();
    const digest = await push('development', 'approved');
    const asked = await ask(ada, 'approved', digest, 'production', { comment: 'Please' });
    expect(asked).toMatchObject({ state: 'waiting', needsApproval: true, executionId: null });
    expect(asked.expiresAt).not.toBeNull();
    expect(await problemOf(ask(otto, 'approved', digest, 'production'))).toMatchObject({ code: 'promotion-pending' });
    expect(await waitingFor(otto, project)).toContain(asked.id);
    expect(await waitingFor(ada, project)).not.toContain(asked.id);
    expect(await countsFor(otto)).toEqual([1, 1]);
    expect(await countsFor(ada)).toEqual([0, 0]);
    expect(await waitingFor(dev, project)).not.toContain(asked.id);
    const admin = await bff.signIn();
    expect(await waitingFor(admin, project)).toContain(asked.id);

    expect(await problemOf(ada.call(approvePromotion, decide(asked.id)))).toMatchObject({
      status: 403,
      code: 'promotion-own',
      detail: expect.stringContaining('developer or higher in production') as string,
      needed: { action: 'artifact.push', project, environment: 'production' },
    });
    expect(await problemOf(ada.call(declinePromotion, decide(asked.id)))).toMatchObject({ code: 'promotion-own' });
    expect(await problemOf(dev.call(approvePromotion, decide(asked.id)))).toMatchObject({
      code: 'permission-missing',
      needed: { action: 'artifact.push', project, environment: 'production' },
    });
    expect(await problemOf(narrow.call(approvePromotion, decide(asked.id)))).toMatchObject({
      code: 'promotion-not-found',
    });
    expect(await digestAt('production', 'approved')).toBeNull();
    const newer = await push('development', 'approved');
    const approved = await otto.call(approvePromotion, decide(asked.id, 'Looks good'));
    expect(approved).toMatchObject({ decision: { by: 'otto', comment: 'Looks good' }, requestedBy: 'ada' });
    await untilIs(ada, asked.id, 'done');
    const promotion = { id: asked.id, kind: 'promotion', repository, tag: 'approved', environment: 'production' };
    const copy = { trigger: 'promotion', policy: null, promotion };
    expect(await copySeen(ada, approved.executionId)).toMatchObject([copy, copy]);
    expect(await digestAt('production', 'approved')).toBe(digest);
    expect(await digestAt('development', 'approved')).toBe(newer);
    expect(await problemOf(otto.call(approvePromotion, decide(asked.id)))).toMatchObject({
      code: 'promotion-not-waiting',
    });
    const { items } = await mara.call(listProjectAudit, { params: { project }, query: { action: 'approvePromotion' } });
    const outcomes = items.map(({ actor, outcome }) => `${actor.name} ${outcome}`);
    expect(outcomes).toEqual(['otto refused', 'otto done', 'dev refused', 'ada refused']);
    expect(items[1]).toMatchObject({ after: { state: 'approved', digest, comment: 'Looks good' } });
    await setPath(null);
  });

  test('of two who approve at once one begins it, and there is one execution', async () => {
    await withApproval();
    const asked = await ask(ada, 'twice', await push('development', 'twice'), 'production');
    const answers = await Promise.allSettled(
      [otto, mara].map((client) => client.call(approvePromotion, decide(asked.id))),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await untilIs(ada, asked.id, 'done');
    const { kysely } = bff.running.foundation.database;
    const tasks = await kysely
      .selectFrom('tasks')
      .select('execution_id')
      .distinct()
      .where('destination_tag', '=', 'twice')
      .execute();
    expect(tasks).toHaveLength(1);
    await setPath(null);
  });

  test('a request is declined, withdrawn or expires, and then cannot be approved', async () => {
    await withApproval();
    const tags = ['declined', 'withdrawn', 'expired'] as const;
    const asked: Promotion[] = [];
    for (const tag of tags) asked.push(await ask(ada, tag, await push('development', tag), 'production'));
    const [declined, withdrawn, expired] = asked.map(({ id }) => id) as [string, string, string];
    expect(await otto.call(declinePromotion, decide(declined, 'Not on a Friday'))).toMatchObject({
      state: 'declined',
      decision: { by: 'otto', comment: 'Not on a Friday' },
    });
    expect(await problemOf(otto.call(withdrawPromotion, of(withdrawn)))).toMatchObject({
      code: 'permission-missing',
      needed: { environment: 'production' },
    });
    expect(await ada.call(withdrawPromotion, of(withdrawn))).toMatchObject({ state: 'withdrawn' });
    await bff.running.foundation.database.kysely
      .updateTable('promotions')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where('id', '=', expired)
      .execute();
    expect(await ada.call(getPromotion, of(expired))).toMatchObject({ state: 'expired', expiresAt: null });
    for (const { id } of asked) {
      const problem = await problemOf(mara.call(approvePromotion, decide(id)));
      expect(problem.code).toBe('promotion-not-waiting');
    }
    for (const tag of tags) expect(await digestAt('production', tag)).toBeNull();
    // Its time is over: the same may be asked for again.
    const again = await ask(ada, 'expired', (asked[2] as Promotion).digest, 'production');
    expect(again.state).toBe('waiting');
    await setPath(null);
  });

  test('undo puts back what each registry had; not over what somebody did since, nor where nothing was', async () => {
    const before = { production: await push('production', 'undo'), north: await push('north', 'undo') };
    const digest = await push('development', 'undo');
    const asked = await ask(ada, 'undo', digest, 'production');
    await untilIs(ada, asked.id, 'done');
    expect(await problemOf(dev.call(undoPromotion, decide(asked.id)))).toMatchObject({
      code: 'permission-missing',
      needed: { environment: 'production' },
    });
    await untilUndoable(ada, asked.id);
    const undo = await otto.call(undoPromotion, decide(asked.id, 'It is slow'));
    expect(undo).toMatchObject({ kind: 'undo', undoOf: asked.id, requestedBy: 'otto', comment: 'It is slow' });
    await untilIs(ada, undo.id, 'done');
    expect(await digestAt('production', 'undo')).toBe(before.production);
    expect(await digestAt('north', 'undo')).toBe(before.north);
    expect(await ada.call(getPromotion, of(asked.id))).toMatchObject({ state: 'undone', isUndoable: false });
    for (const id of [asked.id, undo.id]) {
      expect(await problemOf(ada.call(undoPromotion, decide(id)))).toMatchObject({ code: 'promotion-not-undoable' });
    }
    const again = await ask(ada, 'undo', digest, 'production');
    await untilIs(ada, again.id, 'done');
    const since = await push('north', 'undo');
    const moved = await problemOf(ada.call(undoPromotion, decide(again.id)));
    expect(moved).toMatchObject({ code: 'promotion-tag-moved' });
    expect(moved.detail).toContain(`was moved since, to ${since}`);
    expect(await digestAt('production', 'undo')).toBe(digest);
    const fresh = await ask(ada, 'undo-new', await push('development', 'undo-new'), 'testing');
    await untilIs(ada, fresh.id, 'done');
    const none = await problemOf(ada.call(undoPromotion, decide(fresh.id)));
    expect(none).toMatchObject({ code: 'promotion-not-undoable' });
    expect(none.detail).toContain('There was no payments/api:undo-new in testing before');
  });

  test('a tag that a rule holds is neither replaced nor put back', async () => {
    await push('testing', 'held');
    const digest = await push('development', 'held');
    const asked = await ask(ada, 'held', digest, 'testing');
    await untilIs(ada, asked.id, 'done');
    const rule = await mara.call(createImmutableRule, {
      params: { project },
      body: { environment: 'testing', repositoryPattern: 'api', tagPattern: 'held' },
    });
    const undo = await problemOf(ada.call(undoPromotion, decide(asked.id)));
    expect(undo).toMatchObject({ code: 'promotion-tag-held' });
    expect(undo.detail).toContain('“api:held”');
    const other = await push('development', 'held');
    expect(await problemOf(ask(ada, 'held', other, 'testing'))).toMatchObject({ code: 'promotion-tag-held' });
    expect(await digestAt('testing', 'held')).toBe(digest);
    await mara.call(deleteImmutableRule, { params: { project, ruleId: rule.id } });
  });

  test('a registry that is away is waited for; a tag that moved there meanwhile is left alone; the state follows', async () => {
    const before = await push('development', 'away');
    const first = await ask(ada, 'away', before, 'testing');
    await untilIs(ada, first.id, 'done');
    await until('the catalog to know the copy', async () => {
      const { kysely } = bff.running.foundation.database;
      const query = kysely.selectFrom('tags').select('digest').where('name', '=', 'away');
      const [known] = await query.where('registry_id', '=', 'testing').execute();
      return known?.digest === before ? true : undefined;
    });
    const digest = await push('development', 'away');
    const testing = registries.get('testing') as RealRegistry;
    await testing.kill();
    const asked = await ask(ada, 'away', digest, 'testing');
    expect(asked).toMatchObject({ state: 'copying', targets: [{ previousDigest: before }] });
    const { digest: since } = await whileAway(testing, (aside) => pushImage(aside, repository, 'away', { layerSizes }));
    registries.set('testing', await testing.restart());
    const failed = await untilIs(ada, asked.id, 'failed');
    expect(failed.reason).toMatchObject({ code: 'tag-moved-meanwhile', params: { digest: since, tag: 'away' } });
    expect(await digestAt('testing', 'away')).toBe(since);
    // Somebody sets it back, and has the copy run again on whatever page.
    const { bytes } = await at('testing').getManifest(repository, before);
    await at('testing').putManifest(repository, 'away', { bytes, mediaType: mediaTypes.ociManifest });
    await ada.call(retryExecution, { params: { executionId: failed.executionId ?? '' } });
    await untilIs(ada, asked.id, 'done');
    expect(await digestAt('testing', 'away')).toBe(digest);
  });
});
