import type { Collection } from 'bff/contract/collections';
import { expect, test } from 'vitest';
import { limitOf, reclaimedBytes, refusedMs, stepTone } from './collection-words.ts';

const run: Collection = {
  id: '00000000-0000-4000-8000-000000000000',
  registryId: 'dev',
  kind: 'collection',
  state: 'running',
  step: 'collect',
  askedBy: 'admin',
  isScheduled: false,
  limitMinutes: 120,
  isStopping: false,
  stoppedBy: null,
  reason: null,
  eligibleCount: 3,
  eligibleBytes: 700,
  unweighedCount: 0,
  removedCount: null,
  bytesBefore: 5000,
  bytesAfter: null,
  writesRefusedAt: '2026-11-27T00:00:00.000Z',
  writableAt: null,
  createdAt: '2026-11-27T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
};

test('what was reclaimed is measured where it can be, and known only when something was removed', () => {
  expect(reclaimedBytes(run)).toBeNull();
  expect(reclaimedBytes({ ...run, removedCount: 3 })).toBe(700);
  expect(reclaimedBytes({ ...run, removedCount: 3, bytesAfter: 4000 })).toBe(1000);
  // Somebody pushed meanwhile.
  expect(reclaimedBytes({ ...run, removedCount: 3, bytesAfter: 6000 })).toBe(0);
});

test('writes are refused until they are taken again, or until now', () => {
  const nowMs = Date.parse('2026-11-27T00:02:00.000Z');
  expect(refusedMs(run, nowMs)).toBe(120_000);
  expect(refusedMs({ ...run, writableAt: '2026-11-27T00:01:00.000Z' }, nowMs)).toBe(60_000);
  expect(refusedMs({ ...run, writesRefusedAt: null }, nowMs)).toBeNull();
  expect(refusedMs(run, nowMs - 600_000)).toBe(0);
});

test.each([
  ['5', 5],
  ['1440', 1440],
  ['4', undefined],
  ['1441', undefined],
  ['', undefined],
  ['1e2', undefined],
])('“%s” minutes are %s', (text, expected) => {
  expect(limitOf(text)).toBe(expected);
});

test('a step that runs and says why it waits wants attention', () => {
  expect(stepTone('running', true)).toBe('warn');
  expect(stepTone('running', false)).toBe('accent');
});
