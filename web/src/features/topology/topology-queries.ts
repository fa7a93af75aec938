import { useQuery } from '@tanstack/react-query';
import { getOperations } from 'bff/contract/operations';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useCan } from '../../domain/account.ts';
import { useLiveOperations, useLiveTraffic } from '../../domain/live-figures.ts';
import { allPolicies } from '../../domain/policy/all-policies.ts';
import { useLivePolicies } from '../../domain/policy/policy-changes.ts';

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
