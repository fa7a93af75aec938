import { expect, test } from 'vitest';
import type { Reason } from './replication.ts';
import { RunningTask } from './running-task.ts';
import { claimedTask } from './testing/claimed-task.ts';

const reason: Reason = { code: 'timeout', sentence: 'North did not answer in time.', params: {} };
const startAfter = (lastReason: Reason | null) =>
  new RunningTask(claimedTask({ attempt: 2, lastReason }), { now: () => new Date(0), onMoved: () => {} });
const said = (running: RunningTask) => [running.snapshot().reason, running.takeRecord()?.reason];

test('why the last try failed holds until bytes move again, and that is told once', () => {
  const running = startAfter(reason);
  expect(running.takeGotOn()).toBe(false);
  expect(said(running)).toEqual([reason, reason]);
  running.progress.observer.blobBytes('sha256:1', 10);
  expect(running.takeGotOn()).toBe(true);
  expect(running.takeGotOn()).toBe(false);
  expect(said(running)).toEqual([null, null]);
});

test('what ends has its own reason, whatever the last one was', () => {
  const running = startAfter(reason);
  running.finish({ state: 'succeeded', reason: null });
  expect(running.takeRecord()?.reason).toBeNull();
});

test('of what has not failed there is nothing to take back', () => {
  const running = startAfter(null);
  running.progress.observer.blobBytes('sha256:1', 10);
  expect(running.takeGotOn()).toBe(false);
  expect(said(running)).toEqual([null, null]);
});
