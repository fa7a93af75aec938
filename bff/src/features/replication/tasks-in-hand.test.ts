import { expect, test } from 'vitest';
import { TasksInHand } from './tasks-in-hand.ts';

const into = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).flatMap(([registryId, count]) =>
    Array.from({ length: count }, () => ({ task: { destination: { registryId } } })),
  );

test('new tasks are asked for when half of those into one destination are done, whatever is stuck in another', () => {
  const inHand = new TasksInHand();
  expect(inHand.isLow([])).toBe(false);
  inHand.claimed(into({ frozen: 48, north: 16 }));
  expect(inHand.isLow(into({ frozen: 48, north: 16 }))).toBe(false);
  expect(inHand.isLow(into({ frozen: 48, north: 9 }))).toBe(false);
  expect(inHand.isLow(into({ frozen: 48, north: 8 }))).toBe(true);
  expect(inHand.isLow(into({ frozen: 48 }))).toBe(true);
});

test('the last ones are not asked about for ever', () => {
  const inHand = new TasksInHand();
  inHand.claimed(into({ north: 1 }));
  expect(inHand.isLow([])).toBe(true);
  inHand.claimed([]);
  expect(inHand.isLow([])).toBe(false);
});
