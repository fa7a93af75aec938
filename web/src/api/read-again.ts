import type { Query, QueryClient } from '@tanstack/react-query';

type Matches = (query: Query) => boolean;

/** The queries of these endpoints, whatever their input. */
export function queriesOf(endpoints: readonly { readonly path: string }[]): Matches {
  const paths = new Set<unknown>(endpoints.map(({ path }) => path));
  return ({ queryKey }) => paths.has(queryKey[0]);
}

/**
 * After something has changed: reads again what is shown, and marks the rest. A reading that is under way may have been
 * answered before the change, so it is followed by another. It is not cut short: then a stream of changes would never
 * let one end.
 */
export async function readAgain(client: QueryClient, matches: Matches = () => true): Promise<void> {
  const queries = client.getQueryCache().findAll({ predicate: matches });
  await Promise.all(queries.map((query) => readOneAgain(client, query)));
}

async function readOneAgain(client: QueryClient, query: Query): Promise<void> {
  const isUnderWay = query.state.fetchStatus !== 'idle';
  const read = () => client.invalidateQueries({ predicate: (each) => each === query }, { cancelRefetch: false });
  await read();
  if (isUnderWay) await read();
}

/** What was read before anybody listened may be out of date; what is being read for the first time is not. */
export async function readLeftovers(client: QueryClient, matches: Matches): Promise<void> {
  const predicate: Matches = (query) => query.state.data !== undefined && matches(query);
  await client.invalidateQueries({ predicate }, { cancelRefetch: false });
}
