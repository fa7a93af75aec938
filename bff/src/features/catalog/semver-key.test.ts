import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import { semverKey } from './semver-key.ts';

/** Byte order, as collation "C" sorts. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const sorted = (tags: readonly string[]): string[] =>
  tags.toSorted((a, b) => byBytes(semverKey(a), semverKey(b)) || byBytes(a, b));

const number = fc
  .oneof(fc.nat({ max: 30 }), fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.constantFrom(2024, 20240115, 10, 15))
  .map(String);
const word = fc.stringMatching(/^[0-9A-Za-z-]{0,4}[A-Za-z-][0-9A-Za-z-]{0,4}$/);
const prerelease = fc.array(fc.oneof(number, word, fc.constantFrom('rc', 'alpha', 'beta')), { maxLength: 4 });
const version = fc
  .record({ core: fc.tuple(number, number, number), prerelease, prefix: fc.constantFrom('', 'v') })
  .map(
    ({ core, prerelease, prefix }) =>
      prefix + core.join('.') + (prerelease.length > 0 ? `-${prerelease.join('.')}` : ''),
  )
  .filter((text) => semver.valid(text) !== null);
const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);

describe('semverKey', () => {
  test('orders any two versions as semver does', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(byBytes(semverKey(a), semverKey(b)))).toBe(semver.compare(a, b));
      }),
      { numRuns: 5000 },
    );
  });

  test('orders versions that differ in one place only as semver does', () => {
    const near = fc.tuple(version, fc.nat({ max: 4 })).map(([text, step]) => {
      const next = semver.inc(text, (['patch', 'minor', 'major', 'prerelease', 'prepatch'] as const)[step] ?? 'patch');
      return [text, next ?? text] as const;
    });
    fc.assert(
      fc.property(near, ([a, b]) => {
        if (semver.valid(b) === null) return;
        expect(Math.sign(byBytes(semverKey(a), semverKey(b)))).toBe(semver.compare(a, b));
      }),
      { numRuns: 3000 },
    );
  });

  test('gives every tag a printable key without NUL that an index can hold', () => {
    fc.assert(
      fc.property(tag, (text) => {
        const key = semverKey(text);
        expect(key).toMatch(/^[ -~]+$/);
        expect(key.length).toBeLessThan(1024);
      }),
    );
  });

  test('puts 2.10 above 2.9, and a release above its candidates', () => {
    expect(sorted(['2.10', '2.9', '2.10-rc1', '2.10.0', 'v2.9.1', '2.10.0-rc.10', '2.10.0-rc.9'])).toEqual([
      '2.9',
      'v2.9.1',
      '2.10-rc1',
      '2.10',
      '2.10.0-rc.9',
      '2.10.0-rc.10',
      '2.10.0',
    ]);
  });

  test('puts names that are no versions below dates and dates below versions, each in natural order', () => {
    expect(
      sorted(['1.0.0', 'latest', 'build-10', 'build-9', '2024-02-01', '20240115', '3f2a91c', 'main', '7']),
    ).toEqual(['3f2a91c', 'build-9', 'build-10', 'latest', 'main', '20240115', '2024-02-01', '1.0.0', '7']);
  });

  test('orders variants and builds beside their version', () => {
    expect(sorted(['1.25.3', '1.25.3-alpine', '1.25.4-alpine', '1.25.3_b2', '1.25.3_b10', '1.25.3.Final'])).toEqual([
      '1.25.3.Final',
      '1.25.3-alpine',
      '1.25.3',
      '1.25.3_b2',
      '1.25.3_b10',
      '1.25.4-alpine',
    ]);
  });

  test('keeps days in order whatever separates their parts', () => {
    expect(sorted(['2024.01.15', '2024-01-14', '20240116.2', '20240116.10'])).toEqual([
      '2024-01-14',
      '2024.01.15',
      '20240116.2',
      '20240116.10',
    ]);
  });
});
