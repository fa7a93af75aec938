import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, GlobError } from './glob.ts';

const fits = (pattern: string, text: string) => compileGlob(pattern)(text);

describe('A glob', () => {
  it.each([
    ['api', 'api', true],
    ['api', 'apis', false],
    ['*', 'api', true],
    ['*', 'team/api', false],
    ['**', 'team/api', true],
    ['team/*', 'team/api', true],
    ['team/*', 'team/a/b', false],
    ['team/**', 'team/a/b', true],
    ['team/**', 'team', false],
    ['**/api', 'api', true],
    ['**/api', 'a/b/api', true],
    ['**/api', 'a/b/xapi', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/bz', false],
    ['v?.*', 'v1.2.3', true],
    ['v?.*', 'v10.2', false],
    ['release-{1,2}.*', 'release-2.0', true],
    ['release-{1,2}.*', 'release-3.0', false],
    ['{a,b{c,d}}x', 'bdx', true],
    ['a.b', 'axb', false],
    ['{,x}y', 'y', true],
  ])('%s and %s: %s', (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  it.each(['{a', 'a}', '}{', `{a,b}`.repeat(7)])('%s is refused with a sentence', (pattern) => {
    expect(() => compileGlob(pattern)).toThrow(GlobError);
  });

  it('without signs is itself and nothing else', () => {
    const word = fc.stringMatching(/^[a-z0-9./-]{0,20}$/);
    fc.assert(fc.property(word, word, (pattern, text) => fits(pattern, text) === (pattern === text)));
  });

  it('agrees with the regular expression of its signs', () => {
    const part = fc.constantFrom('a', 'b', '/', '*', '?', '-');
    const pattern = fc.array(part, { maxLength: 8 }).map((parts) => parts.join('').replaceAll(/\*+/g, '*'));
    const text = fc.array(fc.constantFrom('a', 'b', '/', '-'), { maxLength: 10 }).map((parts) => parts.join(''));
    const expression = (glob: string) => new RegExp(`^${glob.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')}$`, 'u');
    fc.assert(fc.property(pattern, text, (glob, name) => fits(glob, name) === expression(glob).test(name)));
  });

  it('takes no longer for a pattern that makes others try again and again', () => {
    expect(fits('*a*a*a*a*a*a*a*a*b', 'a'.repeat(10_000))).toBe(false);
  });
});
