import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { addPolicy, endTasks, holdUp, openBreaker, run } from './testing/held-up-tasks.ts';
import { lookingConsole } from './testing/looking-console.ts';

describeEachDatabase('outages', (open) => {
  async function start() {
    const console = lookingConsole(await open());
    for (const name of ['payments', 'shop']) await console.kysely.insertInto('projects').values({ name }).execute();
    const events = async () => (await console.told()).map(({ event, notice: { name } }) => `${name}: ${event}`);
    return { ...console, events };
  }

  test('a pair that is held up for ten minutes is told once to each notice of failures, and so is its first success', async () => {
    const { kysely, notice, look, passMinutes, told, events, outages } = await start();
    const policy = await addPolicy(kysely, 'Nightly, to production');
    await notice('all', ['all']);
    await notice('failed', ['failed']);
    await notice('policy', ['failed', 'recovered'], { policyId: policy.id });
    await notice('recovered', ['recovered']);
    const executionId = await holdUp(kysely, { policy, count: 3 });
    await holdUp(kysely, { repository: 'shop/web', count: 5 });
    await look();
    await passMinutes(9);
    await look();
    expect(await events()).toEqual([]);
    await passMinutes(2);
    await Promise.all([look(), look()]);
    await look();
    expect((await events()).toSorted()).toEqual(['all: pair.failing', 'failed: pair.failing', 'policy: pair.failing']);
    const [outage] = await outages();
    const { failingSince } = (await told())[0]?.pairs[0] ?? {};
    expect(failingSince).toBe(outage?.since.toISOString());
    for (const payload of await told()) {
      expect(payload).toMatchObject({ execution: null, failures: [] });
      expect(payload.pairs).toMatchObject([
        {
          sourceRegistryId: 'development',
          destinationRegistryId: 'production',
          state: 'failing',
          lastedSeconds: null,
          waiting: 3,
          reason: {
            code: 'connection-refused',
            sentence: 'production refused the connection.',
            registryId: 'production',
          },
          policies: [policy],
        },
      ]);
    }
    const ofPolicy = (await told()).find(({ notice: { name } }) => name === 'policy');
    expect(ofPolicy?.notice).toMatchObject({ policyId: policy.id, policyName: policy.name });

    // Whoever is to be told from now on is.
    await notice('late', ['failed']);
    await look();
    await look();
    expect((await events()).slice(3)).toEqual(['late: pair.failing']);

    await endTasks(kysely, executionId, 'succeeded', 1);
    await look();
    expect((await events()).slice(4).toSorted()).toEqual([
      'all: pair.recovered',
      'policy: pair.recovered',
      'recovered: pair.recovered',
    ]);
    for (const { pairs } of (await told()).slice(4)) {
      expect(pairs).toMatchObject([{ state: 'recovered', reason: null, policies: [policy] }]);
      expect(pairs[0]?.lastedSeconds).toBeGreaterThanOrEqual(11 * 60);
    }
    // That it ended is for those of every end; that it works again was said.
    await endTasks(kysely, executionId, 'succeeded');
    await look();
    const last = (await told()).slice(7);
    expect(last).toMatchObject([
      { event: 'execution.succeeded', execution: { policyName: policy.name }, pairs: [{ policies: [policy] }] },
    ]);
  });

  test('an execution that failed before, an outage and the end of both: it works again once', async () => {
    const { kysely, notice, look, passMinutes, told, events } = await start();
    await notice('both', ['failed', 'recovered']);
    await endTasks(kysely, await holdUp(kysely), 'failed');
    await look();
    const executionId = await holdUp(kysely);
    await look();
    await passMinutes(11);
    await look();
    await endTasks(kysely, executionId, 'succeeded');
    await look();
    await endTasks(kysely, await holdUp(kysely), 'succeeded');
    await look();
    expect(await events()).toEqual(['both: execution.failed', 'both: pair.failing', 'both: pair.recovered']);

    // Its breaker is not closed yet when the execution has ended: that tells it, and nothing else does.
    await endTasks(kysely, await holdUp(kysely), 'failed');
    await look();
    const next = await holdUp(kysely);
    await look();
    await passMinutes(11);
    await look();
    await openBreaker(kysely, 'production', 'connection-refused');
    await endTasks(kysely, next, 'succeeded');
    await look();
    await kysely.deleteFrom('registry_breakers').execute();
    await look();
    expect((await events()).slice(3)).toEqual([
      'both: execution.failed',
      'both: pair.failing',
      'both: execution.recovered',
    ]);
    expect((await told()).at(-1)?.pairs[0]?.lastedSeconds).toBeGreaterThanOrEqual(0);
  });

  test('destinations are in one message, and what a registry said of another project’s image is in none', async () => {
    const { kysely, notice, look, passMinutes, told } = await start();
    await notice('console', ['failed'], { project: '' });
    await notice('project', ['failed']);
    const words = 'north is not available (status 503) (shop/secret-plans is locked).';
    const source = 'shop/secret-plans';
    await holdUp(kysely, { source, destinationId: 'north', code: 'unavailable', words, saidIn: source });
    await holdUp(kysely, { count: 2 });
    await look();
    await passMinutes(11);
    await look();
    const [ofConsole, ofProject, ...others] = (await told()).toSorted((one, other) =>
      one.notice.name.localeCompare(other.notice.name),
    );
    expect(others).toEqual([]);
    const waiting = ofProject?.pairs.map((pair) => [pair.destinationRegistryId, pair.waiting]);
    expect(new Map(waiting as [string, number][])).toEqual(
      new Map([
        ['production', 2],
        ['north', 1],
      ]),
    );
    expect(JSON.stringify(ofConsole)).toContain(words);
    expect(JSON.stringify(ofProject)).not.toContain('secret-plans');
    expect(JSON.stringify(ofProject)).toContain('north is not available.');
  });

  test('what waits for a person, a window or a slot is no outage', async () => {
    const { kysely, notice, look, outages } = await start();
    await notice('all', ['all']);
    const held = ['policy-paused', 'registry-in-maintenance', 'deletions-held-back', 'trash-waits-for-maintenance'];
    for (const code of held) await holdUp(kysely, { code });
    await holdUp(kysely, { isDue: true });
    await look();
    expect(await outages()).toEqual([]);
    // What is due, but for a breaker, is.
    await openBreaker(kysely, 'production', 'disk-full');
    await look();
    expect(await outages()).toMatchObject([{ destination_registry_id: 'production' }]);
    // Of its source it says nothing: that can be read.
    await kysely.deleteFrom('notice_outages').execute();
    await kysely.deleteFrom('registry_breakers').execute();
    await openBreaker(kysely, 'development', 'read-only');
    await look();
    expect(await outages()).toEqual([]);
  });

  test('one that ends early, or because its tasks were stopped, says nothing, and nothing works again', async () => {
    const { kysely, notice, look, passMinutes, events, outages } = await start();
    await notice('both', ['failed', 'recovered']);
    const early = await holdUp(kysely, { destinationId: 'north' });
    await look();
    await passMinutes(8);
    await endTasks(kysely, early, 'succeeded');
    const stopped = await holdUp(kysely);
    await look();
    await passMinutes(11);
    await look();
    await endTasks(kysely, stopped, 'stopped');
    await look();
    expect(await outages()).toEqual([]);
    await endTasks(kysely, await holdUp(kysely), 'succeeded');
    await look();
    expect(await events()).toEqual(['both: pair.failing']);
  });

  test('one that lasts until its tasks are given up is a failure from its beginning on', async () => {
    const { kysely, notice, look, passMinutes, told, events, outages } = await start();
    await notice('both', ['failed', 'recovered']);
    const given = await holdUp(kysely);
    await look();
    await passMinutes(600);
    await look();
    const [outage] = await outages();
    await endTasks(kysely, given, 'failed');
    await look();
    await endTasks(kysely, await holdUp(kysely), 'succeeded');
    await look();
    expect(await events()).toEqual(['both: pair.failing', 'both: execution.failed', 'both: execution.recovered']);
    expect((await told())[2]?.pairs[0]?.failingSince).toBe(outage?.since.toISOString());
  });

  test('a try is no end of it, and neither is a success beside a breaker; what was quiet for long is another one', async () => {
    const { kysely, notice, look, passMinutes, events, outages } = await start();
    await notice('both', ['failed', 'recovered']);
    const executionId = await holdUp(kysely, { code: 'server-error' });
    await look();
    await passMinutes(9);
    await run(kysely, executionId);
    await look();
    await passMinutes(1);
    await look();
    const [quiet] = await outages();
    expect(quiet?.quiet_since).not.toBeNull();
    await sql`update tasks set state = 'waiting', next_attempt_at = now() + interval '1 hour'`.execute(kysely);
    await look();
    expect(await events()).toEqual(['both: pair.failing']);

    await kysely.deleteFrom('notice_outages').execute();
    await look();
    await passMinutes(9);
    await run(kysely, executionId);
    await look();
    await passMinutes(3);
    await sql`update tasks set state = 'waiting', next_attempt_at = now() + interval '1 hour'`.execute(kysely);
    await look();
    await look();
    expect(await events()).toHaveLength(1);
    await passMinutes(11);
    await look();
    expect(await events()).toHaveLength(2);

    await openBreaker(kysely, 'production', 'read-only');
    await endTasks(kysely, await holdUp(kysely), 'succeeded');
    await look();
    expect(await events()).toHaveLength(2);
    await kysely.deleteFrom('registry_breakers').execute();
    await look();
    expect((await events()).slice(2)).toEqual(['both: pair.recovered']);
  });

  test('a notice that is disabled hears of nothing, and one that is enabled again of nothing twice', async () => {
    const { kysely, notice, look, passMinutes, events } = await start();
    await notice('other', ['all'], { project: 'shop' });
    const id = await notice('pager', ['failed']);
    await holdUp(kysely);
    await look();
    await passMinutes(11);
    await look();
    const setDisabled = (isDisabled: boolean) =>
      kysely.updateTable('notices').set({ is_disabled: isDisabled }).where('id', '=', id).execute();
    await setDisabled(true);
    await look();
    await setDisabled(false);
    await look();
    expect(await events()).toEqual(['pager: pair.failing']);
    await kysely.deleteFrom('notices').where('id', '=', id).execute();
    await look();
    expect(await kysely.selectFrom('notice_outages').selectAll().execute()).toEqual([]);
  });
});
