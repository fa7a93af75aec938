import type { LogLine } from 'bff/contract/replication';
import { describe, expect, it } from 'vitest';
import { filterLog, type LogLevel, logAsText } from './task-log.ts';

const line = (id: number, level: LogLine['level'], sentence: string): LogLine => ({
  id,
  at: `2026-01-01T00:00:0${id}.000Z`,
  attempt: 1,
  level,
  code: 'blob-copied',
  sentence,
  params: { digest: 'sha256:abc' },
});
const lines = [
  line(1, 'debug', 'Asked staging for the manifest.'),
  line(2, 'info', 'Copied a layer.'),
  line(3, 'error', 'staging refused the connection.'),
];
const shownIn = (language: 'en' | 'zh') => (each: LogLine) =>
  language === 'zh' && each.id === 2 ? '已复制一个层，来自\u2068מאגר\u2069。' : each.sentence;
const find = (atLeast: LogLevel, search: string, language: 'en' | 'zh' = 'en') =>
  filterLog(lines, { atLeast, search, wordsOf: shownIn(language) });
const ids = (found: readonly LogLine[]) => found.map(({ id }) => id);

describe('the log of a task', () => {
  it('shows a level and what is worse', () => {
    expect(ids(find('debug', ''))).toEqual([1, 2, 3]);
    expect(ids(find('warning', ''))).toEqual([3]);
  });
  it('finds every word in any order and case, parameters included', () => {
    expect(ids(find('debug', 'REFUSED staging'))).toEqual([3]);
    expect(ids(find('info', 'sha256:abc'))).toEqual([2, 3]);
    expect(ids(find('debug', 'nowhere'))).toEqual([]);
  });
  it('finds what is shown in another language, and the English words too', () => {
    expect(ids(find('info', '复制一个', 'zh'))).toEqual([2]);
    expect(ids(find('info', '来自מאגר。', 'zh'))).toEqual([2]);
    expect(ids(find('info', 'copied LAYER', 'zh'))).toEqual([2]);
    expect(ids(find('info', 'blob-copied', 'zh'))).toEqual([2, 3]);
  });
  it('is one line a message when saved, whatever the registry said', () => {
    const hostile = logAsText([line(4, 'error', 'bad\n2026 fake\u001b[31m line')]);
    expect(hostile).toBe('2026-01-01T00:00:04.000Z error   attempt=1 blob-copied: bad 2026 fake [31m line\n');
  });
});
