export interface TextPiece {
  text: string;
  isMatch: boolean;
}

/**
 * Splits a text where the query's words occur, letter case aside. `repository:tag` counts as two words, as the search
 * itself reads it.
 */
export function matchPieces(text: string, query: string): TextPiece[] {
  const words = query
    .split(/[\s:@]+/)
    .filter((word) => word !== '')
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (words.length === 0 || text === '') return text === '' ? [] : [{ text, isMatch: false }];
  const pattern = new RegExp(`(${words.toSorted((a, b) => b.length - a.length).join('|')})`, 'giu');
  // With one capture group, `split` gives the matches at the odd places.
  return text
    .split(pattern)
    .map((piece, index) => ({ text: piece, isMatch: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}
