import type { RetentionPlan } from 'bff/contract/retention';
import { expect, it } from 'vitest';
import { draftOf, emptyForm, fieldOfPath, findProblems, formOf, patternsOf } from './retention-form.ts';

const plan = (rules: RetentionPlan['rules']): RetentionPlan => ({
  id: '0190b3a0-0000-7000-8000-00000000000a',
  version: 1,
  environment: null,
  isEnabled: true,
  repositories: { include: ['api', 'team/**'], exclude: ['tools'] },
  rules,
  schedule: null,
  nextRunAt: null,
  createdBy: null,
  changedBy: null,
  changedAt: '2026-01-01T00:00:00.000Z',
  lastRun: null,
});

it('keeps a plan as it is on its way through the form', () => {
  const rules: RetentionPlan['rules'] = [
    { kind: 'newest', count: 3 },
    { kind: 'pushed-within', days: 7 },
    { kind: 'pulled-within', days: 14 },
    { kind: 'tags', patterns: ['v{1,2}.*', 'latest'] },
    { kind: 'used-elsewhere' },
  ];
  const { environment, isEnabled, repositories, schedule } = plan(rules);
  expect(draftOf(formOf(plan(rules)))).toEqual({ environment, isEnabled, repositories, rules, schedule });
});

it('takes of several rules of one kind what keeps the most', () => {
  const form = formOf(
    plan([
      { kind: 'newest', count: 3 },
      { kind: 'newest', count: 9 },
      { kind: 'tags', patterns: ['a'] },
      { kind: 'tags', patterns: ['b'] },
    ]),
  );
  expect(draftOf(form).rules).toEqual([
    { kind: 'newest', count: 9 },
    { kind: 'tags', patterns: ['a', 'b'] },
  ]);
});

it('splits patterns at commas and spaces, not within braces', () => {
  expect(patternsOf(' v{1,2}.*, latest  main,')).toEqual(['v{1,2}.*', 'latest', 'main']);
});

it('says which field is wrong', () => {
  const form = emptyForm('development');
  expect(findProblems(form)).toEqual(new Set());
  const nothing = { hasNewest: false, hasPushed: false, usedElsewhere: false };
  expect(findProblems({ ...form, ...nothing })).toEqual(new Set(['rules']));
  expect(findProblems({ ...form, newest: '0', pushed: 'x', repositories: '' })).toEqual(
    new Set(['newest', 'pushed', 'repositories']),
  );
  expect(findProblems({ ...form, hasTags: true, tags: 'a/b', cron: '' })).toEqual(new Set(['tags', 'cron']));
  expect(fieldOfPath('rules.1.days', draftOf(form))).toBe('pushed');
  expect(fieldOfPath('schedule.timeZone', draftOf(form))).toBe('timeZone');
});
