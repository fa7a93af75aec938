import { queryOptions } from '@tanstack/react-query';
import { listPolicies, type Policy } from 'bff/contract/policies';
import type { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';

const PAGE_ROWS = 100;

/** Every policy that the reader may see: a drawing of some of them, or a choice between some, would say what is not so. */
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
