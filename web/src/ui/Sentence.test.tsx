import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { Sentence } from './Sentence.tsx';

afterEach(cleanup);

const draw = (text: string) =>
  render(
    <p>
      <Sentence text={text} parts={{ when: <time>now</time>, code: <code /> }} />
    </p>,
  ).container.innerHTML;

describe('a sentence with parts', () => {
  it.each([
    ['since <when/>.', '<p>since <time>now</time>.</p>'],
    ['<when/> <when/>', '<p><time>now</time> <time>now</time></p>'],
    ['tags <code>v*</code> in <code>**</code>', '<p>tags <code>v*</code> in <code>**</code></p>'],
    ['<code></code>', '<p><code></code></p>'],
    ['only words', '<p>only words</p>'],
    ['', '<p></p>'],
    ['a <other>part</other> nobody knows', '<p>a part nobody knows</p>'],
    ['1 < 2 and </when>', '<p>1 &lt; 2 and &lt;/when&gt;</p>'],
  ])('“%s”', (text, html) => expect(draw(text)).toBe(html));

  it('takes markup in words for words', () => {
    draw('tags <code><b>x</b></code>');
    expect(screen.getByText('<b>x</b>').tagName).toBe('CODE');
  });
});
