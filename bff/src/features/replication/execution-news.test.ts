import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ExecutionNews } from './execution-news.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function createNews() {
  const told: string[] = [];
  return { told, news: new ExecutionNews((id) => told.push(id)) };
}

it('tells of the first change at once and of those after it together', () => {
  const { told, news } = createNews();
  for (let change = 0; change < 5; change += 1) news.changed(['a']);
  expect(told).toEqual(['a']);
  vi.advanceTimersByTime(500);
  expect(told).toEqual(['a', 'a']);
  vi.advanceTimersByTime(5000);
  expect(told).toHaveLength(2);
});

it('tells of the end at once, whatever was told a moment ago', () => {
  const { told, news } = createNews();
  news.changed(['a', 'b']);
  news.changed(['a', 'b'], new Set(['b']));
  expect(told).toEqual(['a', 'b', 'b']);
});

it('says nothing after its own end', () => {
  const { told, news } = createNews();
  news.changed(['a']);
  news.end();
  vi.advanceTimersByTime(1000);
  expect(told).toEqual(['a']);
});
