import { describe, expect, it } from 'vitest';
import { matchPieces } from './match-highlight.ts';

const marked = (text: string, query: string) =>
  matchPieces(text, query)
    .map((piece) => (piece.isMatch ? `[${piece.text}]` : piece.text))
    .join('');

describe('matchPieces', () => {
  it('marks every word of the query', () => {
    expect(marked('payments/api', 'PAY api')).toBe('[pay]ments/[api]');
  });
  it('reads repository:tag as two words', () => {
    expect(marked('2.7.3', 'api:2.7')).toBe('[2.7].3');
  });
  it('takes signs of a regular expression literally', () => {
    expect(marked('a.b+c', '.')).toBe('a[.]b+c');
    expect(marked('(x', '(')).toBe('[(]x');
  });
  it('prefers the longer of two words and keeps the text whole', () => {
    expect(marked('application', 'app application')).toBe('[application]');
    expect(marked('nothing', 'zzz')).toBe('nothing');
    expect(marked('nothing', '  ')).toBe('nothing');
    expect(matchPieces('', 'a')).toEqual([]);
  });
});
