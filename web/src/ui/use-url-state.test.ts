import { act, render } from '@testing-library/react';
import { createElement, type ReactNode } from 'react';
import { createMemoryRouter, type RouteObject, RouterProvider, useLocation } from 'react-router';
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

/** A page with two parts that write to the URL, at `/page`; what they last drew with is what a late click uses. */
function openPage(url: string, others: RouteObject[] = []) {
  const useShown = () => ({ one: useUrlState(defaults), other: useUrlState(tabs), search: useLocation().search });
  const drawn: ReturnType<typeof useShown>[] = [];
  function Probe(): ReactNode {
    drawn.push(useShown());
    return null;
  }
  const router = createMemoryRouter([{ path: '/page', element: createElement(Probe) }, ...others], {
    initialEntries: ['/start', url],
  });
  render(createElement(RouterProvider, { router }));
  const shown = () => drawn.at(-1) ?? expect.fail();
  return { router, shown, address: () => `${router.state.location.pathname}${router.state.location.search}` };
}

const tabs = { tab: 'layers' } as const;
/** The router has done what it was told; inside `act` nothing is drawn of it yet. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('useUrlState', () => {
  it('writes to the URL and reads it back', async () => {
    const { shown } = openPage('/page');
    await act(async () => shown().one[1]({ q: 'api', sort: 'name' }));
    expect(shown().search).toBe('?q=api&sort=name');
    expect(shown().one[0]).toEqual({ q: 'api', sort: 'name', platforms: [] });
    await act(async () => shown().one[1]({ q: '' }));
    expect(shown().search).toBe('?sort=name');
  });

  it('keeps a choice that has not been drawn yet when the next is made', async () => {
    const { shown, address } = openPage('/page?registry=north');
    const early = shown();
    await act(async () => {
      early.one[1]({ q: 'api' }, { replace: false });
      await pause();
      expect(address()).toBe('/page?registry=north&q=api');
      expect(shown()).toBe(early);
      early.other[1]({ tab: 'config' }, { replace: false });
      await pause();
    });
    expect(address()).toBe('/page?registry=north&q=api&tab=config');
  });

  it('keeps a choice whose change of the address is still under way', async () => {
    const { router, shown, address } = openPage('/page?registry=north');
    await act(async () => {
      shown().one[1]({ q: 'api' }, { replace: false });
      shown().other[1]({ tab: 'config' });
    });
    expect(address()).toBe('/page?registry=north&q=api&tab=config');
    // One goes back over the first, although the second only replaces.
    await act(() => router.navigate(-1));
    expect(address()).toBe('/page?registry=north');
  });

  it('changes what is there, not what was drawn', async () => {
    const { shown, address } = openPage('/page');
    const add = (name: string) => shown().one[1](({ platforms }) => ({ platforms: [...platforms, name] }));
    await act(async () => {
      add('arm64');
      await pause();
      add('amd64');
    });
    expect(address()).toBe('/page?platforms=arm64&platforms=amd64');
  });

  it('does not bring back a page that was left', async () => {
    const { router, shown, address } = openPage('/page', [{ path: '/other', element: null }]);
    const early = shown();
    await act(async () => {
      await router.navigate('/other');
      early.one[1]({ q: 'api' });
      early.one[1]({ q: 'api' }, { replace: false });
      await pause();
    });
    expect(address()).toBe('/other');
  });

  it('does not call off the way to another page for something typed, but for a choice', async () => {
    const arrive = Promise.withResolvers<null>();
    const { router, shown, address } = openPage('/page', [
      { path: '/slow', element: null, loader: () => arrive.promise },
      { path: '/slower', element: null, loader: () => new Promise(() => undefined) },
    ]);
    await act(async () => {
      void router.navigate('/slow');
      await pause();
      shown().one[1]({ q: 'api' });
      arrive.resolve(null);
      await pause();
    });
    expect(address()).toBe('/slow');
    await act(() => router.navigate('/page?sort=name'));
    await act(async () => {
      void router.navigate('/slower');
      await pause();
      shown().other[1]({ tab: 'config' }, { replace: false });
      await pause();
    });
    expect(address()).toBe('/page?sort=name&tab=config');
  });
});
