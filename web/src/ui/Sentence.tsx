import { cloneElement, Fragment, type ReactElement } from 'react';

interface SentenceProps {
  /** Words in the reader's language, with `<name/>` or `<name>words</name>` where a part goes. */
  text: string;
  /** Each part by its name; its words, if it has any, go into it. What is not here is shown as its words. */
  parts: Readonly<Record<string, ReactElement>>;
}

const PART = /<(\w+)(?:\/>|>(.*?)<\/\1>)/;
const PIECES = 3;

/** A sentence in which something is more than words: the order of its parts is the language's. */
export function Sentence({ text, parts }: SentenceProps) {
  // Words, the name of a part, the words of the part, and so on.
  const pieces = text.split(PART);
  return Array.from({ length: Math.ceil(pieces.length / PIECES) }, (_unused, index) => {
    const [before = '', name, words = ''] = pieces.slice(index * PIECES, (index + 1) * PIECES);
    return (
      <Fragment key={index}>
        {before}
        {withWords(name === undefined ? undefined : parts[name], words)}
      </Fragment>
    );
  });
}

const withWords = (part: ReactElement | undefined, words: string) =>
  part === undefined ? words : words === '' ? part : cloneElement(part, undefined, words);
