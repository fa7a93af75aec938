import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCollisions, isRepositoryName, mapName } from './name-mapping.ts';
import {
  areManyDeletions,
  type DestinationTag,
  isLater,
  type PlanInput,
  type PlannedDestination,
  planTags,
  tagKey,
} from './plan-tags.ts';
import { countRows, type PlanRow } from './policy.ts';
import type { SourceTag } from './select-tags.ts';

const options = { propagateDeletions: true, whenDifferent: 'replace', concurrency: null, attempts: 10 } as const;

function tag(name: string, digest: string, more: Partial<SourceTag> = {}): SourceTag {
  return {
    repository: 'a/b',
    name,
    digest,
    originMs: 100,
    isOriginGuessed: false,
    pushedMs: 100,
    totalSizeBytes: 10,
    platforms: [],
    ...more,
  };
}

function destination(
  tags: Readonly<Record<string, DestinationTag>>,
  more: Partial<PlannedDestination> = {},
): PlannedDestination {
  const known = new Map(Object.entries(tags));
  const facts = { registryId: 'prod', name: 'Production', isMissing: false, wayBack: () => 'none' as const };
  return { ...facts, tags: known, deleted: new Map(), ...more };
}

function input(more: Partial<PlanInput>): PlanInput {
  const tags = more.tags ?? [];
  return {
    content: { sourceRegistryId: 'dev', mapping: { kind: 'same' }, options },
    project: null,
    tags,
    tombstones: [],
    repositories: [...new Set(tags.map(({ repository }) => repository))],
    destinations: [destination({})],
    ...more,
  };
}

const outcomes = (given: PlanInput) => planTags(given).rows.map(({ outcome }) => outcome);
const at = (digest: string, originMs = 100): DestinationTag => ({ digest, originMs, isOriginGuessed: false });

describe('a plan', () => {
  test('copies what is missing, replaces what differs, and leaves what is the same', () => {
    const tags = [tag('1', 'x'), tag('2', 'y'), tag('3', 'z')];
    const there = destination({ 'a/b:2': at('y'), 'a/b:3': at('old') });
    expect(outcomes(input({ tags, destinations: [there] }))).toEqual(['copy', 'up-to-date', 'replace']);
  });

  test('reports what differs where the policy says so', () => {
    const content = { ...input({}).content, options: { ...options, whenDifferent: 'report' as const } };
    const plan = planTags(input({ content, tags: [tag('1', 'x')], destinations: [destination({ 'a/b:1': at('y') })] }));
    expect(plan.rows).toMatchObject([{ outcome: 'differs', existingDigest: 'y', reason: { code: 'differs' } }]);
  });

  test('keeps the destinations of one artifact together', () => {
    const two = [destination({}), destination({}, { registryId: 'south' })];
    const { rows } = planTags(input({ tags: [tag('1', 'x'), tag('2', 'y')], destinations: two }));
    expect(rows.map((row) => `${row.source.tag} ${row.destination.registryId}`)).toEqual([
      '1 prod',
      '1 south',
      '2 prod',
      '2 south',
    ]);
  });

  test('says why nothing can be done', () => {
    const plan = (more: Partial<PlanInput>) =>
      planTags(input({ tags: [tag('1', 'x')], ...more })).rows[0]?.reason?.code;
    expect(plan({ destinations: [destination({}, { isMissing: true })] })).toBe('registry-removed');
    expect(plan({ destinations: [destination({}, { registryId: 'dev' })] })).toBe('same-place');
    const to = (target: string) => ({
      ...input({}).content,
      mapping: { kind: 'replace-prefix' as const, from: 'a/', to: target },
    });
    expect(plan({ content: to('x//') })).toBe('name-invalid');
    expect(plan({ content: to('other/'), project: 'a' })).toBe('outside-project');
    expect(plan({ content: to('other/'), project: 'other' })).toBeUndefined();
  });

  test('fails both repositories that would share a name, also one that is not planned now', () => {
    const content = { ...input({}).content, mapping: { kind: 'template' as const, template: 'mirror/{name}' } };
    const { rows, collisions } = planTags(
      input({
        content,
        tags: [tag('1', 'x'), tag('1', 'y', { repository: 'f/g' })],
        repositories: ['a/b', 'c/b', 'f/g'],
      }),
    );
    expect(collisions).toEqual([{ to: 'mirror/b', from: ['a/b', 'c/b'] }]);
    expect(rows.map(({ outcome, reason }) => [outcome, reason?.code])).toEqual([
      ['impossible', 'name-collision'],
      ['copy', undefined],
    ]);
  });
});

