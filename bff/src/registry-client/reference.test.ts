import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isDigest,
  isRepositoryName,
  isTag,
  parseDigest,
  parseImageReference,
  parseReference,
  parseRepositoryName,
  parseTag,
  ReferenceError,
} from './reference.ts';

const alphanumeric = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const component = fc
  .tuple(alphanumeric, fc.array(fc.tuple(fc.constantFrom('.', '_', '__', '-', '---'), alphanumeric), { maxLength: 3 }))
  .map(([first, rest]) => first + rest.flat().join(''));
const repository = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/);
const digest = fc.stringMatching(/^[a-f0-9]{64}$/).map((encoded) => `sha256:${encoded}`);

describe('references', () => {
  test('accept every name, tag and digest of the grammar', () => {
    fc.assert(
      fc.property(repository, tag, digest, (name, label, hash) => {
        expect(parseRepositoryName(name)).toBe(name);
        expect(parseTag(label)).toBe(label);
        expect(parseDigest(hash)).toBe(hash);
        expect(parseReference(label)).toEqual({ kind: 'tag', tag: label });
        expect(parseReference(hash)).toEqual({ kind: 'digest', digest: hash });
      }),
    );
  });

  test('read back what people paste', () => {
    const host = fc.constantFrom(undefined, 'localhost', 'registry.example.com', '127.0.0.1:5000', '[::1]:5000');
    fc.assert(
      fc.property(
        host,
        repository,
        fc.option(tag, { nil: undefined }),
        fc.option(digest, { nil: undefined }),
        (at, name, label, hash) => {
          fc.pre(at !== undefined || !/^(?:localhost$|[^/]*\.[^/]*\/|localhost\/)/.test(name));
          const text = `${at === undefined ? '' : `${at}/`}${name}${label === undefined ? '' : `:${label}`}${hash === undefined ? '' : `@${hash}`}`;
          expect(parseImageReference(text)).toEqual({ host: at, repository: name, tag: label, digest: hash });
        },
      ),
    );
  });

  test('whatever is accepted cannot leave its place in a URL path', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), repository), (text) => {
        if (!isRepositoryName(text) && !isTag(text) && !isDigest(text)) return;
        const url = new URL(`http://registry/v2/${text}/manifests/x`);
        expect(url.pathname).toBe(`/v2/${text}/manifests/x`);
        expect(url.search + url.hash).toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['', 'A/b', 'a//b', '/a', 'a/', 'a/../b', 'a%2fb', 'a b', 'a/-b', 'a..b', 'a___b', 'a'.repeat(256)])(
    'refuse the repository name %j',
    (text) => expect(() => parseRepositoryName(text)).toThrow(ReferenceError),
  );
  test.each(['', '.a', '-a', 'a/b', 'a b', 'a\n', 'a'.repeat(129)])('refuse the tag %j', (text) =>
    expect(() => parseTag(text)).toThrow(ReferenceError),
  );
  test.each([
    '',
    'sha256:',
    `sha256:${'a'.repeat(63)}`,
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'g'.repeat(64)}`,
    'sha512:abc',
    `:${'a'.repeat(64)}`,
    `x:${'a'.repeat(400)}`,
  ])('refuse the digest %j', (text) => expect(() => parseDigest(text)).toThrow(ReferenceError));
  test('a refusal shows at most the start of what was given', () => {
    expect(() => parseTag('a'.repeat(10_000))).toThrow(/^"a{100}…" is not a tag\.$/);
  });
});
