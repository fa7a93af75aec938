import { describe, expect, it } from 'vitest';
import { compilePlan, type JudgeInput, judgeTags, RetentionFieldError } from './judge-tags.ts';
import { areMany, type CatalogTag, type RetentionRule } from './retention.ts';

const dayMs = 86_400_000;
const nowMs = 1_000 * dayMs;
const ago = (days: number) => nowMs - days * dayMs;

function tag(name: string, ageDays: number, change: Partial<CatalogTag> = {}): CatalogTag {
  return {
    registryId: 'dev',
    environment: 'development',
    repository: 'payments/api',
    name,
    digest: `sha256:${name}`,
    pushedBy: null,
    pushedAtMs: ago(ageDays),
    pushedMs: ago(ageDays),
    rankMs: ago(ageDays),
    pulledMs: null,
    watchedMs: ago(500),
    sizeBytes: null,
    ...change,
  };
}

const plan = (rules: readonly RetentionRule[], change: Partial<Parameters<typeof compilePlan>[1]> = {}) =>
  compilePlan('payments', {
    environment: 'development',
    repositories: { include: ['**'], exclude: [] },
    rules,
    ...change,
  });

const judge = (rules: readonly RetentionRule[], tags: readonly CatalogTag[], change: Partial<JudgeInput> = {}) =>
  judgeTags({
    plan: plan(rules),
    others: [],
    tags,
    nowMs,
    environmentsOf: new Map(),
    isUnknownBeside: () => false,
    findImmutable: () => Promise.resolve(undefined),
    ...change,
  });

const verdicts = async (...given: Parameters<typeof judge>) =>
  Object.fromEntries((await judge(...given)).rows.map((row) => [row.tag.name, row.verdict]));
const codes = async (name: string, ...given: Parameters<typeof judge>) =>
  (await judge(...given)).rows.find((row) => row.tag.name === name)?.reasons.map(({ code }) => code);

describe('A rule', () => {
  it('keeps the newest of each repository and registry, by push, and of one moment by name', async () => {
    const tags = [
      tag('a', 3),
      tag('b', 1),
      tag('c', 2),
      tag('tie-1', 2),
      tag('w', 400, { repository: 'payments/web' }),
      tag('p', 400, { registryId: 'dev2' }),
    ];
    expect(await verdicts([{ kind: 'newest', count: 2 }], tags)).toEqual({
      b: 'keep',
      'tie-1': 'keep',
      c: 'delete',
      a: 'delete',
      w: 'keep',
      p: 'keep',
    });
    const { rows } = await judge([{ kind: 'newest', count: 2 }], tags);
    expect(rows.find((row) => row.tag.name === 'a')?.reasons).toEqual([
      {
        code: 'retention-not-newest',
        sentence: 'Number 4 of its repository, of which the newest 2 are kept.',
        params: { count: '2', rank: '4' },
      },
    ]);
  });

  it('keeps what was pushed within its days, the last moment included', async () => {
    const rule: RetentionRule = { kind: 'pushed-within', days: 30 };
    const tags = [tag('on', 30), tag('over', 0, { pushedMs: ago(30) - 1 }), tag('future', -2)];
    expect(await verdicts([rule], tags)).toEqual({ on: 'keep', over: 'delete', future: 'keep' });
  });

  it('counts pulls from the last one, else from when one began to look or it was pushed', async () => {
    const rule: RetentionRule = { kind: 'pulled-within', days: 30 };
    const tags = [
      tag('used', 400, { pulledMs: ago(29) }),
      tag('unused', 400, { pulledMs: ago(31) }),
      tag('unheard', 400),
      tag('unwatched', 400, { watchedMs: ago(10) }),
      tag('fresh', 5),
    ];
    expect(await verdicts([rule], tags)).toEqual({
      used: 'keep',
      unused: 'delete',
      unheard: 'delete',
      unwatched: 'keep',
      fresh: 'keep',
    });
    expect(await codes('unused', [rule], tags)).toEqual(['retention-pulled-before']);
    expect(await codes('unheard', [rule], tags)).toEqual(['retention-never-pulled']);
    expect(await codes('unwatched', [rule], tags)).toEqual(['retention-watched']);
  });

  it('keeps names that fit one of its patterns', async () => {
    const rule: RetentionRule = { kind: 'tags', patterns: ['v*.*', 'latest'] };
    const tags = [tag('v1.2', 9), tag('latest', 9), tag('v1', 9), tag('pr-7', 9)];
    expect(await verdicts([rule], tags)).toEqual({ 'v1.2': 'keep', latest: 'keep', v1: 'delete', 'pr-7': 'delete' });
  });

  it('keeps what another environment uses, not what its own has twice, and all while one cannot be looked at', async () => {
    const rule: RetentionRule = { kind: 'used-elsewhere' };
    const tags = [tag('live', 9), tag('own', 9)];
    const environmentsOf = new Map([
      ['sha256:live', ['development', 'production']],
      ['sha256:own', ['development']],
    ]);
    expect(await verdicts([rule], tags, { environmentsOf })).toEqual({ live: 'keep', own: 'delete' });
    expect(await codes('live', [rule], tags, { environmentsOf })).toEqual(['retention-used-in']);
    const unknown = { environmentsOf, isUnknownBeside: () => true };
    expect(await verdicts([rule], tags, unknown)).toEqual({ live: 'keep', own: 'keep' });
    expect(await codes('own', [rule], tags, unknown)).toEqual(['retention-elsewhere-unknown']);
  });

  it('keeps where any does, with the reasons of all that do; what goes says why each does not', async () => {
    const rules: RetentionRule[] = [
      { kind: 'newest', count: 1 },
      { kind: 'pushed-within', days: 5 },
      { kind: 'tags', patterns: ['v*'] },
    ];
    const tags = [tag('v2', 1), tag('v1', 90), tag('x', 90)];
    expect(await codes('v2', rules, tags)).toEqual(['retention-newest', 'retention-pushed', 'retention-pattern']);
    expect(await codes('v1', rules, tags)).toEqual(['retention-pattern']);
    expect(await codes('x', rules, tags)).toEqual([
      'retention-not-newest',
      'retention-pushed-before',
      'retention-no-pattern',
    ]);
  });
});

