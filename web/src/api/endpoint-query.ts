import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Answer, CallInput, Endpoint } from 'bff/contract/endpoint';
import type { ApiError } from './api-error.ts';
import { call } from './call.ts';

/**
 * The query of one endpoint with one input, for `useQuery`, `useSuspenseQuery` and loaders. Its key is
 * `[endpoint.path, input]`, so that `queriesOf([endpoint])` reaches every input.
 */
export function endpointQuery<E extends Endpoint>(endpoint: E, input: CallInput<E>) {
  return queryOptions<Answer<E>, ApiError, Answer<E>, readonly [string, CallInput<E>]>({
    queryKey: [endpoint.path, input],
    queryFn: ({ signal }) => call(endpoint, input, { signal }),
  });
}

interface CursorPage {
  items: readonly unknown[];
  nextCursor: string | null;
}
type PagedEndpoint<E extends Endpoint> = Answer<E> extends CursorPage ? E : never;

/** The pages of a cursor list, for `useInfiniteQuery`. Its key starts like that of `endpointQuery`. */
export function endpointPages<E extends Endpoint>(endpoint: PagedEndpoint<E>, input: CallInput<E>) {
  const pageInput = (cursor: string | null): CallInput<E> => {
    if (cursor === null) return input;
    const { query } = input as { query?: Record<string, unknown> };
    return { ...input, query: { ...query, cursor } };
  };
  return infiniteQueryOptions({
    queryKey: [endpoint.path, input, 'pages'] as const,
    queryFn: ({ pageParam, signal }): Promise<Answer<E>> => call<E>(endpoint, pageInput(pageParam), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Answer<E>) => (last as CursorPage).nextCursor,
  });
}
