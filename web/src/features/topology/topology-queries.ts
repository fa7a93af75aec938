import { queryOptions, useQuery } from '@tanstack/react-query';
import { getOperations } from 'bff/contract/operations';
import { listPolicies, type Policy } from 'bff/contract/policies';
import type { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useCan } from '../../domain/account.ts';
import { useLiveOperations, useLiveTraffic } from '../../domain/live-figures.ts';
import { useLivePolicies } from '../../domain/policy/policy-changes.ts';

const PAGE_ROWS = 100;

/** Every policy that the reader may see: a drawing of some of them would say what is not so. */
export const allPolicies = queryOptions<readonly Policy[], ApiError>({
  queryKey: [listPolicies.path, 'all'],
  queryFn: async ({ signal }) => {
    const policies: Policy[] = [];
    let cursor: string | null = null;
    do {
      const query: { sort: 'name'; limit: number; cursor?: string } = { sort: 'name', limit: PAGE_ROWS };
      if (cursor !== null) query.cursor = cursor;
      const page = await call(listPolicies, { query }, { signal });
      policies.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return policies;
  },
});

/** Policies, and what moves along them now as far as the reader may see it. */
export function useTopology() {
  const maySeeOperations = useCan('operations.read');
  useLivePolicies();
  useLiveOperations();
  useLiveTraffic();
  const policies = useQuery(allPolicies);
  const operations = useQuery({ ...endpointQuery(getOperations, {}), enabled: maySeeOperations });
  return { policies, operations };
}