describe('deletions', () => {
  const tombstone = { repository: 'a/b', name: '1', digests: ['x'], deletedMs: 200 };
  const planned = (there: PlannedDestination, more: Partial<PlanInput> = {}) =>
    outcomes(input({ tombstones: [tombstone], destinations: [there], ...more }));

  test('go to what the source deleted, and to nothing else', () => {
    expect(planned(destination({ 'a/b:1': at('x') }))).toEqual(['delete']);
    expect(planned(destination({ 'a/b:1': at('newer') }))).toEqual([]);
    expect(planned(destination({}))).toEqual([]);
  });

  test('go to what the tag was before, where the last content never came and copies replace', () => {
    const twice = { ...tombstone, digests: ['y', 'x'] };
    const there = destination({ 'a/b:1': at('x') });
    expect(outcomes(input({ tombstones: [twice], destinations: [there] }))).toEqual(['delete']);
    const content = { ...input({}).content, options: { ...options, whenDifferent: 'report' as const } };
    expect(outcomes(input({ tombstones: [twice], destinations: [there], content }))).toEqual([]);
  });

  test('leave what was pushed anew after the deletion', () => {
    expect(planned(destination({ 'a/b:1': at('x', 201) }))).toEqual([]);
  });

  test('are the policy’s choice', () => {
    const content = { ...input({}).content, options: { ...options, propagateDeletions: false } };
    expect(planned(destination({ 'a/b:1': at('x') }), { content })).toEqual([]);
  });

  test('of a master are not undone by the other one', () => {
    const deleted = new Map([['a/b:1', { digests: ['x'], deletedMs: 200 }]]);
    const there = destination({}, { wayBack: () => 'deletions', deleted });
    expect(outcomes(input({ tags: [tag('1', 'x')], destinations: [there] }))).toEqual(['loses']);
    expect(outcomes(input({ tags: [tag('1', 'y')], destinations: [there] }))).toEqual(['copy']);
    expect(outcomes(input({ tags: [tag('1', 'x', { originMs: 300 })], destinations: [there] }))).toEqual(['copy']);
    // Where the deletion does not come here it is repaired there.
    const elsewhere = destination({}, { wayBack: () => 'copies', deleted });
    expect(outcomes(input({ tags: [tag('1', 'x')], destinations: [elsewhere] }))).toEqual(['copy']);
  });

  test('are many beyond a fifth of the tags, but never while they are few', () => {
    expect(areManyDeletions(5, 5)).toBe(false);
    expect(areManyDeletions(6, 20)).toBe(true);
    expect(areManyDeletions(20, 100)).toBe(false);
    expect(areManyDeletions(21, 100)).toBe(true);
  });
});

