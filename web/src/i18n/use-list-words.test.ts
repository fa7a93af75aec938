import { expect, it } from 'vitest';
import { listWords } from './use-list-words.ts';

it('a list in words, with room around Latin names in Chinese', () => {
  expect(listWords('en', ['a', 'b', 'c'])).toBe('a, b, and c');
  expect(listWords('zh', ['staging', 'testing'])).toBe('staging 和 testing');
  expect(listWords('zh', ['staging', 'testing', '推送'])).toBe('staging、testing 和推送');
  expect(listWords('zh', ['推送', '删除'])).toBe('推送和删除');
  expect(listWords('zh', [])).toBe('');
});
