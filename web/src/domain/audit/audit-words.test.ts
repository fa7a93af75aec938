import { contract } from 'bff/contract';
import { describe, expect, it } from 'vitest';
import { changesOf, knownChanges, knownReads, targetText, valueText } from './audit-words.ts';

const words = { yes: 'yes', no: 'no', nothing: '–' };

describe('the words of what was done', () => {
  it('are there for every operation that the server writes into the log', () => {
    const audited = Object.entries<{ method: string; isAudited?: false }>(contract)
      .filter(([, endpoint]) => endpoint.method !== 'GET' && endpoint.isAudited !== false)
      .map(([name]) => name);
    expect(audited.filter((name) => !knownChanges.some((known) => known === name))).toEqual([]);
  });
});

describe('the words of what was refused', () => {
  it('are there for every operation that asks for a right or a session', () => {
    const words: readonly string[] = [...knownChanges, ...knownReads];
    const refusable = Object.entries<{ permission: string }>(contract)
      .filter(([, endpoint]) => endpoint.permission !== 'none')
      .map(([name]) => name);
    expect(refusable.filter((name) => !words.includes(name))).toEqual([]);
  });
});

describe('what it was done to', () => {
  it.each([
    ['updateUser', 'user solo', 'solo'],
    ['resetPassword', 'user user x', 'user x'],
    ['deleteGroup', 'group Night shift', 'Night shift'],
    ['createAccessToken', 'access token laptop', 'laptop'],
    ['updateSettings', 'settings', null],
    ['createProject', 'user ', 'user '],
    ['signOut', null, null],
  ])('of %s “%s” is shown as %s', (action, target, shown) => expect(targetText({ action, target })).toBe(shown));
});

describe('a change', () => {
  it('has every field of both sides once', () => {
    expect(changesOf({ before: { a: 1, b: 2 }, after: { b: 3, c: 4 } })).toEqual([
      { field: 'a', before: 1, after: undefined },
      { field: 'b', before: 2, after: 3 },
      { field: 'c', before: undefined, after: 4 },
    ]);
    expect(changesOf({ before: null, after: null })).toEqual([]);
  });

  it.each([
    [undefined, '–'],
    [null, '–'],
    ['', '–'],
    [[], '–'],
    [{}, '–'],
    [true, 'yes'],
    [false, 'no'],
    [7, '7'],
    ['guest', 'guest'],
    [['a', 'b'], 'a, b'],
    [{ production: 'guest', testing: null }, 'production: guest; testing: –'],
    [[{ actions: ['artifact.pull'] }], 'actions: artifact.pull'],
  ])('%j is read as %s', (value, expected) => expect(valueText(value, words)).toBe(expected));
});
