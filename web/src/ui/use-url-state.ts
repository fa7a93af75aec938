import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

type UrlValue = string | readonly string[];
export type UrlDefaults = Readonly<Record<string, UrlValue>>;
type Widen<T> = T extends string ? string : readonly string[];
export type UrlState<D extends UrlDefaults> = { readonly [K in keyof D]: Widen<D[K]> };

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
): [UrlState<D>, (change: Partial<UrlState<D>>, options?: SetUrlStateOptions) => void] {
  const [search, setSearch] = useSearchParams();
  const state = useMemo(() => readUrlState(search, defaults), [search, defaults]);
  const set = useCallback(
    (change: Partial<UrlState<D>>, { replace = true }: SetUrlStateOptions = {}) => {
      setSearch((current) => writeUrlState(current, defaults, change), { replace, preventScrollReset: true });
    },
    [setSearch, defaults],
  );
  return [state, set];
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
