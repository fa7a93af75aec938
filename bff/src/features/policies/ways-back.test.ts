import { describe, expect, test } from 'vitest';
import { contentOf } from './testing/policy-content.ts';
import { compileWaysBack, type PolicyEdge } from './ways-back.ts';

const edge = (from: string, to: readonly string[], more: Parameters<typeof contentOf>[2] = {}): PolicyEdge => ({
  project: null,
  content: contentOf(from, [...to], more),
});
const only = (...include: string[]) => ({ repositories: { include, exclude: [] } });
const at = (registryId: string, repository = 'a/b') => ({ registryId, repository });
const deletes = { propagateDeletions: true } as const;

describe('ways back', () => {
  test('lead over any number of policies', () => {
    const ways = compileWaysBack([edge('a', ['b', 'x']), edge('b', ['c']), edge('c', ['a'])]);
    expect(ways(at('b'), at('a'), '1')).toBe('copies');
    expect(ways(at('a'), at('a'), '1')).toBe('copies');
    expect(ways(at('x'), at('a'), '1')).toBe('none');
  });

  test('are those of the tag: what other repositories or tags go along is none', () => {
    const results = compileWaysBack([edge('city', ['hq'], { filters: only('results/**') })]);
    expect(results(at('city'), at('hq'), '1')).toBe('none');
    expect(results(at('city', 'results/x'), at('hq', 'results/x'), '1')).toBe('copies');
    const releases = compileWaysBack([edge('city', ['hq'], { filters: { tags: { include: ['v*'], exclude: [] } } })]);
    expect(['1', 'v1'].map((tag) => releases(at('city'), at('hq'), tag))).toEqual(['none', 'copies']);
  });

  test('follow the mapping of names, and end where names grow', () => {
    const prefix = (from: string, to: string) => ({ mapping: { kind: 'replace-prefix' as const, from, to } });
    const ways = compileWaysBack([edge('city', ['hq'], prefix('mirror/', ''))]);
    expect(ways(at('city', 'mirror/a/b'), at('hq'), '1')).toBe('copies');
    expect(ways(at('city', 'a/b'), at('hq', 'mirror/a/b'), '1')).toBe('none');
    const growing = compileWaysBack([edge('city', ['hq'], prefix('', 'x/')), edge('hq', ['city'], prefix('', 'x/'))]);
    expect(growing(at('city'), at('hq'), '1')).toBe('none');
    expect(growing(at('city'), at('city', 'x/x/a/b'), '1')).toBe('copies');
  });

  test('bring deletions where every policy on the way does', () => {
    const back = compileWaysBack([edge('city', ['hq'], { options: deletes })]);
    expect(back(at('city'), at('hq'), '1')).toBe('deletions');
    const half = compileWaysBack([edge('city', ['province'], { options: deletes }), edge('province', ['hq'])]);
    expect(half(at('city'), at('hq'), '1')).toBe('copies');
  });

  test('of a project are those of its repositories', () => {
    const ways = compileWaysBack([{ ...edge('city', ['hq']), project: 'a' }]);
    expect(ways(at('city'), at('hq'), '1')).toBe('copies');
    expect(ways(at('city', 'other/b'), at('hq', 'other/b'), '1')).toBe('none');
  });
});
