import { act, renderHook } from '@testing-library/react';
import { createElement, type ReactNode } from 'react';
import { createMemoryRouter, RouterProvider, useLocation } from 'react-router';
import { describe, expect, it } from 'vitest';
import { readUrlState, useUrlState, writeUrlState } from './use-url-state.ts';

const defaults = { q: '', sort: '-pushed', platforms: [] as readonly string[] } as const;

describe('what a page keeps in its URL', () => {
  it('is its defaults when the URL says nothing', () => {
    expect(readUrlState(new URLSearchParams(), defaults)).toEqual({ q: '', sort: '-pushed', platforms: [] });
  });

  it('is what the URL says, lists included', () => {
    const search = new URLSearchParams('q=api&platforms=linux%2Famd64&platforms=linux%2Farm64');
    expect(readUrlState(search, defaults)).toEqual({
      q: 'api',
      sort: '-pushed',
      platforms: ['linux/amd64', 'linux/arm64'],
    });
  });

  it('is left out of the URL where it is the default', () => {
    const search = writeUrlState(new URLSearchParams('q=api&sort=name'), defaults, { q: '', sort: '-pushed' });
    expect(search.toString()).toBe('');
  });

  it('leaves what belongs to others alone', () => {
    const search = writeUrlState(new URLSearchParams('tab=config'), defaults, { platforms: ['a', 'b'] });
    expect(search.toString()).toBe('tab=config&platforms=a&platforms=b');
  });

  it('can be an empty list that is not the default', () => {
    const some = { states: ['running', 'queued'] as readonly string[] };
    const search = writeUrlState(new URLSearchParams(), some, { states: [] });
    expect(readUrlState(search, some)).toEqual({ states: [] });
  });
});

describe('useUrlState', () => {
  it('writes to the URL and reads it back', () => {
    const useShown = () => ({ state: useUrlState(defaults), search: useLocation().search });
    let shown: ReturnType<typeof useShown> | undefined;
    function Probe(): ReactNode {
      shown = useShown();
      return null;
    }
    const router = createMemoryRouter([{ path: '*', element: createElement(Probe) }]);
    renderHook(() => null, { wrapper: () => createElement(RouterProvider, { router }) });
    act(() => shown?.state[1]({ q: 'api', sort: 'name' }));
    expect(shown?.search).toBe('?q=api&sort=name');
    expect(shown?.state[0]).toEqual({ q: 'api', sort: 'name', platforms: [] });
    act(() => shown?.state[1]({ q: '' }));
    expect(shown?.search).toBe('?sort=name');
  });
});