describe('two masters', () => {
  const anyTag = fc.record({
    digest: fc.constantFrom('d1', 'd2', 'd3'),
    originMs: fc.integer({ min: 0, max: 3 }),
    isOriginGuessed: fc.constant(false),
  });
  const side = fc.dictionary(fc.constantFrom('t1', 't2', 't3'), anyTag, { noNullPrototype: true });

  /** What one policy makes of both sides, carried out at once. */
  function apply(from: Readonly<Record<string, DestinationTag>>, to: Record<string, DestinationTag>): number {
    const tags = Object.entries(from).map(([name, { digest, originMs }]) => tag(name, digest, { originMs }));
    const there = Object.fromEntries(Object.entries(to).map(([name, value]) => [tagKey('a/b', name), value]));
    const destinations = [destination(there, { wayBack: () => 'copies' })];
    const { rows } = planTags(input({ tags, destinations }));
    const moved = rows.filter(({ outcome }) => outcome === 'copy' || outcome === 'replace');
    for (const row of moved) to[row.source.tag] = at(row.digest, row.originMs);
    return moved.length;
  }
  const digests = (of: Readonly<Record<string, DestinationTag>>) =>
    Object.fromEntries(Object.entries(of).map(([name, { digest }]) => [name, digest]));

  test('agree after each has looked once, whoever is first, and then rest', () => {
    fc.assert(
      fc.property(side, side, fc.boolean(), (left, right, isLeftFirst) => {
        const [a, b] = [{ ...left }, { ...right }];
        const [first, second] = isLeftFirst ? [a, b] : [b, a];
        apply(first, second);
        apply(second, first);
        expect(digests(a)).toEqual(digests(b));
        expect(apply(first, second) + apply(second, first)).toBe(0);
        for (const [name, winner] of Object.entries(a)) {
          const candidates = [left[name], right[name]].filter((value) => value !== undefined);
          for (const other of candidates)
            if (other.digest !== winner.digest) expect(isLater(other, winner)).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('every tag has one row for each destination, and the counts are theirs', () => {
  const name = fc.constantFrom('1', '2', '3', '4');
  const tags = fc.uniqueArray(fc.record({ name, digest: fc.constantFrom('x', 'y') }), {
    selector: (each) => each.name,
  });
  const there = fc.dictionary(name, fc.constantFrom('x', 'y'), { noNullPrototype: true });
  fc.assert(
    fc.property(tags, there, (given, known) => {
      const held = Object.fromEntries(Object.entries(known).map(([key, digest]) => [`a/b:${key}`, at(digest)]));
      const destinations = [destination(held), destination({}, { registryId: 'south' })];
      const { rows } = planTags(input({ tags: given.map((each) => tag(each.name, each.digest)), destinations }));
      expect(rows).toHaveLength(given.length * 2);
      const counts = countRows(rows, 7);
      const { bytes, ...numbers } = counts;
      expect(bytes).toBe(7);
      expect(Object.values(numbers).reduce((sum, count) => sum + count, 0)).toBe(rows.length);
      const wrong = rows.filter(
        (row: PlanRow) => (row.outcome === 'up-to-date') !== (row.existingDigest === row.digest),
      );
      expect(wrong).toEqual([]);
    }),
  );
});

describe('names', () => {
  test('are mapped as their kind says', () => {
    expect(mapName({ kind: 'same' }, 'a/b')).toBe('a/b');
    expect(mapName({ kind: 'replace-prefix', from: 'a/', to: 'mirror/a-' }, 'a/b/c')).toBe('mirror/a-b/c');
    expect(mapName({ kind: 'replace-prefix', from: 'x/', to: 'y/' }, 'a/b')).toBe('a/b');
    const template = (text: string, of: string) => mapName({ kind: 'template', template: text }, of);
    expect(template('m/{project}-{name}', 'a/b/c')).toBe('m/a-c');
    expect(template('m/{rest}', 'a/b/c')).toBe('m/b/c');
    expect(template('m/{rest}', 'alone')).toBe('m/alone');
    expect(template('m/{repository}', 'a/b')).toBe('m/a/b');
  });

  test('collide exactly where two repositories become one', () => {
    const segment = fc.constantFrom('a', 'b', 'c');
    const repository = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const mapping = fc.constantFrom(
      { kind: 'template', template: 'm/{name}' } as const,
      { kind: 'template', template: '{repository}' } as const,
      { kind: 'replace-prefix', from: 'a/', to: '' } as const,
    );
    fc.assert(
      fc.property(fc.uniqueArray(repository, { maxLength: 12 }), mapping, (repositories, rule) => {
        const targets = repositories.map((each) => mapName(rule, each));
        const shared = findCollisions(rule, repositories);
        expect(shared.length === 0).toBe(new Set(targets).size === targets.length);
        for (const { to, from } of shared) for (const each of from) expect(mapName(rule, each)).toBe(to);
      }),
    );
  });

  test('are what a registry takes, or not', () => {
    for (const good of ['a', 'a/b-c', 'a__b/c.d']) expect(isRepositoryName(good)).toBe(true);
    for (const bad of ['', '/a', 'a/', 'a//b', 'A', 'a b', 'a'.repeat(256)]) expect(isRepositoryName(bad)).toBe(false);
  });
});
