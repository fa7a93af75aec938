import type { Robot } from 'bff/contract/robots';
import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  changedFields,
  emptyRobotForm,
  fieldOf,
  findWrongFields,
  formOfRobot,
  patternsOf,
  proposedLoginName,
} from './robot-form.ts';
import { overlapEnd, stateOf } from './robot-state.ts';

const now = new Date('2026-06-01T12:00:00.000Z');
const stored: Robot = {
  id: '5e0ea9d8-0f3c-4a44-9a3c-1d8a1c1a2b3c',
  name: 'ci',
  loginName: 'robot.payments.ci',
  project: 'payments',
  description: 'Builds',
  permissions: [{ actions: ['artifact.push'], environments: ['development'], repositories: ['api', '{a,b}/**'] }],
  expiresAt: '2026-08-01T10:11:12.000Z',
  isDisabled: false,
  secrets: [],
  lastUsedAt: null,
  lastUsedFrom: null,
  createdBy: 'mara',
  createdAt: '2026-01-01T00:00:00.000Z',
  version: 3,
};
const filled = {
  ...emptyRobotForm(),
  name: 'ci',
  permissions: [
    { actions: ['artifact.push' as const], isEverywhere: false, environments: ['development'], repositories: 'api' },
  ],
};

describe('what is sent', () => {
  it('counts the days of the choice from now', () => {
    expect(bodyOf({ ...filled, expiry: '30' }, undefined, now).expiresAt).toBe('2026-07-01T12:00:00.000Z');
    expect(bodyOf({ ...filled, expiry: 'never' }, undefined, now).expiresAt).toBeNull();
  });

  it('means the whole of the chosen day', () => {
    const body = bodyOf({ ...filled, expiry: 'date', date: '2026-12-31' }, undefined, now);
    expect(body.expiresAt).toBe(new Date(2027, 0, 1).toISOString());
  });

  it('is what is stored when nothing was changed, to the second', () => {
    const { description, permissions, expiresAt } = stored;
    expect(bodyOf(formOfRobot(stored), stored, now)).toEqual({ description, permissions, expiresAt });
    const { date } = formOfRobot({ ...stored, expiresAt: new Date(2027, 0, 1).toISOString() });
    expect(date).toBe('2026-12-31');
  });

  it('names no environment for all of them', () => {
    const [permission] = filled.permissions;
    const values = { ...filled, permissions: permission === undefined ? [] : [{ ...permission, isEverywhere: true }] };
    expect(bodyOf(values, undefined, now).permissions[0]?.environments).toBeNull();
  });
});

it('patterns stand between commas, but not those within braces', () => {
  expect(patternsOf(' api, team/**,{a,b}/web ,,')).toEqual(['api', 'team/**', '{a,b}/web']);
  expect(patternsOf('  ')).toEqual([]);
});

describe('wrong fields', () => {
  it('are none in a filled form', () => expect(findWrongFields(filled, undefined, now)).toEqual([]));

  it('are named as the form names them', () => {
    const values = {
      ...filled,
      name: 'Not a name',
      permissions: [{ actions: [], isEverywhere: false, environments: [], repositories: 'API' }],
    };
    expect(findWrongFields(values, undefined, now)).toEqual([
      'name',
      'permissions.0.actions',
      'permissions.0.environments',
      'permissions.0.repositories',
    ]);
    expect(findWrongFields({ ...filled, permissions: [] }, undefined, now)).toEqual(['permissions']);
  });

  it('have a day that is over among them, unless it is the stored one', () => {
    expect(findWrongFields({ ...filled, expiry: 'date', date: '2026-05-01' }, undefined, now)).toEqual(['date']);
    expect(findWrongFields({ ...filled, expiry: 'date', date: '' }, undefined, now)).toEqual(['date']);
    const expired = { ...stored, expiresAt: '2026-05-01T00:00:00.000Z' };
    expect(findWrongFields(formOfRobot(expired), expired, now)).toEqual([]);
  });

  it('of the server find their place', () => {
    expect(fieldOf('body.permissions.1.repositories.0'.split('.'))).toBe('permissions.1.repositories');
    expect(fieldOf(['body', 'expiresAt'])).toBe('date');
    expect(fieldOf(['version'])).toBeUndefined();
  });
});

it('the login name is shown before it is made', () => {
  expect(proposedLoginName('payments', 'ci')).toBe('robot.payments.ci');
  expect(proposedLoginName(undefined, '')).toBe('robot.NAME');
});

it('what somebody else changed is found', () => {
  expect(changedFields(stored, { ...stored, version: 4 })).toEqual([]);
  expect(changedFields(stored, { ...stored, description: 'Other', expiresAt: null })).toEqual([
    'description',
    'expiresAt',
  ]);
});

describe('a state', () => {
  const at = (expiresAt: string | null, isDisabled = false) => stateOf({ expiresAt, isDisabled }, now.getTime());
  it('warns two weeks before the end', () => {
    expect(at(null)).toBe('active');
    expect(at('2026-06-15T12:00:00.001Z')).toBe('active');
    expect(at('2026-06-15T12:00:00.000Z')).toBe('expiring');
    expect(at('2026-06-01T12:00:00.000Z')).toBe('expired');
    expect(at('2026-05-01T00:00:00.000Z', true)).toBe('disabled');
  });

  it('says until when two secrets hold', () => {
    const secret = (expiresAt: string | null) => ({ createdAt: now.toISOString(), expiresAt, lastUsedAt: null });
    expect(overlapEnd({ secrets: [secret(null)] })).toBeNull();
    expect(overlapEnd({ secrets: [secret('2026-06-02T00:00:00.000Z'), secret(null)] })).toBe(
      '2026-06-02T00:00:00.000Z',
    );
  });
});
