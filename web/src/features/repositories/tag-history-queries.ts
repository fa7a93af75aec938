import { keepPreviousData, useMutation, useQueryClient } from '@tanstack/react-query';
import { listTagHistory } from 'bff/contract/tag-history';
import type { CopyRequest } from 'bff/contract/replication';
import { endpointPages } from '../../api/endpoint-query.ts';
import { queriesOf, readAgain } from '../../api/read-again.ts';
import { useStreamEvent } from '../../api/stream-hooks.tsx';
import { useStartCopy } from '../../domain/copy/copy-queries.ts';
import { useRefresh } from '../../domain/use-refresh.ts';

const PAGE_ROWS = 100;
const REFRESH_REST_MS = 400;
const followed = [listTagHistory];

export const historyPages = (repository: string, tag: string, registryId: string) => ({
  ...endpointPages(listTagHistory, {
    query: { repository, tag, limit: PAGE_ROWS, ...(registryId === '' ? {} : { registryId }) },
  }),
  placeholderData: keepPreviousData,
});

/** What the tag becomes, and what goes into the trash or out of it. */
export function useLiveHistory(repository: string, tag: string): void {
  const refresh = useRefresh(followed, REFRESH_REST_MS, `${repository}:${tag}`);
  useStreamEvent('tag', (changed) => {
    if (changed.repository === repository) refresh();
  });
  useStreamEvent('catalog', refresh);
}

export interface RevertOrder {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** A copy onto its own repository: the same rights, rules, leases and history as every other way to move a tag. */
export const revertRequest = ({ registryId, repository, tag, digest }: RevertOrder): CopyRequest => ({
  source: { registryId, repository },
  references: [digest],
  destinations: [{ registryId, repository, tag }],
  // Whatever refers to it is in that repository already.
  includeReferrers: false,
  whenDifferent: 'replace',
});

export function useRevert() {
  const client = useQueryClient();
  const start = useStartCopy();
  return useMutation({
    mutationFn: (order: RevertOrder) => start.mutateAsync(revertRequest(order)),
    onSettled: () => readAgain(client, queriesOf(followed)),
  });
}
