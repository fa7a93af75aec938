import { QueryObserver } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { createQueryClient } from './query-client.ts';
import { queriesOf, readAgain, readLeftovers } from './read-again.ts';

const pause = () => new Promise((resolve) => setTimeout(resolve, 0));
const endpoint = { path: '/things' };

/** A query on a page; each of its readings is answered by the test. */
function watch() {
  const client = createQueryClient();
  const readings: ((answer: string) => void)[] = [];
  const queryKey = [endpoint.path, {}];
  const queryFn = () => new Promise<string>((resolve) => readings.push(resolve));
  const open = () => new QueryObserver(client, { queryKey, queryFn }).subscribe(() => undefined);
  return {
    client,
    open,
    shown: () => client.getQueryData(queryKey),
    count: () => readings.length,
    answer: async (text: string) => {
      readings.at(-1)?.(text);
      await pause();
    },
  };
}

it('follows the first reading by another when something changed while it was under way', async () => {
  const { client, open, answer, shown, count } = watch();
  open();
  void readAgain(client, queriesOf([endpoint]));
  void readAgain(client, queriesOf([endpoint]));
  await answer('before');
  expect(count()).toBe(2);
  await answer('after');
  expect(shown()).toBe('after');
  expect(count()).toBe(2);
});

it('neither trusts a later reading that is under way nor cuts it short', async () => {
  const { client, open, answer, shown, count } = watch();
  open();
  await answer('first');
  void readAgain(client);
  await pause();
  expect(count()).toBe(2);
  void readAgain(client);
  await pause();
  expect(count()).toBe(2);
  await answer('before');
  expect(shown()).toBe('before');
  expect(count()).toBe(3);
  await answer('after');
  expect(shown()).toBe('after');
  expect(count()).toBe(3);
});

it('reads what is shown at once, and what is not when it is shown', async () => {
  const { client, open, answer, count } = watch();
  const close = open();
  await answer('first');
  close();
  await readAgain(client, queriesOf([endpoint]));
  expect(count()).toBe(1);
  open();
  expect(count()).toBe(2);
  await answer('second');
  await readAgain(client, queriesOf([{ path: '/others' }]));
  expect(count()).toBe(2);
});

it('reads what is left of earlier, but nothing twice that is only being read', async () => {
  const { client, open, answer, shown, count } = watch();
  open();
  await Promise.all([readLeftovers(client, queriesOf([endpoint])), answer('first')]);
  expect(count()).toBe(1);
  void readLeftovers(client, queriesOf([endpoint]));
  await answer('second');
  expect(shown()).toBe('second');
});
