import { beforeEach, describe, expect, test } from 'vitest';
import { SharedTags } from './shared-tags.ts';

let nowMs: number;
let listings: number;
let stored: string[];
let isBroken: boolean;
let tags: SharedTags;

beforeEach(() => {
  nowMs = 1_000_000;
  listings = 0;
  stored = ['v1', 'sha256-a'];
  isBroken = false;
  const list = async function* (): AsyncGenerator<string[]> {
    listings += 1;
    if (isBroken) throw new Error('No answer.');
    for (let at = 0; at < stored.length; at += 100) yield stored.slice(at, at + 100);
  };
  tags = new SharedTags(list, { now: () => nowMs });
});

/** As a copy that began now asks. */
const ask = (tag: string, sinceMs = nowMs): Promise<boolean | undefined> => tags.has('shop/api', tag, sinceMs);

describe('the tags of a repository', () => {
  test('are not listed for one artifact alone', async () => {
    expect(await ask('sha256-b')).toBeUndefined();
    nowMs += 5000;
    expect(await ask('sha256-b')).toBeUndefined();
    expect(listings).toBe(0);
  });

  test('are listed once for many that began together', async () => {
    const begunMs = nowMs;
    const asked = ['sha256-b', 'sha256-a', 'sha256-c', 'sha256-d'].map(async (tag) => {
      nowMs += 1;
      return ask(tag, begunMs);
    });
    expect(await Promise.all(asked)).toEqual([undefined, true, false, false]);
    expect(listings).toBe(1);
  });

  test('a copy that began after the listing sees what was pushed before it began', async () => {
    await ask('sha256-b');
    expect(await ask('sha256-b')).toBe(false);
    stored.push('sha256-b');
    nowMs += 1;
    expect(await ask('sha256-b')).toBe(true);
    expect(listings).toBe(2);
  });

  test('repositories do not answer for each other', async () => {
    await ask('sha256-b');
    expect(await ask('sha256-b')).toBe(false);
    expect(await tags.has('shop/web', 'sha256-b', nowMs)).toBeUndefined();
  });

  test('a large repository is listed once in ten minutes, and no further than it must', async () => {
    stored = Array.from({ length: 5000 }, (_, position) => `v${position}`);
    for (let turn = 0; turn < 10; turn += 1) expect(await ask('sha256-b')).toBeUndefined();
    expect(listings).toBe(1);
    nowMs += 11 * 60_000;
    await ask('sha256-b');
    await ask('sha256-b');
    expect(listings).toBe(2);
  });

  test('what cannot be listed is asked for tag by tag', async () => {
    isBroken = true;
    for (let turn = 0; turn < 5; turn += 1) expect(await ask('sha256-b')).toBeUndefined();
    expect(listings).toBe(1);
  });

  test('nobody waits for a listing that does not come', async () => {
    const never = async function* (): AsyncGenerator<string[]> {
      await new Promise(() => {});
      yield [];
    };
    const silent = new SharedTags(never, { now: () => nowMs, longestMs: 20 });
    expect(await silent.has('shop/api', 'v1', nowMs)).toBeUndefined();
    expect(await silent.has('shop/api', 'v1', nowMs)).toBeUndefined();
  });
});
