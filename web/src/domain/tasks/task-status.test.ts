import { taskStates } from 'bff/contract/replication';
import { describe, expect, it } from 'vitest';
import {
  canRetryTask,
  canStopTask,
  countRetryable,
  countTasks,
  isFinal,
  taskStatesByUrgency,
  taskTone,
} from './task-status.ts';

describe('what may be done with a task', () => {
  it('stops what has not ended, and only that', () => {
    expect(taskStates.filter(canStopTask)).toEqual(['queued', 'running', 'waiting']);
    expect(taskStates.filter(isFinal)).toEqual(['succeeded', 'failed', 'stopped']);
  });

  it('retries what failed, was stopped, or waits for its next attempt', () => {
    expect(taskStates.filter((state) => canRetryTask({ state, reason: null }))).toEqual([
      'waiting',
      'failed',
      'stopped',
    ]);
    const reason = { code: 'deletions-held-back', sentence: 'Somebody has to confirm it.', params: {} };
    for (const code of ['deletions-held-back', 'policy-paused', 'registry-in-maintenance']) {
      expect(canRetryTask({ state: 'waiting', reason: { ...reason, code } })).toBe(false);
    }
    expect(canRetryTask({ state: 'waiting', reason: { ...reason, code: 'timeout' } })).toBe(true);
    expect(canRetryTask({ state: 'stopped', reason: { ...reason, code: 'deletion-declined' } })).toBe(false);
  });

  it('warns of what waits to retry and of what waits for a word, not of what somebody put on hold', () => {
    const toneFor = (code: string) => taskTone({ state: 'waiting', reason: { code, sentence: 'X.', params: {} } });
    expect([toneFor('connection-refused'), toneFor('deletions-held-back')]).toEqual(['warn', 'warn']);
    expect([toneFor('registry-in-maintenance'), toneFor('policy-paused')]).toEqual(['neutral', 'neutral']);
  });

  it('orders every state by how much it needs a person', () => {
    expect(taskStatesByUrgency.toSorted()).toEqual([...taskStates].toSorted());
    expect(taskStatesByUrgency[0]).toBe('failed');
  });
});

describe('counts of an execution', () => {
  const tasks = { queued: 1, running: 2, waiting: 3, succeeded: 4, failed: 5, stopped: 6 };
  it('counts every task once', () => expect(countTasks({ tasks })).toBe(21));
  it('would retry the failed and the stopped', () => expect(countRetryable({ tasks }, [])).toBe(11));
  it('would not retry deletions that somebody declined, as far as they are known', () => {
    const stopped = (code: string) => ({ state: 'stopped', reason: { code, sentence: '', params: {} } }) as const;
    const read = [stopped('deletion-declined'), stopped('deletion-declined'), stopped('stopped-by-person')];
    expect(countRetryable({ tasks }, [...read, { state: 'failed', reason: null }])).toBe(9);
  });
});
