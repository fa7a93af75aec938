import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFilters, FilterError, type SourceTag } from './select-tags.ts';
import type { PolicyFilters } from './policy.ts';

const dayMs = 86_400_000;

function filters(more: Partial<PolicyFilters>): PolicyFilters {
  return {
    repositories: { include: ['**'], exclude: [] },
    tags: { include: ['*'], exclude: [] },
    semver: null,
    newest: null,
    newerThanDays: null,
    includeReferrers: true,
    platforms: null,
    ...more,
  };
}

function tag(name: string, pushedMs = 0, repository = 'a/b'): SourceTag {
  return {
    repository,
    name,
    digest: `d-${name}`,
    originMs: pushedMs,
    isOriginGuessed: false,
    pushedMs,
    totalSizeBytes: null,
    platforms: [],
  };
}

const select = (more: Partial<PolicyFilters>, tags: readonly SourceTag[], nowMs = 0) =>
  compileFilters(filters(more))
    .select(tags, nowMs)
    .map(({ name }) => name);
const named = (...names: string[]) => names.map((name) => tag(name));

describe('tags are selected', () => {
  test('by patterns, where an exclusion beats every inclusion', () => {
    const tags = { include: ['release-*', 'v{1,2}'], exclude: ['*-rc'] };
    expect(select({ tags }, named('release-1', 'release-2-rc', 'v1', 'v3', 'latest'))).toEqual(['release-1', 'v1']);
  });

  test('by a range of versions, without what is none', () => {
    const tags = named('1.9.0', 'v2.0.0', '2.5.1', '3.0.0', 'latest', '2.6.0-rc.1', '2');
    expect(select({ semver: '>=2.0.0 <3' }, tags)).toEqual(['v2.0.0', '2.5.1']);
  });

  test('by their age', () => {
    const tags = [tag('old', 0), tag('new', 9 * dayMs)];
    expect(select({ newerThanDays: 2 }, tags, 10 * dayMs)).toEqual(['new']);
  });

  test('by their platforms, where what is of none that is known is for all', () => {
    const of = (name: string, ...architectures: string[]): SourceTag => ({
      ...tag(name, name.length),
      platforms: architectures.map((architecture) => ({ os: 'linux', architecture, variant: null })),
    });
    const tags = [of('amd', 'amd64'), of('arm', 'arm64'), of('both', 'amd64', 'arm64'), of('chart')];
    expect(select({ platforms: ['linux/amd64'] }, tags)).toEqual(['amd', 'both', 'chart']);
    expect(select({ platforms: ['linux/arm64/v8'], newest: 1, tags: { include: ['a*'], exclude: [] } }, tags)).toEqual([
      'arm',
    ]);
    expect(select({ platforms: null }, tags)).toHaveLength(4);
  });

  test('the newest of each repository, of those that the rest leaves', () => {
    const tags = [tag('1', 1), tag('2', 2), tag('x', 3), tag('1', 9, 'c/d'), tag('2', 8, 'c/d'), tag('3', 7, 'c/d')];
    const chosen = select({ newest: 2, tags: { include: ['?'], exclude: ['x'] } }, tags);
    expect(chosen).toEqual(['2', '1', '1', '2']);
  });

  test('so that no more than so many of a repository are left, and none that is older than one left out', () => {
    const some = fc.array(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,3}$/),
        pushedMs: fc.nat(20),
        repository: fc.constantFrom('a', 'b'),
      }),
    );
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 4 }), (given, newest) => {
        const tags = given.map((each) => tag(each.name, each.pushedMs, each.repository));
        const chosen = compileFilters(filters({ newest })).select(tags, 0);
        for (const [repository, group] of Map.groupBy(tags, (each) => each.repository)) {
          const own = chosen.filter((each) => each.repository === repository);
          expect(own).toHaveLength(Math.min(newest, group.length));
          const oldest = Math.min(...own.map(({ pushedMs }) => pushedMs));
          for (const each of group) if (!own.includes(each)) expect(each.pushedMs).toBeLessThanOrEqual(oldest);
        }
      }),
    );
  });
});

describe('repositories are selected', () => {
  test('by patterns that know segments', () => {
    const { fitsRepository } = compileFilters(
      filters({ repositories: { include: ['payments/**', '*'], exclude: ['payments/tmp-*'] } }),
    );
    expect(['payments/api', 'payments/a/b', 'alone'].every(fitsRepository)).toBe(true);
    expect(['payments/tmp-1', 'other/api'].some(fitsRepository)).toBe(false);
  });
});

test('what is no filter is refused with the field', () => {
  const fieldOf = (more: Partial<PolicyFilters>) => {
    try {
      compileFilters(filters(more));
      return undefined;
    } catch (error) {
      return error instanceof FilterError ? error.field : error;
    }
  };
  expect(fieldOf({ semver: 'newest please' })).toBe('filters.semver');
  expect(fieldOf({ tags: { include: ['{a'], exclude: [] } })).toBe('filters.tags.include');
  expect(fieldOf({ repositories: { include: ['a'], exclude: ['b}'] } })).toBe('filters.repositories.exclude');
});
