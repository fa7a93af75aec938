import { cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { createSurroundings } from '../testing/live.tsx';
import { loadWords } from '../testing/render.tsx';
import { useCurrentFigures } from './current-figures.ts';

beforeAll(() => loadWords());
afterEach(cleanup);

it('are rates and times left in words', () => {
  const { result } = renderHook(useCurrentFigures, createSurroundings());
  expect(result.current.rate(137_000_000)).toBe('137 MB/s');
  expect(result.current.clock(22)).toBe('0:22');
  expect(result.current.clock(null)).toBeNull();
});

it('are none while the connection is lost: what was is no news of now', () => {
  const { result } = renderHook(useCurrentFigures, createSurroundings({ state: 'lost', since: 0 }));
  expect(result.current.rate(137_000_000)).toBeNull();
  expect(result.current.clock(22)).toBeNull();
});
