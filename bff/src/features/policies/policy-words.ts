import type * as contract from '../../contract/policies.ts';
import type { PlannedWork } from '../../contract/replication.ts';

/** What a policy says is stored and shown in the same words. */
export type PolicyContent = contract.PolicyContent;
export type PolicyFilters = contract.PolicyFilters;
export type NameMapping = contract.NameMapping;
export type Bandwidth = contract.Bandwidth;
export type { PlannedWork };
