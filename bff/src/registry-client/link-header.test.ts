import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findNextLink } from './link-header.ts';

describe('the Link header', () => {
  test.each([
    ['</v2/_catalog?last=b&n=100>; rel="next"', '/v2/_catalog?last=b&n=100'],
    ['<https://r.example/v2/a/tags/list?n=2&last=v1>;rel=next', 'https://r.example/v2/a/tags/list?n=2&last=v1'],
    ['</first>; rel="first", </next?last=a%2Fb>; title="a, b"; rel="next"', '/next?last=a%2Fb'],
    ['</v2/next>; REL="Next"', '/v2/next'],
    ['</v2/next>', '/v2/next'],
    ['</v2/next>; rel="prev next"', '/v2/next'],
  ])('of %s leads to %s', (header, target) => expect(findNextLink(header)).toBe(target));

  test.each([undefined, '', 'nonsense', '<', '</x', '</x>; rel="prev"', '</x>; rel="nextish"'])(
    '%j leads nowhere',
    (header) => expect(findNextLink(header)).toBeUndefined(),
  );

  test('finds the next page wherever it stands among other links', () => {
    const target = fc.webPath().map((path) => path.replaceAll(/[<>]/g, '') || '/');
    const other = fc
      .tuple(target, fc.constantFrom('prev', 'first', 'last'))
      .map(([path, rel]) => `<${path}>; rel="${rel}"`);
    fc.assert(
      fc.property(target, fc.array(other), fc.array(other), (path, before, after) => {
        expect(findNextLink([...before, `<${path}>; rel="next"`, ...after].join(', '))).toBe(path.trim());
      }),
    );
  });

  test('survives any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void findNextLink(text)));
  });
});
