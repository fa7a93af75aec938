import { keepPreviousData, useMutation, useQueryClient } from '@tanstack/react-query';
import {
  approvePromotion,
  declinePromotion,
  getPromotionPath,
  listPromotionApprovals,
  listPromotions,
  type PathStep,
  previewPromotion,
  type PromotionState,
  undoPromotion,
  updatePromotionPath,
  withdrawPromotion,
} from 'bff/contract/promotions';
import { call } from '../../api/call.ts';
import { endpointPages, endpointQuery } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { pathQuery } from '../../domain/promotion/promotion-queries.ts';
import { useRefresh } from '../../domain/use-refresh.ts';

const PAGE_ROWS = 100;
const REFRESH_REST_MS = 400;
const followed = [listPromotions, listPromotionApprovals, getPromotionPath];

export interface PromotionFilters {
  readonly q: string;
  readonly state: PromotionState | undefined;
}

export const promotionPages = (project: string, { q, state }: PromotionFilters) => ({
  ...endpointPages(listPromotions, {
    params: { project },
    query: { ...(q === '' ? {} : { q }), ...(state === undefined ? {} : { state }), limit: PAGE_ROWS },
  }),
  placeholderData: keepPreviousData,
});

/** Asked anew for each dialog. */
export const promotionPreview = (promotionId: string) => ({
  ...endpointQuery(previewPromotion, { params: { promotionId } }),
  staleTime: 0,
});

/** All that wait, also those that the reader may only look at. */
export const waitingQuery = (project: string) =>
  endpointQuery(listPromotions, { params: { project }, query: { state: 'waiting', limit: 50 } });

/** Requests, decisions and the copies that follow from them appear by themselves. */
export function useLivePromotions(project: string): void {
  const refresh = useRefresh(followed, REFRESH_REST_MS, project);
  useStreamEvent('promotion', (changed) => {
    if (changed.project === project) refresh();
  });
  useStreamEvent('execution', refresh);
  useStreamEvent('project', (changed) => {
    if (changed.project === project) refresh();
  });
}

export type PromotionAct = 'approve' | 'decline' | 'withdraw' | 'undo';

export function usePromotionAction(act: PromotionAct) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ promotionId, comment }: { promotionId: string; comment: string }) => {
      const params = { promotionId };
      if (act === 'withdraw') return call(withdrawPromotion, { params });
      const endpoint = { approve: approvePromotion, decline: declinePromotion, undo: undoPromotion }[act];
      return call(endpoint, { params, body: { comment } });
    },
    onSettled: () => readAgain(client, queriesOf(followed)),
  });
}

export function useSavePath(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ version, steps }: { version: number; steps: readonly PathStep[] | null }) =>
      call(updatePromotionPath, {
        params: { project },
        body: { version, steps: steps === null ? null : steps.map((step) => ({ ...step })) },
      }),
    onSuccess: (path) => client.setQueryData(pathQuery(project).queryKey, path),
    onError: () => client.invalidateQueries({ queryKey: [getPromotionPath.path] }),
  });
}
