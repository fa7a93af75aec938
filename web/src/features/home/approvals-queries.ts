import { listPromotionApprovals } from 'bff/contract/promotions';
import { endpointQuery } from '../../api/endpoint-query.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useRefresh } from '../../domain/use-refresh.ts';

const REFRESH_REST_MS = 1_000;
const followed = [listPromotionApprovals];

export const approvalsQuery = () => endpointQuery(listPromotionApprovals, {});

/** Requests come and go by themselves. */
export function useLiveApprovals(): void {
  const refresh = useRefresh(followed, REFRESH_REST_MS);
  useStreamEvent('promotion', refresh);
}
