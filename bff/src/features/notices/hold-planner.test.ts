import { expect, test } from 'vitest';
import { describeEachDatabase } from '../../testing/test-database.ts';
import { decide, holdDeletions } from './testing/held-deletions.ts';
import { addPolicy } from './testing/held-up-tasks.ts';
import { lookingConsole } from './testing/looking-console.ts';

describeEachDatabase('deletions that wait for a word', (open) => {
  async function start() {
    const console = lookingConsole(await open());
    const { kysely } = console;
    for (const name of ['payments', 'shop']) await kysely.insertInto('projects').values({ name }).execute();
    const policy = await addPolicy(kysely, 'Nightly');
    const events = async () => (await console.told()).map(({ event, notice: { name } }) => `${name}: ${event}`);
    const hold = (more: Partial<Parameters<typeof holdDeletions>[1]> = {}) =>
      holdDeletions(kysely, { policy, ...more });
    return { ...console, policy, events, hold };
  }

  test('are told once to each notice of failures, however many runs they come from', async () => {
    const { notice, look, passMinutes, told, events, hold, policy } = await start();
    await notice('all', ['all'], { project: '' });
    await notice('failed', ['failed'], { project: '' });
    await notice('policy', ['failed'], { project: '', policyId: policy.id });
    await notice('another', ['failed'], { project: '', policyId: 'another' });
    await notice('recovered', ['recovered'], { project: '' });
    await hold({ tags: ['1.0', '1.1'], destinationIds: ['production', 'north'] });
    await look();
    const newest = await hold({ tags: ['1.0', '1.1', '1.2'], destinationIds: ['production'] });
    await look();
    // A wave is counted together.
    expect(await events()).toEqual([]);
    await passMinutes(1);
    await Promise.all([look(), look()]);
    expect((await events()).toSorted()).toEqual([
      'all: deletions.held',
      'failed: deletions.held',
      'policy: deletions.held',
    ]);
    for (const payload of await told()) {
      expect(payload).toMatchObject({
        execution: null,
        failures: [],
        held: { executionId: newest, tags: 3, deletions: 5 },
      });
      const rest = { state: 'held', failingSince: null, policies: [policy] };
      const reason = { code: 'deletions-many', sentence: '3 of 20 tags would be deleted.', registryId: null };
      expect(payload.pairs).toMatchObject([
        { sourceRegistryId: 'development', destinationRegistryId: 'north', waiting: 2, reason, ...rest },
        { sourceRegistryId: 'development', destinationRegistryId: 'production', waiting: 3, reason, ...rest },
      ]);
    }

    // Runs of the policy while nobody has answered: the same again, and more.
    expect(await hold({ tags: ['1.0', '1.1'] })).toBeUndefined();
    await look();
    await hold({ tags: ['1.3'] });
    await passMinutes(5);
    await look();
    await look();
    expect(await events()).toHaveLength(3);
    // Whoever is to be told from now on is.
    await notice('late', ['failed'], { project: '' });
    await look();
    await look();
    expect((await events()).slice(3)).toEqual(['late: deletions.held']);
  });

  test.each(['confirm', 'decline'] as const)(
    'are told anew when others wait after a person’s answer: %s',
    async (word) => {
      const { kysely, notice, look, passMinutes, told, hold } = await start();
      await notice('duty', ['failed']);
      const first = await hold({ tags: ['1.0'] });
      await passMinutes(1);
      await look();
      const second = await hold({ tags: ['1.1'] });
      await passMinutes(1);
      await look();
      // One question: that a part of it is answered begins no other.
      await decide(kysely, word, first);
      await look();
      await passMinutes(1);
      await look();
      expect((await told()).map(({ held }) => held?.executionId)).toEqual([first]);
      // Answered, and asked again before anybody looks.
      await decide(kysely, word, second);
      const third = await hold({ tags: ['1.2'] });
      await look();
      await passMinutes(1);
      await look();
      await look();
      expect((await told()).map(({ held }) => held?.executionId)).toEqual([first, third]);
    },
  );

  test('that a person answers at once are not told', async () => {
    const { kysely, notice, look, passMinutes, told, hold } = await start();
    await notice('duty', ['failed']);
    const first = await hold();
    await look();
    await decide(kysely, 'confirm', first);
    await passMinutes(1);
    await look();
    expect(await told()).toEqual([]);
  });

  test('of several projects are told to each with its own, and without what the plan counts of others', async () => {
    const { kysely, notice, look, passMinutes, told, hold } = await start();
    await kysely.insertInto('projects').values({ name: 'other' }).execute();
    await notice('console', ['failed'], { project: '' });
    await notice('payments', ['failed'], { project: 'payments' });
    await notice('shop', ['failed'], { project: 'shop' });
    await hold({ repositories: ['payments/api', 'other/web', 'other/app'], tags: ['1.0', '1.1'] });
    await passMinutes(1);
    await look();
    const facts = (await told()).map(({ notice: { name }, held, pairs }) => [
      name,
      held?.tags,
      pairs[0]?.reason?.sentence,
    ]);
    expect(facts).toEqual([
      ['console', 6, '2 of 20 tags would be deleted.'],
      ['payments', 2, 'Deletions wait for a person’s word, because they are many.'],
    ]);
    // Only later some of a project that has not heard of it.
    await hold({ repositories: ['shop/web'] });
    await passMinutes(1);
    await look();
    expect((await told()).slice(2)).toMatchObject([{ notice: { name: 'shop' }, held: { tags: 1 } }]);
  });

  test('are told to a disabled notice when it is enabled, and no second time to one that was disabled meanwhile', async () => {
    const { kysely, notice, look, passMinutes, events, hold } = await start();
    const setDisabled = (id: string, isDisabled: boolean) =>
      kysely.updateTable('notices').set({ is_disabled: isDisabled }).where('id', '=', id).execute();
    const off = await notice('off', ['failed']);
    const on = await notice('on', ['failed']);
    await setDisabled(off, true);
    await hold();
    await passMinutes(1);
    await look();
    expect(await events()).toEqual(['on: deletions.held']);
    await setDisabled(off, false);
    await setDisabled(on, true);
    await look();
    await setDisabled(on, false);
    await look();
    expect(await events()).toEqual(['on: deletions.held', 'off: deletions.held']);
  });
});
