import { useCallback, useContext, useMemo } from 'react';
import { NavigationType, UNSAFE_DataRouterContext as DataRouterContext, useLocation, useNavigate } from 'react-router';

type UrlValue = string | readonly string[];
export type UrlDefaults = Readonly<Record<string, UrlValue>>;
type Widen<T> = T extends string ? string : readonly string[];
export type UrlState<D extends UrlDefaults> = { readonly [K in keyof D]: Widen<D[K]> };
/** What becomes different. As a function where that depends on what is there: what was drawn may be older. */
type UrlChange<D extends UrlDefaults> = Partial<UrlState<D>> | ((current: UrlState<D>) => Partial<UrlState<D>>);

export interface SetUrlStateOptions {
  /** Typing and sorting replace the entry of the history; what a person would go back over adds one. Replaces unless told. */
  replace?: boolean;
}

/**
 * A page's filters, sort and tab, kept in the URL so that it reproduces what is seen. Values equal to their default are
 * left out. What the URL holds is not checked: compare it with what you allow. Give a constant for `defaults`.
 */
export function useUrlState<const D extends UrlDefaults>(
  defaults: D,
): [UrlState<D>, (change: UrlChange<D>, options?: SetUrlStateOptions) => void] {
  const { search, pathname } = useLocation();
  const state = useMemo(() => readUrlState(new URLSearchParams(search), defaults), [search, defaults]);
  const write = useSearchWriter(pathname);
  const set = useCallback(
    (change: UrlChange<D>, { replace = true }: SetUrlStateOptions = {}) =>
      write((current) => {
        const changes = typeof change === 'function' ? change(readUrlState(current, defaults)) : change;
        return writeUrlState(current, defaults, changes);
      }, replace),
    [write, defaults],
  );
  return [state, set];
}

/**
 * A page is drawn some time after its address has changed, and a click may come before that: a change is made to the
 * address as it is by now, or is about to be, never to the one that was drawn. (The router's own hook makes it to the
 * one that was drawn, so that the second of two quick choices takes the first back.)
 */
function useSearchWriter(pathname: string) {
  const navigate = useNavigate();
  const router = useContext(DataRouterContext)?.router;
  return useCallback(
    (change: (current: URLSearchParams) => URLSearchParams, replace: boolean) => {
      if (router === undefined) throw new Error('There is no RouterProvider above this component.');
      const { location, navigation } = router.state;
      const next = navigation.location;
      const isStaying = next === undefined || next.pathname === pathname;
      // Another page has been asked for: what was typed on this one a moment before does not call that off.
      if (location.pathname !== pathname || (!isStaying && replace)) return;
      const params = change(new URLSearchParams((isStaying ? (next ?? location) : location).search));
      // It takes the place of a change that is under way; what one would go back over stays.
      const isAdding =
        !replace || (isStaying && next !== undefined && navigation.historyAction === NavigationType.Push);
      void navigate(`?${params}`, { replace: !isAdding, preventScrollReset: true });
    },
    [router, navigate, pathname],
  );
}

export function readUrlState<D extends UrlDefaults>(search: URLSearchParams, defaults: D): UrlState<D> {
  const entries = Object.entries(defaults).map(([name, fallback]): [string, UrlValue] => {
    if (typeof fallback === 'string') return [name, search.get(name) ?? fallback];
    return [name, search.has(name) ? search.getAll(name).filter((value) => value !== '') : fallback];
  });
  return Object.fromEntries(entries) as UrlState<D>;
}

/** Keeps parameters that are not among `defaults`: they belong to another part of the page. */
export function writeUrlState<D extends UrlDefaults>(
  search: URLSearchParams,
  defaults: D,
  change: Partial<UrlState<D>>,
): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(change) as [string, UrlValue | undefined][]) {
    const fallback = defaults[name];
    next.delete(name);
    if (value === undefined || fallback === undefined || isSame(value, fallback)) continue;
    if (typeof value === 'string') next.set(name, value);
    // An empty list that differs from the default has to be said.
    else for (const item of value.length === 0 ? [''] : value) next.append(name, item);
  }
  return next;
}

function isSame(left: UrlValue, right: UrlValue): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  return left.length === right.length && left.every((item, index) => item === right[index]);
}
