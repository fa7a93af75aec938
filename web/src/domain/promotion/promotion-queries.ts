import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { CallInput } from 'bff/contract/endpoint';
import {
  createPromotion,
  getPromotionPath,
  listPromotionApprovals,
  listPromotions,
  type PathStep,
} from 'bff/contract/promotions';
import { call } from '../../api/call.ts';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { canAt, useProjectAccess } from '../project-access.ts';
import { laterSteps } from './promotion-path.ts';

export const pathQuery = (project: string) => endpointQuery(getPromotionPath, { params: { project } });
/** What waits for the reader's word, in one project. */
export const approvalsQuery = (project: string) => endpointQuery(listPromotionApprovals, { query: { project } });

/** Where the reader may promote to from an environment, the next first; none while that is not known. */
export function usePromotionSteps(project: string, environment: string): readonly PathStep[] {
  const access = useProjectAccess(project);
  const { data } = useQuery({ ...pathQuery(project), enabled: canAt(access, 'artifact.push') });
  return laterSteps(data?.steps ?? [], environment).filter((step) => canAt(access, 'artifact.push', step.environment));
}

export type PromotionBody = CallInput<typeof createPromotion>['body'];

export function useRequestPromotion() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: PromotionBody) => call(createPromotion, { body }),
    onSettled: () => readAgain(client, queriesOf([listPromotions, listPromotionApprovals])),
  });
}
