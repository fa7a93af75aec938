import { expect, test } from 'vitest';
import { gathered } from './gathered.ts';

interface Work {
  readonly key: string;
  readonly items: readonly number[];
  readonly end: (error?: Error) => void;
}

function begun() {
  const works: Work[] = [];
  const ask = gathered<number, number>(
    (key, items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error === undefined ? resolve(items.length) : reject(error));
        works.push({ key, items, end });
      }),
  );
  return { works, ask };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

test('what comes while something is done is done together after it', async () => {
  const { works, ask } = begun();
  const first = ask('a', 1);
  await settle();
  const others = [ask('a', 2), ask('a', 3), ask('a', 4)];
  await settle();
  expect(works.map(({ items }) => items)).toEqual([[1]]);
  works[0]?.end();
  expect(await first).toBe(1);
  await settle();
  expect(works.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
  const late = ask('a', 5);
  works[1]?.end();
  expect(await Promise.all(others)).toEqual([3, 3, 3]);
  await settle();
  works[2]?.end();
  expect(await late).toBe(1);
});

test('what comes in one turn is done together, though nothing is under way', async () => {
  const { works, ask } = begun();
  const all = [ask('a', 1), ask('a', 2)];
  await settle();
  works[0]?.end();
  expect(await Promise.all(all)).toEqual([2, 2]);
  expect(works).toHaveLength(1);
});

test('keys do not wait for each other', async () => {
  const { works, ask } = begun();
  void ask('a', 1);
  void ask('b', 2);
  await settle();
  expect(works.map(({ key }) => key)).toEqual(['a', 'b']);
});

test('what fails is told to those who were in it, and the next are tried', async () => {
  const { works, ask } = begun();
  const first = ask('a', 1);
  await settle();
  const second = ask('a', 2);
  works[0]?.end(new Error('the database is away'));
  await expect(first).rejects.toThrow('away');
  await settle();
  works[1]?.end();
  expect(await second).toBe(1);
  const afterwards = ask('a', 3);
  await settle();
  works[2]?.end();
  expect(await afterwards).toBe(1);
});