describe('A plan', () => {
  const newest: RetentionRule[] = [{ kind: 'newest', count: 1 }];

  it('covers its environment and repositories only', async () => {
    const tags = [
      tag('a', 1),
      tag('b', 2),
      tag('c', 3, { repository: 'payments/team/web' }),
      tag('d', 4, { environment: 'production', registryId: 'prod' }),
      tag('e', 5, { repository: 'payments/tools' }),
    ];
    const narrow = plan(newest, { repositories: { include: ['*', 'team/**'], exclude: ['tools'] } });
    const { rows, keepCount, deleteCount } = await judge(newest, tags, { plan: narrow });
    expect(rows.map((row) => row.tag.name)).toEqual(['a', 'b', 'c']);
    expect({ keepCount, deleteCount }).toEqual({ keepCount: 2, deleteCount: 1 });
  });

  it('leaves what is immutable, and what another plan keeps', async () => {
    const tags = [tag('a', 1), tag('b', 2), tag('c', 3), tag('d', 4)];
    const change = {
      findImmutable: ({ name }: CatalogTag) => Promise.resolve(name === 'd' ? '**:d' : undefined),
      others: [plan([{ kind: 'tags', patterns: ['c'] }], { environment: null })],
    };
    expect(await verdicts(newest, tags, change)).toEqual({ a: 'keep', b: 'delete', c: 'keep', d: 'keep' });
    expect(await codes('c', newest, tags, change)).toEqual(['retention-other-plan']);
    expect(await codes('d', newest, tags, change)).toEqual(['retention-immutable']);
    const ofOthers = [plan([{ kind: 'tags', patterns: ['c'] }], { environment: 'production' })];
    expect(await verdicts(newest, tags, { others: ofOthers })).toMatchObject({ c: 'delete' });
  });

  it('says where a tag that stays has the same digest', async () => {
    const tags = [tag('latest', 1, { digest: 'sha256:x' }), tag('v1', 2, { digest: 'sha256:x' }), tag('v0', 3)];
    expect(await codes('v1', newest, tags)).toEqual(['retention-not-newest', 'retention-shared']);
    expect(await codes('v0', newest, tags)).toEqual(['retention-not-newest']);
  });

  it('without a rule, or with a pattern that is none, is refused with its field', () => {
    const fieldOf = (work: () => unknown) => {
      try {
        work();
      } catch (error) {
        if (error instanceof RetentionFieldError) return error.field;
      }
      return undefined;
    };
    expect(fieldOf(() => plan([]))).toBe('rules');
    expect(fieldOf(() => plan([...newest, { kind: 'tags', patterns: ['v{1'] }]))).toBe('rules.1.patterns');
    expect(fieldOf(() => plan(newest, { repositories: { include: ['a{'], exclude: [] } }))).toBe(
      'repositories.include',
    );
  });

  it('names the repositories that lose many of their tags', async () => {
    const tags = [
      ...Array.from({ length: 12 }, (_, index) => tag(`t${index}`, index)),
      tag('w1', 90, { repository: 'payments/web' }),
    ];
    const { many } = await judge([{ kind: 'pushed-within', days: 3 }], tags);
    expect(many).toEqual([
      { registryId: 'dev', repository: 'payments/api', deleteCount: 8, tagCount: 12 },
      { registryId: 'dev', repository: 'payments/web', deleteCount: 1, tagCount: 1 },
    ]);
    expect(areMany({ deleteCount: 0, tagCount: 0 })).toBe(false);
    expect(areMany({ deleteCount: 5, tagCount: 6 })).toBe(false);
    expect(areMany({ deleteCount: 6, tagCount: 12 })).toBe(false);
    expect(areMany({ deleteCount: 7, tagCount: 13 })).toBe(true);
  });

  it('judges a hundred thousand tags in seconds, and lets others in between', async () => {
    const tags = Array.from({ length: 100_000 }, (_, index) => tag(`t${index}`, index % 300));
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    const { deleteCount } = await judge(
      [
        { kind: 'newest', count: 10 },
        { kind: 'pushed-within', days: 100 },
        { kind: 'tags', patterns: ['never-*'] },
      ],
      tags,
    );
    clearInterval(timer);
    expect(deleteCount).toBeGreaterThan(60_000);
    expect(turns).toBeGreaterThan(2);
  });
});
