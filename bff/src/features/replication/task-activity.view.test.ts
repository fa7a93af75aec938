import { expect, it } from 'vitest';
import { heldBackCode, maintenanceCode, pausedCode, type Reason, type TaskState } from './replication.ts';
import { activityOf, type CountedTasks, remarkOf } from './task-activity.view.ts';

const because = (code: string, registryId = 'north'): Reason => ({ code, sentence: 'X.', params: { registryId } });
const down = because('connection-refused');
const part = (state: TaskState, count: number, reason: Reason | null = null): CountedTasks => ({
  state,
  count,
  reason,
});

it.each([
  ['nothing is open', [part('succeeded', 3), part('failed', 1, down)], null],
  ['one runs', [part('running', 1), part('waiting', 9, down)], { kind: 'running', taskCount: 1, reason: null }],
  ['one will at once', [part('queued', 2), part('waiting', 9, down)], { kind: 'queued', taskCount: 2, reason: null }],
  [
    'all wait, most of them for one registry',
    [part('waiting', 2, because('timeout', 'south')), part('waiting', 9, down), part('succeeded', 50)],
    { kind: 'waiting', taskCount: 9, reason: down },
  ],
  [
    'what fails comes before what somebody holds',
    [part('waiting', 7, because(heldBackCode)), part('waiting', 1, down)],
    { kind: 'waiting', taskCount: 1, reason: down },
  ],
  [
    'what needs a word comes before what ends by itself',
    [part('waiting', 20, because(maintenanceCode)), part('waiting', 7, because(heldBackCode))],
    { kind: 'held', taskCount: 7, reason: because(heldBackCode) },
  ],
  [
    'those that wait for the same in several destinations are one number',
    [part('waiting', 12, because(heldBackCode, '')), part('waiting', 12, because(heldBackCode, ''))],
    { kind: 'held', taskCount: 24, reason: because(heldBackCode, '') },
  ],
  [
    'all are paused',
    [part('waiting', 34, because(pausedCode))],
    { kind: 'paused', taskCount: 34, reason: because(pausedCode) },
  ],
])('says what open tasks do together: %s', (_what, tasks, expected) => {
  expect(activityOf(tasks)).toEqual(expected);
});

it('tells of what was done what else there is to say of most of it', () => {
  const kept = because('kept-different');
  const replaced = because('replaced-earlier');
  expect(remarkOf([part('succeeded', 9), part('failed', 4, down), part('waiting', 1, down)])).toBeNull();
  expect(remarkOf([part('succeeded', 9), part('succeeded', 1, kept), part('succeeded', 2, replaced)])).toEqual({
    taskCount: 2,
    reason: replaced,
  });
});
