import { listExecutions } from 'bff/contract/replication';
import { endpointQuery } from '../../api/endpoint-query.ts';

const SHOWN = 50;

/** Runs with deletions that wait for a person's word, newest first: of one policy, or all that the reader sees. */
export const heldRunsQuery = (policyId?: string) =>
  endpointQuery(listExecutions, {
    query: { state: 'held', sort: '-created', limit: SHOWN, ...(policyId === undefined ? {} : { policyId }) },
  });
